namespace Diffusion.Metrics;

/// <summary>Mean squared errors of the predicted x_0 per number of a point (per pixel).</summary>
/// <param name="Training">On noised points of the training data.</param>
/// <param name="HeldOut">On noised points that the training never saw.</param>
public readonly record struct DenoisingErrors(double Training, double HeldOut);

/// <summary>Mean squared differences between the x_0 that two denoisers predict, per number of a point, over both kinds of points.</summary>
/// <param name="IdealOfTraining">From the ideal denoiser of the training data.</param>
/// <param name="IdealOfHeldOut">From that of the held-out data.</param>
/// <param name="Exact">From the exact denoiser of the distribution; null where it is not known.</param>
public readonly record struct DenoiserDifferences(double IdealOfTraining, double IdealOfHeldOut, double? Exact);

/// <summary>A denoiser beside the ideal ones at one time.</summary>
/// <remarks>
/// A denoiser that does not know which points it was trained on has the same error on both kinds, up to chance; the ideal denoiser of the
/// training data has far less on them. The share by heart is the denoiser's gap between the two as a part of that of the ideal one: 0 for a
/// denoiser that learned the distribution (or nothing at all), 1 for one that learned the points. Its interval is of three standard errors over the points,
/// of a ratio (E. C. Fieller, "Some problems in interval estimation", 1954), which is unbounded where the ideal denoiser itself has no gap
/// that can be told from chance. Where the exact denoiser is known its errors on the same draws are taken off first: they are the part of chance that all share.
/// </remarks>
/// <param name="Time">t.</param>
/// <param name="Rho">S/g, the noise in units of the data.</param>
/// <param name="Denoiser">The errors of the denoiser that is judged.</param>
/// <param name="IdealOfTraining">The errors of the ideal denoiser of the training data.</param>
/// <param name="IdealOfHeldOut">The errors of the ideal denoiser of the held-out data.</param>
/// <param name="Exact">The errors of the exact denoiser; null where it is not known.</param>
/// <param name="Differences">How far the denoiser is from the others.</param>
/// <param name="Share">The share by heart, with its interval; infinite ends where it is not bounded.</param>
public sealed record MemorisationAtTime(
    double Time,
    double Rho,
    DenoisingErrors Denoiser,
    DenoisingErrors IdealOfTraining,
    DenoisingErrors IdealOfHeldOut,
    DenoisingErrors? Exact,
    DenoiserDifferences Differences,
    Interval Share)
{
    /// <summary>By heart where the interval is above this share.</summary>
    public const double LeastMost = 0.5;

    /// <summary>Not by heart where it is below this share.</summary>
    public const double LeastPart = 0.25;

    /// <summary>In part by heart where it is above this share.</summary>
    public const double SomePart = 0.1;

    /// <summary>What the interval says.</summary>
    public MemorisationVerdict Verdict =>
        Share.Low > LeastMost ? MemorisationVerdict.Memorised
        : Share.Low > SomePart ? MemorisationVerdict.InPart
        : Share.High < LeastPart ? MemorisationVerdict.NotByHeart
        : MemorisationVerdict.NotToldApart;
}
