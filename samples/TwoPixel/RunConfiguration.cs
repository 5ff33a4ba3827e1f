using System.Text.Json.Serialization;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Training;

namespace Diffusion.TwoPixel;

/// <summary>Everything that determines a run of the study: saved as config.json beside its results, and read back by --config.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RunConfiguration
{
    /// <summary>The seed of everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>The user's own data; null for the assignment's mixture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StudyData? Data { get; init; }

    /// <summary>The data, whichever they are.</summary>
    [JsonIgnore]
    public StudyData UsedData => Data ?? StudyData.Assignment;

    /// <summary>T of each model, in the order of training.</summary>
    public IReadOnlyList<int> Timesteps { get; init; } = [50, 25, 10, 5];

    /// <summary>Training steps of each model; null for the study's own number for each T.</summary>
    public int? Iterations { get; init; }

    /// <summary>Samples in a training step; null for the study's own number.</summary>
    public int? Batch { get; init; }

    /// <summary>The highest learning rate.</summary>
    public double LearningRate { get; init; } = 5e-3;

    /// <summary>The probability that a sample's label is dropped.</summary>
    public double LabelDropout { get; init; } = 0.3;

    /// <summary>The decay of the average of the weights.</summary>
    public double Ema { get; init; } = 0.9995;

    /// <summary>The loss.</summary>
    public LossKind Loss { get; init; }

    /// <summary>The noise schedule.</summary>
    public ScheduleKind Schedule { get; init; }

    /// <summary>C1; C2 and the embedding are twice as wide.</summary>
    public int Width { get; init; } = 64;

    /// <summary>The network.</summary>
    public NetworkKind Network { get; init; }

    /// <summary>w of the guided trajectories.</summary>
    public double Guidance { get; init; } = 1;

    /// <summary>The schedule of the model with T steps.</summary>
    public NoiseSchedule ScheduleFor(int timesteps) => new VariancePreservingSchedule(new ScheduleConfiguration { Kind = Schedule, Timesteps = timesteps });

    /// <summary>The sizes of the network of the model with T steps.</summary>
    public TwoPixelUNetConfiguration NetworkFor(int timesteps) => new()
    {
        Channels1 = Width,
        Channels2 = 2 * Width,
        Embedding = 2 * Width,
        Classes = Math.Max(1, UsedData.LabelCount),
        Timesteps = timesteps,
    };

    /// <summary>The network of the model with T steps, as it begins.</summary>
    public DenoisingNetwork<float> MakeNetwork(int timesteps, RandomSource random) => Network == NetworkKind.UNet
        ? new TwoPixelUNet<float>(NetworkFor(timesteps), random)
        : new MlpDenoiser<float>(new() { Dimensions = 2, Width = 2 * Width, Classes = Math.Max(1, UsedData.LabelCount), Timesteps = timesteps }, random);

    /// <summary>The settings of the training of the model with T steps.</summary>
    public TrainingConfiguration TrainingFor(int timesteps) => new()
    {
        Iterations = Iterations ?? DefaultIterations(timesteps),
        Batch = Batch ?? DefaultBatch,
        LearningRate = LearningRate,
        LabelDropout = LabelDropout,
        Ema = Ema,
        Seed = Seed,
    };

    /// <summary>What the networks learn: the noise, unless told otherwise.</summary>
    public SimpleObjective<float> ObjectiveFor(Parameterisation? asked = null, TimeSampling times = TimeSampling.Discrete) => new(asked) { Times = times, Loss = Loss };

    /// <summary>Samples in a training step of the study's models: few, since with more of them the same time comes no nearer.</summary>
    public const int DefaultBatch = 128;

    /// <summary>Fewer noise levels are learned in fewer steps.</summary>
    public static int DefaultIterations(int timesteps) => timesteps >= 40 ? 22000 : timesteps >= 20 ? 8000 : 5000;

    /// <summary>Checks what the command line or a file gave, by making everything that is made from it.</summary>
    /// <exception cref="UsageException">A value that is not accepted.</exception>
    public RunConfiguration Validated()
    {
        try
        {
            if (Timesteps is not { Count: > 0 } || Timesteps.Distinct().Count() != Timesteps.Count)
                throw new ArgumentException("timesteps must name at least one T, each once.");
            if (!double.IsFinite(Guidance))
                throw new ArgumentException($"guidance is {Guidance}; it must be a finite number.");
            if (Width < 32 || Width % 16 != 0 || Width > 2048)
                throw new ArgumentException($"width is {Width}; accepted are multiples of 16 from 32 to 2048.");
            foreach (int timesteps in Timesteps)
            {
                if (timesteps is < 1 or > 10_000)
                    throw new ArgumentException($"steps-max is {timesteps}; accepted is 1 to 10000.");
                _ = ScheduleFor(timesteps);
                _ = NetworkFor(timesteps);
                _ = TrainingFor(timesteps);
            }

            return this;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter", 2)[0], e);
        }
    }

    public string ToJson() => ConfigurationFile.ToJson(this);

    /// <exception cref="InvalidDataException">The file is no configuration, or one with a value that is not accepted.</exception>
    public static RunConfiguration Load(string path) => ConfigurationFile.Load<RunConfiguration>(path, read => (read with { Data = read.Data?.Loaded(path) }).Validated());
}

/// <summary>The networks of the study.</summary>
internal enum NetworkKind
{
    /// <summary>The assignment's one-dimensional UNet: made for two peaks, it blurs what is finer.</summary>
    UNet = 0,

    /// <summary>Linear layers, for points of any pattern.</summary>
    Mlp,
}
