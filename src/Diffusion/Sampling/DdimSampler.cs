using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>
/// DDIM (arXiv:2010.02502, eqs. 12 and 16): x_s = g_s x_0 + sqrt(S_s² - q²) eps + q z with
/// q = eta times the posterior's standard deviation. Without noise (eta 0) it is the first-order exponential integrator
/// of the probability-flow ODE; with eta 1 and consecutive steps it is DDPM with the posterior variance. One evaluation per step.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="settings">The settings; by default T steps.</param>
public sealed class DdimSampler<T>(SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The share of the posterior's standard deviation that is added as noise: 0 (none) to 1 (DDPM's).</summary>
    public double Eta { get; init => field = Accepted.Between(value, 0, 1); }

    /// <inheritdoc/>
    public override string Name => "ddim";

    /// <inheritdoc/>
    protected override bool NeedsFallingTimes => Eta > 0;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        double q = Eta == 0 ? 0 : Eta * Math.Sqrt(run.Schedule.PosteriorOf(from.Time, to.Time).Variance);
        var past = run.Past();

        // Near t = 0 the posterior has all the noise there is, and rounding may give it more.
        run.Set(to.G, past.X0, Math.Sqrt(Math.Max(0, to.B - (q * q))), past.Noise);
        if (q > 0)
            run.Move(1, q, run.Normal(from.Time));
    }
}
