using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>
/// Euler's method on the probability-flow ODE d(x/g)/d sigma = eps, sigma = S/g (EDM, arXiv:2206.00364, algorithm 1 without its second
/// half): first order, and in exact arithmetic DDIM. Its ancestral form steps to sigma_down = sqrt(sigma_s² - sigma_up²) and adds
/// noise of sigma_up = eta sigma_s sqrt(1 - sigma_s²/sigma_t²), which is DDIM with that eta. One evaluation per step.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="settings">The settings; by default T steps, Karras spacing.</param>
public sealed class EulerSampler<T>(SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>How much of the posterior's noise is added: 0 (none) for Euler's method, 1 for the ancestral form.</summary>
    public double Eta { get; init => field = Accepted.Between(value, 0, 1); }

    /// <inheritdoc/>
    public override string Name => Eta == 0 ? "euler" : "euler-a";

    /// <inheritdoc/>
    protected override StepSpacing DefaultSpacing => StepSpacing.Karras;

    /// <inheritdoc/>
    protected override bool CapsStart => true;

    /// <inheritdoc/>
    protected override bool NeedsFallingTimes => Eta > 0;

    /// <inheritdoc/>
    protected override bool NeedsSignal => Eta == 0;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        double ofX = to.G / from.G, ratio = to.Rho / from.Rho;
        double up = Eta == 0 ? 0 : Eta * to.Rho * Math.Sqrt(1 - (ratio * ratio)), down = up == 0 ? to.Rho : Math.Sqrt(Math.Max(0, (to.Rho * to.Rho) - (up * up)));
        if (from.G == 0)
        {
            // Of pure noise x tells nothing of the data: sigma is infinite, and their prediction takes its place.
            run.Set(to.G, run.Past().X0, to.G * down, run.Past().Noise);
            run.Move(1, to.G * up, run.Normal(from.Time));
        }
        else if (up == 0)
            run.Move(ofX, to.G * (down - from.Rho), run.Past().Noise);
        else
            run.Move(ofX, to.G * (down - from.Rho), run.Past().Noise, to.G * up, run.Normal(from.Time));
    }
}
