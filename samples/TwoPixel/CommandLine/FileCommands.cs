using System.CommandLine;
using Diffusion.Images.CommandLine;
using Diffusion.Nn.Serialization;

namespace Diffusion.TwoPixel.CommandLine;

/// <summary>What goes to other programs and comes from them: a model as ONNX, and weights that were trained elsewhere.</summary>
internal sealed class FileCommands(IReporter reporter)
{
    private static readonly Option<string?> Model = Options.Text("--model", "FILE", $"The model. Default: {DefaultModel}.");

    private static readonly Option<string?> State = Options.Text("--state", "FILE", "The weights: a safetensors file of a state dictionary of PyTorch.");

    private static readonly Option<string?> Names = Options.Text("--names", "MAP.json", "Their names and ours, as one JSON object: {\"net.*\": \"encoder1.*\", \"unused\": null}. Default: the names are ours.");

    private static readonly Option<string?> Output = Options.Text("--out", "FILE", "The model to write.");

    private static string DefaultModel => Path.Combine(StudyOptions.DefaultFolder, "model-T50.safetensors");

    public IEnumerable<Command> Build()
    {
        Command export = new("export", "Write a trained model as ONNX, for other programs: docs/onnx.md.");
        Command import = new("import", "Put weights that were trained elsewhere into a model of the same sizes: docs/python.md.");
        export.AddAll([Model, .. OnnxOptions.All]);
        import.AddAll(State, Names, Model, Output);
        export.SetAction(Export);
        import.SetAction(Import);
        return [export, import];
    }

    private int Export(ParseResult result)
    {
        OnnxOptions.Check(result);
        OnnxOptions.Export(result, reporter, ModelData.Load(Existing(result.GetValue(Model) ?? DefaultModel, "--model")));
        return 0;
    }

    private int Import(ParseResult result)
    {
        string output = result.GetValue(Output) ?? throw new UsageException("--out FILE is missing; it names the model to write.");
        string file = Existing(result.GetValue(State) ?? throw new UsageException("--state FILE is missing; it names the weights."), "--state");
        string path = Existing(result.GetValue(Model) ?? DefaultModel, "--model");
        OutputFolder.Prepare(Path.GetDirectoryName(output) is { Length: > 0 } folder ? folder : ".");

        // Sizes, schedule and objective are those of the model; the weights are theirs.
        var model = ModelData.Load(path);
        var state = SafetensorsFile.Read<float>(file).Tensors;
        var names = result.GetValue(Names) is { } map ? NameMap.Read(Existing(map, "--names")) : NameMap.Same;
        try
        {
            StateDict.Load(model.Network, names.Apply(state));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }

        ModelFile.Save(output, model);
        reporter.Say($"{state.Count} tensors of {file}, sizes and schedule of {path}: {output}");
        return 0;
    }

    private static string Existing(string path, string option) =>
        File.Exists(path) ? path : throw new UsageException($"There is no file {path}; {option} names one.");
}
