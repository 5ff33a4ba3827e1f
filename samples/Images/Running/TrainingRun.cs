using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Terminal;
using Diffusion.Training;

namespace Diffusion.Images.Running;

/// <summary>Everything that determines a training run but for the data, which a preset adds: saved as config.json beside its model, and read back by --config.</summary>
internal abstract record TrainingRun
{
    /// <summary>The seed of everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>T.</summary>
    public int Timesteps { get; init; } = 400;

    /// <summary>The noise schedule.</summary>
    public ScheduleKind Schedule { get; init; }

    /// <summary>What the network predicts.</summary>
    public Parameterisation Parameterisation { get; init; } = Parameterisation.V;

    /// <summary>The loss.</summary>
    public LossKind Loss { get; init; }

    /// <summary>Training steps.</summary>
    public int Iterations { get; init; } = 4000;

    /// <summary>Images in a step.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>The highest learning rate.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Steps over which the learning rate rises.</summary>
    public int Warmup { get; init; } = 200;

    /// <summary>AdamW's weight decay.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The largest norm of the gradient.</summary>
    public double ClipGradients { get; init; } = 1;

    /// <summary>The probability that an image's condition is dropped.</summary>
    public double LabelDropout { get; init; } = 0.1;

    /// <summary>The decay of the average of the weights.</summary>
    public double Ema { get; init; } = 0.999;

    /// <summary>Channels at each level; each next level has half the pixels in each direction, rounded up.</summary>
    public IReadOnlyList<int> Widths { get; init; } = [32, 64, 128, 128];

    /// <summary>Heads of attention.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Features of the embedding of step and class.</summary>
    public int Embedding { get; init; } = 128;

    /// <summary>The schedule.</summary>
    public NoiseSchedule ToSchedule() => new VariancePreservingSchedule(new ScheduleConfiguration { Kind = Schedule, Timesteps = Timesteps });

    /// <summary>What the network learns.</summary>
    public SimpleObjective<float> ToObjective() => new(Parameterisation) { Loss = Loss };

    /// <summary>The settings of the trainer.</summary>
    public TrainingConfiguration ToTraining() => new()
    {
        Iterations = Iterations,
        Batch = Batch,
        LearningRate = LearningRate,
        Warmup = Warmup,
        LabelDropout = LabelDropout,
        Ema = Ema,
        ClipGradients = ClipGradients,
        WeightDecay = WeightDecay,
        Seed = Seed,
    };

    /// <summary>Checks what the command line or a file gave, by making everything that is made from it.</summary>
    /// <exception cref="UsageException">A value that is not accepted.</exception>
    public TrainingRun Validated(Preset preset)
    {
        try
        {
            if (Timesteps is < 1 or > 10_000)
                throw new ArgumentException($"steps-max is {Timesteps}; accepted is 1 to 10000.");
            _ = ToSchedule();
            _ = ToTraining();
            _ = ToObjective();
            _ = preset.MakeNetwork(this, classes: 2, new RandomSource(0));
            return this;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter", 2)[0], e);
        }
    }

    /// <summary>The run as text.</summary>
    public string ToJson() => ConfigurationFile.ToJson<object>(this);
}
