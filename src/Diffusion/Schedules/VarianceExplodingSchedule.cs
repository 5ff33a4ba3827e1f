using System.Globalization;

namespace Diffusion.Schedules;

/// <summary>
/// EDM's schedule (arXiv:2206.00364, eq. 5): g = 1, S = (sigma_min^(1/rho) + (t - 1)/(T - 1) (sigma_max^(1/rho) - sigma_min^(1/rho)))^rho
/// for t from 1 to T, so that equal steps of time are its steps of noise, and below t = 1 in proportion to t.
/// </summary>
public sealed class VarianceExplodingSchedule : NoiseSchedule
{
    internal const string KindName = "VarianceExploding";

    private readonly double _low, _high;

    internal VarianceExplodingSchedule(int timesteps, double sigmaMin, double sigmaMax, double rho)
        : base(timesteps)
    {
        if (timesteps < 2)
            throw new ArgumentOutOfRangeException(nameof(timesteps), timesteps, $"Timesteps is {timesteps}; a variance exploding schedule has at least 2, for its least and its greatest sigma.");
        if (!(sigmaMin > 0 && double.IsFinite(sigmaMin)))
            throw new ArgumentOutOfRangeException(nameof(sigmaMin), sigmaMin, $"SigmaMin is {sigmaMin}; it must be positive.");
        if (!(sigmaMax > sigmaMin && double.IsFinite(sigmaMax)))
            throw new ArgumentOutOfRangeException(nameof(sigmaMax), sigmaMax, $"SigmaMax is {sigmaMax}; it must be more than SigmaMin, {sigmaMin}.");
        if (!(rho >= 1 && rho <= 100))
            throw new ArgumentOutOfRangeException(nameof(rho), rho, $"Rho is {rho}; accepted is 1 to 100.");
        (SigmaMin, SigmaMax, Rho) = (sigmaMin, sigmaMax, rho);
        (_low, _high) = (Math.Pow(sigmaMin, 1 / rho), Math.Pow(sigmaMax, 1 / rho));
    }

    /// <summary>S at t = 1.</summary>
    public double SigmaMin { get; }

    /// <summary>S at t = T.</summary>
    public double SigmaMax { get; }

    /// <summary>The exponent of the steps.</summary>
    public double Rho { get; }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override string ToJson() => string.Create(
        CultureInfo.InvariantCulture, $$"""{"Kind":"{{KindName}}","Timesteps":{{T}},"SigmaMin":{{SigmaMin:R}},"SigmaMax":{{SigmaMax:R}},"Rho":{{Rho:R}}}""");

    /// <inheritdoc/>
    protected override NoiseLevel LevelAt(double t) => new(
        t, 1, t <= 1 ? SigmaMin * t : t == T ? SigmaMax : Math.Pow(_low + ((t - 1) / (T - 1) * (_high - _low)), Rho));

    /// <inheritdoc/>
    protected override double TimeAt(double lambda)
    {
        double sigma = Math.Exp(-lambda);
        return sigma <= SigmaMin ? sigma / SigmaMin : Math.Min(T, 1 + ((T - 1) * (Math.Pow(sigma, 1 / Rho) - _low) / (_high - _low)));
    }
}
