using System.Text.Json.Serialization;
using Diffusion.Numerics;

namespace Diffusion.Training;

/// <summary>How a network is trained. The defaults are those of the two-pixel study.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TrainingConfiguration
{
    /// <summary>The number of steps of the optimiser.</summary>
    public int Iterations { get; init => field = Accepted.AtLeast(value, 1); } = 6000;

    /// <summary>Samples in a step.</summary>
    public int Batch { get; init => field = Accepted.Between(value, 1, 1_000_000); } = 512;

    /// <summary>The highest learning rate; it falls to 0 along half a cosine.</summary>
    public double LearningRate { get; init => field = Accepted.Positive(value); } = 2e-3;

    /// <summary>Steps over which the learning rate rises from 0; at most the number of iterations count.</summary>
    public int Warmup { get; init => field = Accepted.AtLeast(value, 0); } = 100;

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
    public double ClipGradients { get; init => field = Accepted.AtLeast(value, 0); }

    /// <summary>By which part of the learning rate the weights shrink in each step (AdamW, arXiv:1711.05101).</summary>
    public double WeightDecay { get; init => field = Accepted.AtLeast(value, 0); }

    /// <summary>Steps between two measurements of the loss on held-out data; 0 for none. It needs <see cref="Trainer{T}.HeldOut"/>.</summary>
    public int ValidationEvery { get; init => field = Accepted.AtLeast(value, 0); }

    /// <summary>Batches of held-out data in a measurement: always the same ones, with the same times and noise.</summary>
    public int ValidationBatches { get; init => field = Accepted.AtLeast(value, 1); } = 8;

    /// <summary>After how many measurements without a new least loss training stops early, with the weights of the least one; 0 for never.</summary>
    public int Patience { get; init => field = Accepted.AtLeast(value, 0); }

    /// <summary>The seed of everything random in the run.</summary>
    public ulong Seed { get; init; }
}
