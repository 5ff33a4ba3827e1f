using System.CommandLine;
using System.Globalization;
using Diffusion.Digits.Study;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Terminal;

namespace Diffusion.Digits.CommandLine;

/// <summary>The options of the commands. None has a default of its own: what is not given comes from --config, or else from <see cref="TrainingRun"/> and <see cref="GenerationSettings"/>.</summary>
internal static class DigitsOptions
{
    public const string DefaultFolder = "out/mnist";

    private static readonly TrainingRun Run = new();
    private static readonly GenerationSettings Generation = new();

    // The optimal variance needs a table that is known for Gaussian mixtures only.
    private static readonly string[] Names = [.. Samplers.All.Where(entry => entry.Name != "ddpm-optimal").Select(entry => entry.Name)];

    public static Option<string?> Folder { get; } = Options.Text("--out", "DIR", $"The folder of the results. Default: {DefaultFolder}.");

    public static Option<string?> Data { get; } = Options.Text("--data", "DIR",
        "A folder with the four files of the data set, plain or gzip. Default: that of DIFFUSION_DATA, or the user's cache, into which they are downloaded.");

    public static Option<Uri?> Mirror { get; } = Options.Make<Uri?>("--mirror", "URL", "Where to download from instead of the usual mirrors.", text =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null, "an address that begins with http:// or https://");

    public static Option<DatasetName?> Dataset { get; } = Options.Choice<DatasetName>("--dataset", Run.Dataset, "The data set");

    public static Option<string?> Model { get; } = Options.Text("--model", "FILE", "A model file. Default: the one that comes with the program.");

    public static Option<string?> Classifier { get; } = Options.Text("--classifier", "FILE", "The classifier that judges. Default: the one that comes with the program.");

    public static Option<int[]?> Digits { get; } = Options.Wholes("--digits", "0,1,2...", 0, 9, "The digits to ask for, in this order, repeated as often as needed. Default: random ones.");

    public static Option<int?> Count { get; } = Options.Whole("--count", "N", 1, 1_000_000, "How many images. Default: 64, for evaluate 10000, for formation 256.");

    public static Option<double?> Guidance { get; } = Options.Real("--guidance", "W", double.NegativeInfinity, double.PositiveInfinity,
        $"w of classifier-free guidance, (w + 1)·conditional - w·unconditional: 0 is conditional, -1 unconditional, any finite number is valid. Default: {Generation.Guidance}.");

    public static Option<double[]?> Interval { get; } = Options.Make<double[]?>("--guidance-interval", "LOW,HIGH",
        $"Guide only where t/T is between two numbers from 0 to 1; 0,1 guides everywhere. Default: {(Generation.Interval is null ? "0,1" : string.Join(',', Generation.Interval))}.",
        text => text.Split(',') is [string low, string high]
            && double.TryParse(low, NumberStyles.Float, CultureInfo.InvariantCulture, out double from)
            && double.TryParse(high, NumberStyles.Float, CultureInfo.InvariantCulture, out double to)
            && from >= 0 && to <= 1 && from <= to ? [from, to] : null,
        "two numbers from 0 to 1, the smaller first, such as 0.2,0.8");

    public static Option<int?> SweepCount { get; } = Options.Whole("--sweep-count", "N", 0, 100_000, "Images at each weight of the sweep; 0 for none. Default: 2000.");

    public static Option<int?> FullCount { get; } = Options.Whole("--full-count", "N", 0, 100_000, "Images by the full reverse process and by fast samplers beside it; 0 for none. Default: 1000.");

    public static Option<string?> Sampler { get; } = Options.Make<string?>("--sampler", "NAME", $"The sampler: {string.Join(", ", Names)}. Default: {Generation.Sampler}.",
        text => Names.Contains(text) ? text : null, string.Join(", ", Names));

    public static Option<int?> SamplingSteps { get; } = Options.Whole("--sampling-steps", "N", 1, 10_000, $"Steps of the sampler, at most the model's T. Default: {Generation.Steps}; for --sampler ddpm T.");

    public static Option<ulong?> Seed => Options.Seed;

    public static Option<int?> Threads => Options.Threads;

    public static Option<string?> Config { get; } = Options.Text("--config", "FILE", "The config.json of an earlier training, which other options then vary.");

    public static Option<bool> Resume { get; } = new("--resume") { Description = "Continue from the checkpoint in the output folder." };

    public static Option<double?> CheckpointMinutes { get; } = Options.Real("--checkpoint-minutes", "M", 0, 1e6, "Minutes between checkpoints, with a preview each; 0 for one after every step. Default: 5.");

    public static Option<int?> StepsMax { get; } = Options.Whole("--steps-max", "T", 1, 10_000, $"The number of diffusion steps T. Default: {Run.Timesteps}.");

