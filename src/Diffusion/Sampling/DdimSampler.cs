using System.Numerics;

namespace Diffusion.Sampling;

/// <summary>
/// DDIM (arXiv:2010.02502, eqs. 12 and 16): x_s = g_s x_0 + sqrt(1 - A_s - q²) eps + q z with
/// q = eta sqrt((1 - A_s) / (1 - A_t)) sqrt(1 - A_t / A_s). Without noise (eta 0) it is the first-order exponential integrator
/// of the probability-flow ODE; with eta 1 and consecutive steps it is DDPM with the posterior variance. One evaluation per step.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="settings">The settings; by default T steps and eta 0.</param>
public sealed class DdimSampler<T>(SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "ddim";

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        double q = Settings.Eta * Math.Sqrt(run.Schedule.PosteriorOf(from.Time, to.Time).Variance);
        double ofX = to.G / from.G, ofNoise = Math.Sqrt((to.S * to.S) - (q * q)) - (ofX * from.S);
        if (q == 0)
            run.Move(ofX, ofNoise, run.Past().Noise);
        else
            run.Move(ofX, ofNoise, run.Past().Noise, q, run.Normal(from.Time));
    }
}
