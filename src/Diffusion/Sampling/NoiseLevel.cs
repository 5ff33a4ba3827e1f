using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>A time and how noisy x is then: x_t = G x_0 + S eps.</summary>
/// <param name="Time">The diffusion time t.</param>
/// <param name="G">g = sqrt(A).</param>
/// <param name="S">S = sqrt(1 - A), 0 at t = 0.</param>
public readonly record struct NoiseLevel(double Time, double G, double S)
{
    /// <summary>rho = S / g, the noise in units of the data: the probability-flow ODE is d(x/g)/d rho = eps.</summary>
    public double Rho => S / G;

    /// <summary>lambda = log(g / S), half of log SNR; infinite at t = 0.</summary>
    public double Lambda => Math.Log(G / S);

    /// <summary>The level of a time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not in [0, T].</exception>
    public static NoiseLevel At(NoiseSchedule schedule, double t) =>
        new(t, Math.Sqrt(schedule.AlphaCumprodAt(t)), Math.Sqrt(schedule.OneMinusAlphaCumprodAt(t)));

    /// <summary>The level of a rho, at least 0 and at most that of T.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No time of the schedule has this rho.</exception>
    public static NoiseLevel AtRho(NoiseSchedule schedule, double rho) => At(schedule, schedule.TimeOfLambda(-Math.Log(rho)));
}
