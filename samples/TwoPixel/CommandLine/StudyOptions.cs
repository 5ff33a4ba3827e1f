using System.CommandLine;
using Diffusion.Objectives;
using Diffusion.TwoPixel.Compare;

namespace Diffusion.TwoPixel.CommandLine;

/// <summary>The options of the commands. None has a default of its own: what is not given comes from --config, or else from <see cref="RunConfiguration"/>.</summary>
internal static class StudyOptions
{
    private static readonly RunConfiguration Defaults = new();

    public static Option<int?> StepsMax { get; } = Options.Whole("--steps-max", "T", 1, 10_000,
        "The number of diffusion steps T. Default: all of 50, 25, 10, 5 for the study, 50 for train, the model's own for sample.");

    public static Option<ulong?> Seed => Options.Seed;

    public static Option<double?> Guidance { get; } = Options.Real("--guidance", "W", double.NegativeInfinity, double.PositiveInfinity,
        $"w of classifier-free guidance, (w + 1)·conditional - w·unconditional: 0 is conditional, -1 unconditional, any finite number is valid. Default: {Defaults.Guidance}.");

    public static Option<int?> Iterations { get; } = Options.Whole("--iterations", "N", 1, 100_000_000,
        $"Training steps of each model. Default: {RunConfiguration.DefaultIterations(50)} for T = 50, {RunConfiguration.DefaultIterations(25)} for 25, {RunConfiguration.DefaultIterations(10)} for fewer.");

    public static Option<int?> Batch { get; } = Options.Whole("--batch", "N", 1, 1_000_000, $"Samples in a training step, 1 to 1000000. Default: {RunConfiguration.DefaultBatch}; for what compare trains {CompareSettings.DefaultBatch}.");

    public static Option<double?> LearningRate { get; } = Options.Real("--learning-rate", "R", double.Epsilon, 1e6,
        $"The highest learning rate, above 0; it falls to 0 along half a cosine. Default: {Defaults.LearningRate}.");

    public static Option<double?> LabelDropout { get; } = Options.Real("--label-dropout", "P", 0, 1, $"The probability that a label is dropped, 0 to 1. Default: {Defaults.LabelDropout}.");

    public static Option<double?> Ema { get; } = Options.Real("--ema", "D", 0, 0.999999999, $"The decay of the average of the weights, 0 to below 1. Default: {Defaults.Ema}.");

    public static Option<LossKind?> Loss { get; } = Options.Choice<LossKind>("--loss", Defaults.Loss, "The loss of the predicted noise");

    public static Option<ScheduleKind?> Schedule { get; } = Options.Choice<ScheduleKind>("--schedule", Defaults.Schedule, "The noise schedule");

    public static Option<int?> Width { get; } = Options.Whole("--width", "C", 32, 2048,
        $"Channels of the network's first level, a multiple of 16 from 32 to 2048; the second level and the embedding have twice as many. Default: {Defaults.Width}.");

    public static Option<int?> Threads => Options.Threads;

    public static Option<int?> Count { get; } = Options.Whole("--count", "N", 1, 10_000_000, "How many images to sample, 1 to 10000000. Default: 5000.");

    public static Option<int?> Points { get; } = Options.Whole("--points", "N", 100, 1_000_000,
        $"The points of each distance, 100 to 1000000. Default: {Compare.CompareSettings.DefaultPoints}.");

