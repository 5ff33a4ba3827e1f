using System.Text.Json.Serialization;

namespace Diffusion.Training;

/// <summary>The loss between the prediction and its target (for noise, assignment eq. 9).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LossKind>))]
public enum LossKind
{
    /// <summary>Mean squared error: its minimum is the conditional mean E[eps | x_t], so the network learns a score.</summary>
    L2 = 0,

    /// <summary>Mean absolute error: its minimum is a median, not a score.</summary>
    L1,

    /// <summary>Huber's loss with delta 1.</summary>
    Huber,
}

/// <summary>Whether training draws whole steps or real times.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TimeSampling>))]
public enum TimeSampling
{
    /// <summary>t uniform over 1 ... T, as the assignment says.</summary>
    Discrete = 0,

    /// <summary>t uniform over (0, T]: for solvers and likelihoods that ask between the steps.</summary>
    Continuous,
}

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

    /// <summary>The probability that a sample's label is dropped, for classifier-free guidance (arXiv:2207.12598).</summary>
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

    /// <summary>The loss.</summary>
    public LossKind Loss
    {
        get;
        init => field = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Loss), value, $"Loss is {value}; accepted are {string.Join(", ", Enum.GetNames<LossKind>())}.");
    }

    /// <summary>What the network learns to predict.</summary>
    public Parameterisation Parameterisation
    {
        get;
        init => field = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Parameterisation), value, $"Parameterisation is {value}; accepted are {string.Join(", ", Enum.GetNames<Parameterisation>())}.");
    }

    /// <summary>Whole steps or real times.</summary>
    public TimeSampling Times
    {
        get;
        init => field = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Times), value, $"Times is {value}; accepted are {string.Join(", ", Enum.GetNames<TimeSampling>())}.");
    }

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

    /// <summary>
    /// Gamma of min-SNR loss weighting (arXiv:2303.09556, 5 there): the squared error of x_0 weighs min(SNR, gamma), in terms of
    /// whatever the network predicts. 0 means none: the plain error of the prediction. Of L2 only.
    /// </summary>
    public double MinSnrGamma
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(MinSnrGamma), value, $"MinSnrGamma is {value}; it must be at least 0.");
    }

    /// <summary>
    /// The weight of the variational bound, summed over all t, of a network that learns the variance: L_simple + lambda L_vlb
    /// (arXiv:2102.09672, eq. 16).
    /// </summary>
    public double BoundWeight
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(BoundWeight), value, $"BoundWeight is {value}; it must be at least 0.");
    } = 0.001;

    /// <summary>The seed of everything random in the run.</summary>
    public ulong Seed { get; init; }
}
