using System.Text.Json.Serialization;
using Diffusion.Numerics;

namespace Diffusion.Training;

/// <summary>How a classifier is trained.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ClassifierTrainingConfiguration
{
    /// <summary>The number of steps of the optimiser.</summary>
    public int Iterations { get; init => field = Accepted.AtLeast(value, 1); } = 2500;

    /// <summary>Images in a step.</summary>
    public int Batch { get; init => field = Accepted.Between(value, 1, 100_000); } = 128;

    /// <summary>The last images of the training set that are kept from training, so that they can stand for real data in judging.</summary>
    public int HeldOut { get; init => field = Accepted.AtLeast(value, 0); } = 10_000;

    /// <summary>The highest learning rate; it falls to 0 along half a cosine.</summary>
    public double LearningRate { get; init => field = Accepted.Positive(value); } = 2e-3;

    /// <summary>Steps over which the learning rate rises from 0; at most the number of iterations count.</summary>
    public int Warmup { get; init => field = Accepted.AtLeast(value, 0); } = 200;

    /// <summary>The decay of weights, decoupled from the gradient (AdamW).</summary>
    public double WeightDecay { get; init => field = Accepted.AtLeast(value, 0); } = 0.02;

    /// <summary>The decay of the moving average of the weights, which is what classifies.</summary>
    public double Ema
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Ema), value, $"Ema is {value}; accepted is [0, 1).");
    } = 0.998;

    /// <summary>The largest shift of a training image, in pixels.</summary>
    public double MaxShift { get; init => field = Accepted.AtLeast(value, 0); } = 2;

    /// <summary>The largest turn of a training image, in degrees.</summary>
    public double MaxTurn { get; init => field = Accepted.Between(value, 0, 180); } = 10;

    /// <summary>The largest change of size of a training image: 0.1 for a factor from 0.9 to 1.1.</summary>
    public double MaxScale
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxScale), value, $"MaxScale is {value}; accepted is [0, 1).");
    } = 0.1;

    /// <summary>What a changed image shows where it comes from outside of the original: this number in all channels; null for its nearest pixel.</summary>
    public double? Background { get; init; } = -1;

    /// <summary>The seed of everything random in the run.</summary>
    public ulong Seed { get; init; }

    /// <summary>What of this concerns every training loop.</summary>
    internal TrainingConfiguration ToTraining() => new()
    {
        Iterations = Iterations,
        Batch = Batch,
        LearningRate = LearningRate,
        Warmup = Warmup,
        WeightDecay = WeightDecay,
        Ema = Ema,
        Seed = Seed,
    };
}
