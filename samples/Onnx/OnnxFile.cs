using Diffusion.Nn.Serialization;
using Diffusion.Onnx.Format;
using Google.Protobuf;

namespace Diffusion.Onnx;

/// <summary>A model in the ONNX format, opset 21, with the number of samples left open.</summary>
public sealed class OnnxFile
{
    // Opset 21 came with version 10 of the format.
    private const int FormatVersion = 10, Opset = 21;

    private readonly GraphProto _graph;

    internal OnnxFile(GraphProto graph) => _graph = graph;

    /// <summary>What else a reader must know, as names and texts; it is written with the file.</summary>
    public IDictionary<string, string> Metadata { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The names of the inputs.</summary>
    public IReadOnlyList<string> Inputs => [.. _graph.Input.Select(input => input.Name)];

    /// <summary>The names of the results.</summary>
    public IReadOnlyList<string> Outputs => [.. _graph.Output.Select(output => output.Name)];

    /// <summary>The names of the constants, those of the module's state among them.</summary>
    public IReadOnlyList<string> Constants => [.. _graph.Initializer.Select(initializer => initializer.Name)];

    /// <summary>The operators, in order.</summary>
    public IReadOnlyList<string> Operators => [.. _graph.Node.Select(node => node.OpType)];

    /// <summary>The file's bytes; the same model gives the same.</summary>
    public byte[] ToBytes() => Model().ToByteArray();

    /// <summary>Writes the file, whole or not at all: see <see cref="AtomicFile"/>.</summary>
    /// <exception cref="IOException">The folder does not exist, or the file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream => Model().WriteTo(stream));

    private ModelProto Model()
    {
        var model = new ModelProto
        {
            IrVersion = FormatVersion,
            ProducerName = "Diffusion",
            ProducerVersion = typeof(Nn.Module<>).Assembly.GetName().Version?.ToString(3) ?? "",
            Graph = _graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        model.MetadataProps.Add(Metadata.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return model;
    }
}
