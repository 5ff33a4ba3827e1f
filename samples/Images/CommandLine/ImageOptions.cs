using System.CommandLine;
using System.Globalization;
using Diffusion.Generation;
using Diffusion.Images.Running;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Terminal;

namespace Diffusion.Images.CommandLine;

/// <summary>The options of the commands. None has a default of its own: what is not given comes from --config, or else from the preset.</summary>
internal sealed class ImageOptions(Preset preset)
{
    // The optimal variance needs a table that is known for Gaussian mixtures only.
    private static readonly string[] Names = [.. Samplers.All.Where(entry => entry.Name != "ddpm-optimal").Select(entry => entry.Name)];

    private readonly GenerationSettings _generation = preset.Generation;
    private readonly TrainingRun _run = preset.Run;

    private static string OwnModel(Preset preset) => preset.Pretrained is null ? $"that in {preset.DefaultFolder}, or in the folder of --out" : "the one that comes with the program";

    public Option<string?> Folder { get; } = Options.Text("--out", "DIR", $"The folder of the results. Default: {preset.DefaultFolder}.");

    public Option<string?> Model { get; } = Options.Text("--model", "FILE", $"A model file. Default: {OwnModel(preset)}.");

    public Option<string?> Classifier { get; } = Options.Text("--classifier", "FILE",
        preset.Pretrained is null ? "The classifier that judges. Default: that in the folder of --out; if it has none, one is trained." : "The classifier that judges. Default: the one that comes with the program.");

    public Option<string?> Classes { get; } = Options.Text(preset.ClassesOption, "A,B,...",
        $"The classes to ask for, by name or by number from 0, in this order, repeated as often as needed. Default: random ones.");

    public Option<int?> Count { get; } = Options.Whole("--count", "N", 1, 1_000_000, "How many images. Default: 64, for evaluate 10000, for formation and memorisation 256, for changes of a picture 8.");

    public Option<double?> Guidance { get; } = Options.Real("--guidance", "W", double.NegativeInfinity, double.PositiveInfinity,
        $"w of classifier-free guidance, (w + 1)·conditional - w·unconditional: 0 is conditional, -1 unconditional, any finite number is valid. Default: {preset.Generation.Guidance}.");

    public Option<ValueRange?> Interval { get; } = Options.Make<ValueRange?>("--guidance-interval", "LOW,HIGH",
        "Guide only where t/T is between two numbers from 0 to 1; 0,1 guides everywhere. Default: 0,1.",
        text => text.Split(',') is [string low, string high]
            && double.TryParse(low, NumberStyles.Float, CultureInfo.InvariantCulture, out double from)
            && double.TryParse(high, NumberStyles.Float, CultureInfo.InvariantCulture, out double to)
            && from >= 0 && to <= 1 && from < to ? new ValueRange(from, to) : null,
        "two numbers from 0 to 1, the smaller first, such as 0.2,0.8");

    public Option<int?> SweepCount { get; } = Options.Whole("--sweep-count", "N", 0, 100_000, "Images at each weight of the sweep; 0 for none. Default: 2000.");

    public Option<int?> FullCount { get; } = Options.Whole("--full-count", "N", 0, 100_000, "Images by the full reverse process and by fast samplers beside it; 0 for none. Default: 1000.");

    public Option<string?> Sampler { get; } = Options.Make<string?>("--sampler", "NAME", $"The sampler: {string.Join(", ", Names)}. Default: {preset.Generation.Sampler}.",
        text => Names.Contains(text) ? text : null, string.Join(", ", Names));

    public Option<int?> SamplingSteps { get; } = Options.Whole("--sampling-steps", "N", 1, 10_000, $"Steps of the sampler, at most the model's T. Default: {preset.Generation.Steps}; for --sampler ddpm T.");

    public Option<ulong?> Seed { get; } = Options.Seed;

    public Option<int?> Threads { get; } = Options.Threads;

    public Option<string?> Config { get; } = Options.Text("--config", "FILE", "The config.json of an earlier training, which other options then vary.");

    public Option<bool> Resume { get; } = new("--resume") { Description = "Continue from the checkpoint in the output folder." };

