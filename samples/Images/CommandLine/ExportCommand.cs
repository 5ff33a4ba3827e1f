using System.CommandLine;

namespace Diffusion.Images.CommandLine;

/// <summary>Writes the model, or a classifier, as ONNX.</summary>
internal sealed class ExportCommand(CommandContext context) : ImageCommand(context)
{
    public override string Name => "export";

    public override string Description => "Write the model as ONNX, for other programs: docs/onnx.md. With --classifier, the classifier.";

    protected override IEnumerable<Option> Own => [Options.Model, Options.Classifier, .. OnnxOptions.All];

    protected override void Run(ParseResult result)
    {
        OnnxOptions.Check(result);
        if (result.GetValue(Options.Classifier) is { } classifier)
            OnnxOptions.ExportClassifier(result, Reporter, classifier);
        else
            OnnxOptions.Export(result, Reporter, LoadModel(result));
    }
}
