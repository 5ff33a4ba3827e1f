using System.Text.Json.Serialization;

namespace Diffusion.Training;

/// <summary>How a network is trained. The defaults are those of the two-pixel study.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TrainingConfiguration
{
    /// <summary>The number of steps of the optimiser.</summary>
    public int Iterations
    {
        get;
        init => field = value >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Iterations), value, $"Iterations is {value}; it must be at least 1.");
    } = 6000;

    /// <summary>Samples in a step.</summary>
    public int Batch
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Batch), value, $"Batch is {value}; accepted is 1 to 1,000,000.");
    } = 512;

    /// <summary>The highest learning rate; it falls to 0 along half a cosine.</summary>
    public double LearningRate
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(LearningRate), value, $"LearningRate is {value}; it must be positive.");
    } = 2e-3;

    /// <summary>Steps over which the learning rate rises from 0; at most the number of iterations count.</summary>
    public int Warmup
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Warmup), value, $"Warmup is {value}; it must be at least 0.");
    } = 100;

    /// <summary>The probability that a sample's condition (label, vector or image) is dropped, for classifier-free guidance (arXiv:2207.12598).</summary>
    public double LabelDropout
    {
        get;
        init => field = value is >= 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(LabelDropout), value, $"LabelDropout is {value}; accepted is [0, 1].");
    } = 0.3;

    /// <summary>The decay of the moving average of the weights.</summary>
    public double Ema
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Ema), value, $"Ema is {value}; accepted is [0, 1).");
    } = 0.999;

    /// <summary>The largest norm of the gradient over all weights; larger ones are scaled down to it. 0 means no limit.</summary>
    public double ClipGradients
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(ClipGradients), value, $"ClipGradients is {value}; it must be at least 0.");
    }

    /// <summary>By which part of the learning rate the weights shrink in each step (AdamW, arXiv:1711.05101).</summary>
    public double WeightDecay
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(WeightDecay), value, $"WeightDecay is {value}; it must be at least 0.");
    }

    /// <summary>Steps between two measurements of the loss on held-out data; 0 for none. It needs <see cref="Trainer{T}.HeldOut"/>.</summary>
    public int ValidationEvery
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(ValidationEvery), value, $"ValidationEvery is {value}; it must be at least 0.");
    }

    /// <summary>Batches of held-out data in a measurement: always the same ones, with the same times and noise.</summary>
    public int ValidationBatches
    {
        get;
        init => field = value >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(ValidationBatches), value, $"ValidationBatches is {value}; it must be at least 1.");
    } = 8;

    /// <summary>After how many measurements without a new least loss training stops early, with the weights of the least one; 0 for never.</summary>
    public int Patience
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Patience), value, $"Patience is {value}; it must be at least 0.");
    }

    /// <summary>The seed of everything random in the run.</summary>
    public ulong Seed { get; init; }
}
