using System.CommandLine;
using Diffusion.Data;
using Diffusion.Digits.Experiments;
using Diffusion.Generation;
using Diffusion.Images;
using Diffusion.Images.CommandLine;
using Diffusion.Images.Experiments;
using Diffusion.Images.Running;
using Diffusion.Networks;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Terminal;
using Diffusion.Training;

namespace Diffusion.Digits;

/// <summary>Handwritten digits, and a trained model that comes with the program.</summary>
internal sealed class DigitsPreset : Preset
{
    private static readonly DigitsRun Standard = new();

    private readonly Option<string?> _data = Options.Text("--data", "DIR",
        "A folder with the four files of the data set, plain or gzip. Default: that of DIFFUSION_DATA, or the user's cache, into which they are downloaded.");

    private readonly Option<Uri?> _mirror = Options.Make<Uri?>("--mirror", "URL", "Where to download from instead of the usual mirrors.", text =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null, "an address that begins with http:// or https://");

    private readonly Option<DatasetName?> _dataset = Options.Choice<DatasetName>("--dataset", Standard.Dataset, "The data set");

    public override string Description => "Denoising diffusion of handwritten digits: draws guided digits from the trained model that comes with it, trains, and measures. Without a command: all.";

    public override string DefaultFolder => "out/mnist";

    public override string Thing => "digit";

    public override string ClassesOption => "--digits";

    public override string SamplesFigure => "digits";

    public override string ReportTitle => "Handwritten digits by denoising diffusion";

    public override TrainingRun Run => Standard;

    /// <summary>How digits are generated, if nothing is said.</summary>
    public static GenerationSettings StandardGeneration { get; } = new() { Guidance = 0.4, ClampX0 = new(-1, 1) };

    public override GenerationSettings Generation => StandardGeneration;

    /// <summary>The files that come with the program.</summary>
    public static PretrainedFiles Files { get; } = new(Path.Combine(AppContext.BaseDirectory, "pretrained"));

    public override PretrainedFiles Pretrained => Files;

    public override IReadOnlyList<Option> DataOptions => [_dataset, _data, _mirror];

    public override IReadOnlyList<Experiment> Experiments { get; } =
    [
        new SamplesExperiment(), new TrajectoryExperiment(), new FormationExperiment(), new GuidanceExperiment(),
        new InterpolationExperiment([3, 5, 8], [(1, 7), (3, 8), (4, 9), (0, 6)]), new MetricsExperiment(),
    ];

    public override TrainingRun With(TrainingRun run, ParseResult result) =>
        (DigitsRun)run with { Dataset = result.GetValue(_dataset) ?? ((DigitsRun)run).Dataset };

    public override TrainingRun LoadRun(string path) => ConfigurationFile.Load<DigitsRun>(path);

    public override ImageData Load(TrainingRun run, ParseResult result, CommandContext context)
    {
        var options = new MnistOptions
        {
            Dataset = ((DigitsRun)run).Dataset == DatasetName.Fashion ? MnistDataset.Fashion : MnistDataset.Digits,
            Folder = result.GetValue(_data),
            Mirror = result.GetValue(_mirror),
        };
        var mnist = context.Reporter.Download(progress => Mnist.Load(options, progress, context.Cancellation));
        return new ImageData(mnist.Train, mnist.Test);
    }

    public override ImageData LoadFor(Shape image, ParseResult result, CommandContext context) => Load(With(Standard, result), result, context);

    public override DenoisingNetwork<float> MakeNetwork(TrainingRun run, int classes, RandomSource random) => new MnistUNet<float>(
        new MnistUNetConfiguration { Widths = run.Widths, Heads = run.Heads, Embedding = run.Embedding, Timesteps = run.Timesteps }, random);

    public override ClassifierTrainingConfiguration ClassifierTraining(ImageSet train) => new();

    public override IEnumerable<ImageCommand> Commands(CommandContext context) =>
    [
        new AllCommand(context), new SampleCommand(context), new TrainCommand(context), new InpaintCommand(context), new EditCommand(context),
        new InterpolateCommand(context), new FormationCommand(context), new EvaluateCommand(context), new MemorisationCommand(context), new ClassifierCommand(context), new ClassifierGuidanceCommand(context),
        new ExportCommand(context),
    ];
}
