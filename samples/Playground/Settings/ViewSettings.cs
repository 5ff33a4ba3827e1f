using Diffusion.Guidance;

namespace Diffusion.Playground.Settings;

/// <summary>What of a model is looked at: how it is sampled, and at which time the noise field is drawn.</summary>
internal sealed record ViewSettings
{
    /// <summary>The sampler's name.</summary>
    public required string Sampler { get; init => field = Accept.OneOf(value, [.. Samplers.All.Select(entry => entry.Name)]); }

    /// <summary>The number of steps; null for T.</summary>
    public int? Steps { get; init => field = value is int steps ? Accept.Between(steps, 1, 100) : null; }

    /// <summary>The label that is asked for, -1 for none.</summary>
    public required int Label { get; init => field = Accept.Between(value, -1, 99); }

    /// <summary>w of classifier-free guidance.</summary>
    public required double Guidance { get; init => field = Accept.Between(value, -1, 20); }

    /// <summary>The least t/T that is guided.</summary>
    public double From { get; init => field = Accept.Between(value, 0, 1); }

    /// <summary>The greatest t/T that is guided.</summary>
    public double To { get; init => field = Accept.Between(value, 0, 1); } = 1;

    /// <summary>t/T of the noise field.</summary>
    public required double Time { get; init => field = Accept.Between(value, 0, 1); }

    /// <summary>The most training steps in a second, so that one can watch; null for as many as there can be. It changes no result.</summary>
    public int? Pace { get; init => field = value is int pace ? Accept.Between(pace, 10, 100_000) : null; }

    /// <summary>Checks what depends on a model.</summary>
    /// <exception cref="RefusedException">A label that the data do not have, an empty interval, more steps than T, or a sampler that the network cannot serve.</exception>
    public void Check(PlaySettings settings, int classes)
    {
        if (Label >= classes)
            throw new RefusedException(400, $"Label is {Label}; accepted are {(classes == 0 ? "" : $"0 to {classes - 1} and ")}-1 for none.");
        if (From > To)
            throw new RefusedException(400, $"The interval of guidance goes from {From} to {To}; it must not end before it begins.");
        if (Steps > settings.T)
            throw new RefusedException(400, $"Steps is {Steps}; accepted is 1 to T = {settings.T}.");
        if (Sampler == "ddpm-learned" && settings.Objective != "variance")
            throw new RefusedException(400, "Sampler is 'ddpm-learned', which needs a network that has learned the variance; accepted with the objective 'variance'.");
    }

    /// <summary>The sampler.</summary>
    /// <param name="wholeTimes">Whether the network knows whole times alone.</param>
    /// <param name="best">The table that the optimal variance needs; made where it is asked for.</param>
    /// <param name="ofOracle">Whether it is for the oracle, which has learned no variance: the optimal one stands in, which is what a network learns at best.</param>
    public ISampler<float> MakeSampler(bool wholeTimes, Func<OptimalVariance> best, bool ofOracle = false)
    {
        var settings = new SamplerSettings { Steps = Steps, IntegerTimes = wholeTimes };
        return Sampler == "ddpm-optimal" || (ofOracle && Sampler == "ddpm-learned")
            ? new DdpmSampler<float>(settings) { Variance = ReverseVariance.Optimal, Optimal = best() }
            : Samplers.Find(Sampler).Create<float>(settings);
    }

    /// <summary>A denoiser under the guidance that is asked for.</summary>
    public IDenoiser<float> Guide(IDenoiser<float> denoiser, NoiseSchedule schedule)
    {
        var guided = new ClassifierFreeGuidance<float>(denoiser, Label < 0 ? -1 : Guidance);
        return From == 0 && To == 1 ? guided : new GuidanceInterval<float>(guided, denoiser, From * schedule.T, To * schedule.T);
    }
}
