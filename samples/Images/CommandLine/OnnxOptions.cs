using System.CommandLine;
using Diffusion.Models;
using Diffusion.Onnx;
using Diffusion.Terminal;

namespace Diffusion.Images.CommandLine;

/// <summary>The options of exports to ONNX, which all programs share, and the writing of the file.</summary>
internal static class OnnxOptions
{
    private static readonly Option<string?> File = Options.Text("--onnx", "FILE", "The file to write, such as model.onnx.");

    private static readonly Option<string?> Step = Options.OneOf<string>("--step", ["ddim"],
        "Write one step of this sampler with guidance, x_t to x_next, in place of the network alone.");

    private static readonly Option<string?> Example = Options.Text("--example", "DIR",
        "Also write inputs that are drawn, and what the network predicts of them, as x_t.npy, t.npy, label.npy and prediction.npy: to see that another program computes the same.");

    public static IReadOnlyList<Option> All => [File, Step, Example];

    /// <summary>Writes a model as the options say.</summary>
    /// <exception cref="UsageException">No file is named.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Export(ParseResult result, IReporter reporter, Model<float> model)
    {
        Write(result, reporter, () => result.GetValue(Step) is null ? ModelExport.Of(model) : ModelExport.DdimStep(model));
        if (result.GetValue(Example) is not { } folder)
            return;
        OutputFolder.Prepare(folder);
        ModelExample.Write(folder, model);
        reporter.Say($"Inputs and predictions: {folder}");
    }

    /// <summary>Writes something else, which has no steps.</summary>
    /// <exception cref="UsageException">No file is named, or a step is asked for.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void ExportClassifier(ParseResult result, IReporter reporter, string path)
    {
        if (result.GetValue(Step) is { } step)
            throw new UsageException($"--step is '{step}', but a classifier has no steps: leave --step or --classifier out.");
        if (result.GetValue(Example) is { } folder)
            throw new UsageException($"--example is '{folder}', but a classifier has none: leave --example or --classifier out.");
        if (!System.IO.File.Exists(path))
            throw new UsageException($"There is no classifier {path}.");
        Write(result, reporter, () =>
        {
            var classifier = ClassifierFile.Load<float>(path).Classifier;
            classifier.Train(false);
            return OnnxExport.Of(classifier);
        });
    }

    /// <summary>Refuses what could not be written, before anything is read.</summary>
    /// <exception cref="UsageException">No file is named.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static void Check(ParseResult result) =>
        OutputFolder.Prepare(Path.GetDirectoryName(PathOf(result)) is { Length: > 0 } folder ? folder : ".");

    private static void Write(ParseResult result, IReporter reporter, Func<OnnxFile> make)
    {
        string path = PathOf(result);
        Check(result);
        var file = make();
        file.Save(path);
        reporter.Say($"{string.Join(", ", file.Inputs)} to {string.Join(", ", file.Outputs)}: {path}");
    }

    private static string PathOf(ParseResult result) =>
        result.GetValue(File) is { Length: > 0 } path ? path : throw new UsageException("--onnx FILE is missing; it names the file to write.");
}