    public Option<double?> CheckpointMinutes { get; } = Options.Real("--checkpoint-minutes", "M", 0, 1e6, "Minutes between checkpoints, with a preview each; 0 for one after every step. Default: 5.");

    public Option<int?> StepsMax { get; } = Options.Whole("--steps-max", "T", 1, 10_000, $"The number of diffusion steps T. Default: {preset.Run.Timesteps}.");

    public Option<int?> Iterations { get; } = Options.Whole("--iterations", "N", 1, 100_000_000, $"Training steps. Default: {preset.Run.Iterations}.");

    public Option<int?> Batch { get; } = Options.Whole("--batch", "N", 1, 1_000_000, $"Images in a training step. Default: {preset.Run.Batch}.");

    public Option<double?> LearningRate { get; } = Options.Real("--learning-rate", "R", double.Epsilon, 1e6,
        $"The highest learning rate, above 0; it falls to 0 along half a cosine. Default: {preset.Run.LearningRate}.");

    public Option<int[]?> Widths { get; } = Options.Wholes("--widths", "C,C,...", 8, 4096,
        $"Channels at each level, multiples of 8; each next level has half the pixels in each direction. Default: {string.Join(',', preset.Run.Widths)}.");

    public Option<int?> Embedding { get; } = Options.Whole("--embedding", "E", 2, 4096, $"Features of the embedding of step and class, even. Default: {preset.Run.Embedding}.");

    public Option<double?> LabelDropout { get; } = Options.Real("--label-dropout", "P", 0, 1, $"The probability that a label is dropped, 0 to 1. Default: {preset.Run.LabelDropout}.");

    public Option<double?> Ema { get; } = Options.Real("--ema", "D", 0, 0.999999999, $"The decay of the average of the weights, 0 to below 1. Default: {preset.Run.Ema}.");

    public Option<LossKind?> Loss { get; } = Options.Choice<LossKind>("--loss", preset.Run.Loss, "The loss");

    public Option<Parameterisation?> Predicts { get; } = Options.Choice(
        "--parameterisation", [Parameterisation.Epsilon, Parameterisation.X0, Parameterisation.V, Parameterisation.Flow], preset.Run.Parameterisation, "What the network predicts");

    public Option<ScheduleKind?> Schedule { get; } = Options.Choice<ScheduleKind>("--schedule", preset.Run.Schedule, "The noise schedule");

    /// <summary>The options that make a <see cref="TrainingRun"/>.</summary>
    public IEnumerable<Option> OfTraining =>
        [Config, .. preset.TrainingOptions, StepsMax, Seed, Iterations, Batch, LearningRate, Widths, Embedding, LabelDropout, Ema, Loss, Predicts, Schedule];

    /// <summary>The options that make <see cref="GenerationSettings"/>.</summary>
    public IEnumerable<Option> OfGeneration => [Model, Guidance, Interval, Sampler, SamplingSteps, Seed];

    /// <summary>The training that the command line asks for.</summary>
    /// <exception cref="UsageException">A value that is not accepted.</exception>
    public TrainingRun Training(ParseResult result)
    {
        var run = result.GetValue(Config) is { } file ? ConfigurationFile.Given(file, preset.LoadRun) : _run;
        return preset.With(run with
        {
            Seed = result.GetValue(Seed) ?? run.Seed,
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
        }, result).Validated(preset);
    }

    /// <summary>How images are to be generated. The full process has as many steps as the schedule unless told otherwise.</summary>
    public GenerationSettings Settings(ParseResult result)
    {
        string sampler = result.GetValue(Sampler) ?? _generation.Sampler;
        return _generation with
        {
            Sampler = sampler,
            Steps = result.GetValue(SamplingSteps) ?? (sampler.StartsWith("ddpm", StringComparison.Ordinal) ? null : _generation.Steps),
            Guidance = result.GetValue(Guidance) ?? _generation.Guidance,
            Interval = result.GetValue(Interval) is { } interval ? (interval is { Low: 0, High: 1 } ? null : interval) : _generation.Interval,
            Seed = result.GetValue(Seed) ?? _generation.Seed,
        };
    }
}
