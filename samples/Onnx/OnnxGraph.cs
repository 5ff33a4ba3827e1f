using System.Globalization;
using System.Runtime.InteropServices;
using Diffusion.Onnx.Format;
using Google.Protobuf;

namespace Diffusion.Onnx;

/// <summary>A graph under construction: nodes, constants, and names that are not taken yet.</summary>
public sealed class OnnxGraph
{
    private readonly GraphProto _graph = new();
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, string> _constants = [];
    private readonly Dictionary<string, int> _counts = [];
    private string? _samples;

    internal GraphProto Graph => _graph;

    /// <summary>Adds a node with one result.</summary>
    /// <param name="type">The operator of ONNX, such as <c>Conv</c>.</param>
    /// <param name="inputs">Names of values; an empty one for an input that is left out.</param>
    /// <param name="attributes">Attributes: a long or int, a float or double, a string, or an array of long or int.</param>
    /// <returns>The name of the result.</returns>
    public string Node(string type, string[] inputs, params (string Name, object Value)[] attributes) => Nodes(type, inputs, 1, attributes)[0];

    /// <summary>Adds a node with several results.</summary>
    /// <returns>Their names.</returns>
    public string[] Nodes(string type, string[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = type, Name = Fresh(type) };
        node.Input.Add(inputs);
        for (int i = 0; i < outputs; i++)
            node.Output.Add(outputs == 1 ? node.Name + ".y" : $"{node.Name}.y{i}");
        node.Attribute.Add(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        _graph.Node.Add(node);
        return [.. node.Output];
    }

    /// <summary>One number as a constant.</summary>
    public string Number(double value) => Known(FormattableString.Invariant($"f{value:R}"), () => Constant("number", [], [(float)value]));

    /// <summary>One number again and again, [length].</summary>
    public string Filled(int length, double value) => Known(FormattableString.Invariant($"f{value:R}x{length}"), () =>
    {
        float[] values = new float[length];
        Array.Fill(values, (float)value);
        return Constant("number", [length], values);
    });

    /// <summary>Whole numbers, int64 [length].</summary>
    public string Integers(params IEnumerable<long> values)
    {
        long[] all = [.. values];
        return Known("i" + string.Join(',', all), () => Constant("integers", [all.Length], TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes<long>(all)));
    }

    /// <summary>Numbers as a constant.</summary>
    /// <param name="name">A wish for its name, which gets a number if it is taken.</param>
    /// <param name="extents">The shape.</param>
    /// <param name="values">The numbers.</param>
    public string Constant(string name, IReadOnlyList<int> extents, ReadOnlySpan<float> values) =>
        Constant(name, extents, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values));

    /// <summary>N, the number of samples, int64 [1].</summary>
    public string Samples => _samples ??= Node("Shape", [_graph.Input[0].Name], ("start", 0), ("end", 1));

    /// <summary>A shape, int64 [rank], that may depend on N.</summary>
    public string ShapeOf(IReadOnlyList<Extent> extents)
    {
        if (!extents.Any(extent => extent.IsPerSample))
            return Integers(extents.Select(extent => (long)extent.Size));
        return Known("s" + string.Join(',', extents), () => Node(
            "Concat", [.. extents.Select(extent => !extent.IsPerSample ? Integers(extent.Size) : extent.Size == 1 ? Samples : Node("Mul", [Samples, Integers(extent.Size)]))], ("axis", 0)));
    }

    /// <summary>The same numbers in another shape.</summary>
    public string Reshape(string value, params IReadOnlyList<Extent> extents)
    {
        string shape = extents.Count(extent => extent.IsPerSample) == 1 && extents.All(extent => extent.Size > 0)
            ? Integers(extents.Select(extent => extent.IsPerSample ? -1L : extent.Size))
            : ShapeOf(extents);
        return Node("Reshape", [value, shape]);
    }

    /// <summary>The dimensions in another order.</summary>
    public string Transpose(string value, params int[] order) => order.Select((from, to) => from == to).All(same => same) ? value : Node("Transpose", [value], ("perm", order));

    internal string Input(string name, TensorProto.Types.DataType type, string text, params IReadOnlyList<Extent> extents)
    {
        _graph.Input.Add(Value(Taken(name), type, text, extents));
        return name;
    }

    internal void Output(string name, string value, string text, IReadOnlyList<Extent> extents)
    {
        var node = new NodeProto { OpType = "Identity", Name = Fresh("Identity") };
        node.Input.Add(value);
        node.Output.Add(Taken(name));
        _graph.Node.Add(node);
        _graph.Output.Add(Value(name, TensorProto.Types.DataType.Float, text, extents));
    }

    private static ValueInfoProto Value(string name, TensorProto.Types.DataType type, string text, IReadOnlyList<Extent> extents)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(extents.Select(extent => extent.IsPerSample
            ? new TensorShapeProto.Types.Dimension { DimParam = extent.Size == 1 ? "N" : $"{extent.Size}N" }
            : new TensorShapeProto.Types.Dimension { DimValue = extent.Size }));
        return new() { Name = name, DocString = text, Type = new() { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int or long:
                (attribute.I, attribute.Type) = (Convert.ToInt64(value, CultureInfo.InvariantCulture), AttributeProto.Types.AttributeType.Int);
                break;
            case float or double:
                (attribute.F, attribute.Type) = (Convert.ToSingle(value, CultureInfo.InvariantCulture), AttributeProto.Types.AttributeType.Float);
                break;
            case string text:
                (attribute.S, attribute.Type) = (ByteString.CopyFromUtf8(text), AttributeProto.Types.AttributeType.String);
                break;
            case IEnumerable<int> whole:
                attribute.Ints.Add(whole.Select(each => (long)each));
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                break;
            case IEnumerable<long> whole:
                attribute.Ints.Add(whole);
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                break;
            default:
                throw new ArgumentException($"The attribute {name} is of type {value.GetType().Name}; accepted are whole and real numbers, texts, and arrays of whole numbers.", nameof(value));
        }

        return attribute;
    }

    private string Constant(string name, IReadOnlyList<int> extents, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes)
    {
        var tensor = new TensorProto { Name = _names.Contains(name) || name is "number" or "integers" ? Fresh(name) : Taken(name), DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.Add(extents.Select(extent => (long)extent));
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private string Known(string key, Func<string> make) => _constants.TryGetValue(key, out string? name) ? name : _constants[key] = make();

    private string Taken(string name) => _names.Add(name) ? name : throw new ExportException($"Two values are named '{name}'.");

    private string Fresh(string stem)
    {
        string name;
        do
        {
            _counts[stem] = _counts.GetValueOrDefault(stem) + 1;
            name = $"{stem}_{_counts[stem]}";
        }
        while (!_names.Add(name));
        return name;
    }
}
