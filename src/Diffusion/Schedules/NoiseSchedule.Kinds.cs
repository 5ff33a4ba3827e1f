namespace Diffusion.Schedules;

/// <content>The schedules that are here.</content>
public abstract partial class NoiseSchedule
{
    /// <summary>The squared cosine schedule, the default (arXiv:2102.09672): A_t = f(t)/f(0), f(t) = cos²((t/T + s)/(1 + s)·pi/2), betas clipped, A rebuilt from the clipped betas.</summary>
    /// <param name="timesteps">T, at least 1.</param>
    /// <param name="s">The offset, in [0, 1).</param>
    /// <param name="maxBeta">Where betas are clipped, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not accepted.</exception>
    public static VariancePreservingSchedule Cosine(int timesteps, double s = 0.008, double maxBeta = 0.999) =>
        new(new ScheduleConfiguration { Kind = ScheduleKind.Cosine, Timesteps = timesteps, CosineOffset = s, MaxBeta = maxBeta });

    /// <summary>Betas rise linearly from 1e-4 to 0.02 (DDPM section 4), scaled by 1000/T as these values are made for T = 1000, and clipped.</summary>
    /// <param name="timesteps">T, at least 1; if 1, the only beta is the last one.</param>
    /// <param name="maxBeta">Where betas are clipped, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not accepted.</exception>
    public static VariancePreservingSchedule Linear(int timesteps, double maxBeta = 0.999) =>
        new(new ScheduleConfiguration { Kind = ScheduleKind.Linear, Timesteps = timesteps, MaxBeta = maxBeta });

    /// <summary>A falls as a logistic function (arXiv:2212.11972), betas clipped.</summary>
    /// <param name="timesteps">T, at least 1.</param>
    /// <param name="start">The logistic function's argument at t = 0.</param>
    /// <param name="end">The logistic function's argument at t = T, more than <paramref name="start"/>.</param>
    /// <param name="tau">The temperature that divides both.</param>
    /// <param name="maxBeta">Where betas are clipped, in (0, 1).</param>
    /// <exception cref="ArgumentException">A parameter is not accepted.</exception>
    public static VariancePreservingSchedule Sigmoid(int timesteps, double start = -3, double end = 3, double tau = 1, double maxBeta = 0.999) =>
        new(new ScheduleConfiguration { Kind = ScheduleKind.Sigmoid, Timesteps = timesteps, SigmoidStart = start, SigmoidEnd = end, SigmoidTau = tau, MaxBeta = maxBeta });

    /// <summary>The variance preserving schedule of a table of A_1 ... A_T, such as another library's <c>alphas_cumprod</c>; between the steps the angle of (g, S) is a monotone cubic.</summary>
    /// <param name="alphasCumprod">Strictly falling, each in (0, 1); the last may be 0 (zero terminal SNR, arXiv:2305.08891).</param>
    /// <exception cref="ArgumentException">A value that is not accepted.</exception>
    public static VariancePreservingSchedule FromAlphasCumprod(ReadOnlySpan<double> alphasCumprod) => VariancePreservingSchedule.OfAlphasCumprod(alphasCumprod);

    /// <summary>The variance preserving schedule of a table of beta_1 ... beta_T, with A_t = (1 - beta_1) ··· (1 - beta_t).</summary>
    /// <param name="betas">Each in (0, 1); the last may be 1.</param>
    /// <exception cref="ArgumentException">A value that is not accepted.</exception>
    public static VariancePreservingSchedule FromBetas(ReadOnlySpan<double> betas)
    {
        double[] alphasCumprod = new double[betas.Length];
        double product = 1;
        for (int i = 0; i < betas.Length; i++)
        {
            if (!(betas[i] > 0 && betas[i] <= 1))
                throw new ArgumentException($"beta_{i + 1} is {betas[i]}; accepted is more than 0, and less than 1 but for the last.", nameof(betas));
            alphasCumprod[i] = product *= 1 - betas[i];
        }

        return FromAlphasCumprod(alphasCumprod);
    }

    /// <summary>The schedule of two functions of the time. It can be trained and sampled with, but not be written to a file; for that, derive a class.</summary>
    /// <param name="timesteps">T.</param>
    /// <param name="signal">g(t), 1 at t = 0.</param>
    /// <param name="noise">S(t), 0 at t = 0; S/g rises.</param>
    /// <param name="timeOfLambda">The time at which log(g / S) has a value; by default it is found by bisection.</param>
    /// <exception cref="ArgumentException">The functions have other values at t = 0, or S/g does not rise from one whole step to the next.</exception>
    public static NoiseSchedule FromFunctions(int timesteps, Func<double, double> signal, Func<double, double> noise, Func<double, double>? timeOfLambda = null) =>
        new FunctionSchedule(timesteps, signal, noise, timeOfLambda);

    /// <summary>The variance exploding schedule of EDM (arXiv:2206.00364, eq. 5): g = 1, and at the whole steps S goes from sigma_min at t = 1 to sigma_max at t = T along equal steps of S^(1/rho).</summary>
    /// <param name="timesteps">T, at least 2.</param>
    /// <param name="sigmaMin">S at t = 1, more than 0.</param>
    /// <param name="sigmaMax">S at t = T, more than <paramref name="sigmaMin"/>.</param>
    /// <param name="rho">The exponent, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not accepted.</exception>
    public static VarianceExplodingSchedule VarianceExploding(int timesteps = 1000, double sigmaMin = 0.002, double sigmaMax = 80, double rho = 7) =>
        new(timesteps, sigmaMin, sigmaMax, rho);

    /// <summary>The straight line of flow matching (arXiv:2210.02747, arXiv:2209.03003): g = 1 - t/T, S = t/T.</summary>
    /// <param name="timesteps">T.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of steps that is not accepted.</exception>
    public static StraightSchedule Straight(int timesteps = 1000) => new(timesteps);
}
