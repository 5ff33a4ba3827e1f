namespace Diffusion.Schedules;

/// <summary>A time and how noisy x is then: x_t = G x_0 + S eps.</summary>
public readonly record struct NoiseLevel
{
    /// <summary>The level of given factors.</summary>
    /// <param name="time">The diffusion time t.</param>
    /// <param name="g">The factor of the data, at least 0.</param>
    /// <param name="s">The factor of the noise, at least 0; not both are 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor that is not accepted.</exception>
    public NoiseLevel(double time, double g, double s)
        : this(time, g, s, g * g, s * s)
    {
        if (!(g >= 0 && double.IsFinite(g)))
            throw new ArgumentOutOfRangeException(nameof(g), g, $"At the time {time} the factor of the data is {g}; it must be at least 0 and finite.");
        if (!(s >= 0 && double.IsFinite(s)) || g + s == 0)
            throw new ArgumentOutOfRangeException(nameof(s), s, $"At the time {time} the factor of the noise is {s}, that of the data {g}; it must be at least 0 and finite, and not both 0.");
    }

    private NoiseLevel(double time, double g, double s, double a, double b) => (Time, G, S, A, B) = (time, g, s, a, b);

    /// <summary>The diffusion time t.</summary>
    public double Time { get; }

    /// <summary>g, the factor of the data. Where variance is preserved, sqrt(A).</summary>
    public double G { get; }

    /// <summary>S, the factor of the noise and so its standard deviation; 0 where x is the data. Where variance is preserved, sqrt(1 - A).</summary>
    public double S { get; }

    /// <summary>g², the share of the data's variance that is in x_t: DDPM's alpha bar.</summary>
    public double A { get; }

    /// <summary>S², the variance of the noise.</summary>
    public double B { get; }

    /// <summary>rho = S / g, the noise in units of the data (EDM's sigma): the probability-flow ODE is d(x/g)/d rho = eps. Infinite for pure noise.</summary>
    public double Rho => S / G;

    /// <summary>lambda = log(g / S), half of log SNR; infinite for the data, and less than all numbers for pure noise.</summary>
    public double Lambda => Math.Log(G / S);

    /// <summary>The level of given variances, g = sqrt(a) and S = sqrt(b); both are kept, so that neither loses digits.</summary>
    internal static NoiseLevel OfVariances(double time, double a, double b) => new(time, Math.Sqrt(a), Math.Sqrt(b), a, b);
}