    public static Option<int?> Iterations { get; } = Options.Whole("--iterations", "N", 1, 100_000_000, $"Training steps. Default: {Run.Iterations}.");

    public static Option<int?> Batch { get; } = Options.Whole("--batch", "N", 1, 1_000_000, $"Images in a training step. Default: {Run.Batch}.");

    public static Option<double?> LearningRate { get; } = Options.Real("--learning-rate", "R", double.Epsilon, 1e6,
        $"The highest learning rate, above 0; it falls to 0 along half a cosine. Default: {Run.LearningRate}.");

    public static Option<int[]?> Widths { get; } = Options.Wholes("--widths", "C,C,C,C", 8, 4096, $"Channels at 28, 14, 7 and 4 pixels, multiples of 8. Default: {string.Join(',', Run.Widths)}.");

    public static Option<int?> Embedding { get; } = Options.Whole("--embedding", "E", 2, 4096, $"Features of the embedding of step and class, even. Default: {Run.Embedding}.");

    public static Option<double?> LabelDropout { get; } = Options.Real("--label-dropout", "P", 0, 1, $"The probability that a label is dropped, 0 to 1. Default: {Run.LabelDropout}.");

    public static Option<double?> Ema { get; } = Options.Real("--ema", "D", 0, 0.999999999, $"The decay of the average of the weights, 0 to below 1. Default: {Run.Ema}.");

    public static Option<LossKind?> Loss { get; } = Options.Choice<LossKind>("--loss", Run.Loss, "The loss");

    public static Option<Parameterisation?> Predicts { get; } = Options.Choice(
        "--parameterisation", [Parameterisation.Epsilon, Parameterisation.X0, Parameterisation.V, Parameterisation.Flow], Run.Parameterisation, "What the network predicts");

    public static Option<ScheduleKind?> Schedule { get; } = Options.Choice<ScheduleKind>("--schedule", Run.Schedule, "The noise schedule");

    /// <summary>The options that make a <see cref="TrainingRun"/>.</summary>
    public static IReadOnlyList<Option> OfTraining { get; } =
        [Config, Dataset, StepsMax, Seed, Iterations, Batch, LearningRate, Widths, Embedding, LabelDropout, Ema, Loss, Predicts, Schedule];

    /// <summary>The options that find the data.</summary>
    public static IReadOnlyList<Option> OfData { get; } = [Data, Mirror];

    /// <summary>The options that make <see cref="GenerationSettings"/>.</summary>
    public static IReadOnlyList<Option> OfGeneration { get; } = [Model, Guidance, Interval, Sampler, SamplingSteps, Seed];

    /// <summary>The training that the command line asks for.</summary>
    /// <exception cref="UsageException">A value that is not accepted.</exception>
    public static TrainingRun Training(ParseResult result)
    {
        var run = result.GetValue(Config) is { } file ? TrainingRun.Load(file) : Run;
        return (run with
        {
            Seed = result.GetValue(Seed) ?? run.Seed,
            Dataset = result.GetValue(Dataset) ?? run.Dataset,
            Timesteps = result.GetValue(StepsMax) ?? run.Timesteps,
            Schedule = result.GetValue(Schedule) ?? run.Schedule,
            Parameterisation = result.GetValue(Predicts) ?? run.Parameterisation,
            Loss = result.GetValue(Loss) ?? run.Loss,
            Iterations = result.GetValue(Iterations) ?? run.Iterations,
            Batch = result.GetValue(Batch) ?? run.Batch,
            LearningRate = result.GetValue(LearningRate) ?? run.LearningRate,
            LabelDropout = result.GetValue(LabelDropout) ?? run.LabelDropout,
            Ema = result.GetValue(Ema) ?? run.Ema,
            Widths = result.GetList(Widths) ?? run.Widths,
            Embedding = result.GetValue(Embedding) ?? run.Embedding,
        }).Validated();
    }

    /// <summary>How images are to be generated. The full process has as many steps as the schedule unless told otherwise.</summary>
    public static GenerationSettings Settings(ParseResult result)
    {
        string sampler = result.GetValue(Sampler) ?? Generation.Sampler;
        return Generation with
        {
            Sampler = sampler,
            Steps = result.GetValue(SamplingSteps) ?? (sampler.StartsWith("ddpm", StringComparison.Ordinal) ? null : Generation.Steps),
            Guidance = result.GetValue(Guidance) ?? Generation.Guidance,
            Interval = result.GetValue(Interval) is { Length: 2 } interval ? (interval is [0, 1] ? null : interval) : Generation.Interval,
            Seed = result.GetValue(Seed) ?? Generation.Seed,
        };
    }
}
