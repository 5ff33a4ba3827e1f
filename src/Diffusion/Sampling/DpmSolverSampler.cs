using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>
/// DPM-Solver++ (2M) (arXiv:2211.01095, algorithm 2): the exponential integrator of second order in lambda for predicted data,
/// from this step's and the last step's. With h = lambda_s - lambda_t and r = h_last / h,
/// D = (1 + 1/(2r)) x_0 - 1/(2r) x_0_last, x_s = S_s/S_t x_t - g_s (exp(-h) - 1) D. Its stochastic form has 2h in place of h in the
/// factor of D, exp(-h) more in that of x_t, and adds S_s sqrt(1 - exp(-2h)) z (same paper, "SDE-DPM-Solver++(2M)"). The first step
/// and the step to t = 0, where lambda is infinite, are of first order. One evaluation per step.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="stochastic">Whether to solve the reverse SDE instead of the probability-flow ODE.</param>
/// <param name="settings">The settings; by default T steps, log-SNR spacing.</param>
public sealed class DpmSolverSampler<T>(bool stochastic = false, SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => IsStochastic ? "dpm++2m-sde" : "dpm++2m";

    /// <summary>Whether the reverse SDE is solved instead of the probability-flow ODE.</summary>
    public bool IsStochastic { get; } = stochastic;

    /// <inheritdoc/>
    protected override StepSpacing DefaultSpacing => StepSpacing.LogSnr;

    /// <inheritdoc/>
    protected override bool CapsStart => true;

    /// <inheritdoc/>
    protected override bool NeedsFallingTimes => IsStochastic;

    // From lambda of minus infinity both factors have their limits.
    /// <inheritdoc/>
    protected override bool NeedsSignal => false;

    /// <inheritdoc/>
    protected override int History => 2;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        if (to.S == 0)
        {
            run.X.CopyFrom(run.Past().X0);
            return;
        }

        // From the data, where lambda is infinite too, the first order in the noise.
        if (from.S == 0)
        {
            run.Move(to.G / from.G, to.S, run.Past().Noise);
            return;
        }

        double h = to.Lambda - from.Lambda, decay = IsStochastic ? 2 * h : h;
        double ofX = to.S / from.S * (IsStochastic ? Math.Exp(-h) : 1), ofData = -to.G * Precise.ExpM1(-decay);
        double extrapolation = run.Known > 1 ? h / (2 * (from.Lambda - run.PastLevel(1).Lambda)) : 0;
        if (extrapolation == 0)
            run.Move(ofX, ofData, run.Past().X0);
        else
            run.Move(ofX, ofData * (1 + extrapolation), run.Past().X0, -ofData * extrapolation, run.Past(1).X0);
        if (IsStochastic)
            run.Move(1, to.S * Math.Sqrt(-Precise.ExpM1(-decay)), run.Normal(from.Time));
    }
}