    public static Option<int?> Label { get; } = Options.Make<int?>("--label", "Y", "The class to ask for: 0 (left darker), 1 (right darker), one of those of the model's own data, or none. Default: none.",
        text => text == "none" ? DenoiserArguments.NoLabel : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int label) ? label : null,
        "a class (0, 1, ...) or none");

    public static Option<(double Left, double Right)?> Start { get; } = Options.Make<(double, double)?>(
        "--start", "LEFT,RIGHT", "x_T of every image, such as 0.5,-1. Default: noise.",
        text => text.Split(',') is [var left, var right] && Finite(left) is double l && Finite(right) is double r ? (l, r) : null,
        "two finite numbers separated by a comma");

    public static Option<string?> Data { get; } = Options.Text("--data", "FILE.csv",
        "Your own points in place of the assignment's mixture: left,right,label; labels 0 to K - 1, -1 for none. What needs an exact answer is left out.");

    public static Option<string?> Mixture { get; } = Options.Text("--mixture", "FILE.json",
        $"Your own mixture in place of the assignment's: {StudyData.MixtureFormat}, component k being label k, weights summing to 1.");

    public static Option<ToyData?> Dataset { get; } = Options.OneOf("--dataset", ToyData.All,
        $"A set that everybody knows in place of the assignment's mixture: {StudyData.DatasetPoints:N0} points of it, or of gaussians the mixture itself.");

    public static Option<NetworkKind?> Network { get; } = Options.Choice<NetworkKind>("--network", Defaults.Network, "The network: the assignment's UNet, which is made for two peaks, or linear layers (mlp), as which --dataset has it");

    public static Option<string?> Folder { get; } = new("--out")
    {
        HelpName = "DIR",
        Description = $"The folder of the results. Default: {DefaultFolder}.",
    };

    public static Option<string?> SampleFile { get; } = new("--out")
    {
        HelpName = "FILE",
        Description = $"Where the points go: .csv (left,right,label; label -1 where none was asked) or .npy. Default: {DefaultFolder}/samples.csv.",
    };

    public static Option<string?> Model { get; } = new("--model")
    {
        HelpName = "FILE",
        Description = $"A model file. Default: {DefaultFolder}/model-T50.safetensors, or that of --steps-max.",
    };

    public static Option<string?> Config { get; } = new("--config")
    {
        HelpName = "FILE",
        Description = "The config.json of an earlier run, which other options then vary.",
    };

    public static Option<bool> Resume { get; } = new("--resume") { Description = "Continue from the checkpoint in the output folder." };

    public static Option<bool> Trajectory { get; } = new("--trajectory") { Description = "Write every step of each image, with its time (CSV only)." };

    public const string DefaultFolder = "out/two-pixel";

    /// <summary>The options that make a <see cref="RunConfiguration"/>.</summary>
    public static IReadOnlyList<Option> OfRuns { get; } =
        [Config, Data, Mixture, Dataset, StepsMax, Seed, Iterations, Batch, LearningRate, LabelDropout, Ema, Loss, Schedule, Network, Width, Guidance];

    /// <summary>The configuration that the command line asks for.</summary>
    /// <exception cref="UsageException">A value that is not accepted.</exception>
    public static RunConfiguration Configuration(ParseResult result) =>
        Configuration(result, result.GetValue(Config) is { } file ? ConfigurationFile.Given(file, RunConfiguration.Load) : Defaults);

    /// <summary>A configuration as the options of the command line vary it.</summary>
    /// <exception cref="UsageException">A value that is not accepted.</exception>
    public static RunConfiguration Configuration(ParseResult result, RunConfiguration configuration)
    {
        return (configuration with
        {
            Data = OwnData(result) ?? configuration.Data,
            Timesteps = result.GetValue(StepsMax) is int timesteps ? [timesteps] : configuration.Timesteps,
            Seed = result.GetValue(Seed) ?? configuration.Seed,
            Iterations = result.GetValue(Iterations) ?? configuration.Iterations,
            Batch = result.GetValue(Batch) ?? configuration.Batch,
            LearningRate = result.GetValue(LearningRate) ?? configuration.LearningRate,
            LabelDropout = result.GetValue(LabelDropout) ?? configuration.LabelDropout,
            Ema = result.GetValue(Ema) ?? configuration.Ema,
            Loss = result.GetValue(Loss) ?? configuration.Loss,
            Schedule = result.GetValue(Schedule) ?? configuration.Schedule,
            Network = result.GetValue(Network) ?? (result.GetValue(Dataset) is null ? configuration.Network : NetworkKind.Mlp),
            Width = result.GetValue(Width) ?? configuration.Width,
            Guidance = result.GetValue(Guidance) ?? configuration.Guidance,
        }).Validated();
    }

    /// <summary>The data that the command line names; null if it names none.</summary>
    /// <exception cref="UsageException">Two of them, or a file that is not there.</exception>
    /// <exception cref="InvalidDataException">The file holds no data; the message says where.</exception>
    public static StudyData? OwnData(ParseResult result) => (result.GetValue(Data), result.GetValue(Mixture), result.GetValue(Dataset)) switch
    {
        (null, null, null) => null,
        ({ } points, null, null) => StudyData.ReadPoints(points),
        (null, { } mixture, null) => StudyData.ReadMixture(mixture),
        (null, null, { } dataset) => StudyData.OfDataset(dataset),
        var (points, mixture, dataset) => throw new UsageException(
            $"{string.Join(" and ", new[] { ("--data", points is not null), ("--mixture", mixture is not null), ("--dataset", dataset is not null) }.Where(option => option.Item2).Select(option => option.Item1))} were given together; accepted is one of them."),
    };

    private static double? Finite(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite((float)value) ? value : null;
}
