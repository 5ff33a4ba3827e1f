using System.Numerics;
using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>
/// Heun's method on the probability-flow ODE d(x/g)/d rho = eps with rho = S/g (arXiv:2206.00364, algorithm 1, deterministic):
/// second order. Two evaluations per step, one in the step to t = 0, which is Euler's.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="settings">The settings; by default T steps, <see cref="StepSpacing.Logistic"/>.</param>
public sealed class HeunSampler<T>(SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "heun";

    /// <inheritdoc/>
    protected override StepSpacing DefaultSpacing => StepSpacing.Logistic;

    /// <inheritdoc/>
    protected override bool CapsStart => true;

    /// <inheritdoc/>
    protected override int EvaluationsOf(double to) => to > 0 ? 2 : 1;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        double ofX = to.G / from.G, step = to.G * (to.Rho - from.Rho);
        if (to.S == 0)
        {
            run.Move(ofX, step, run.Past().Noise);
            return;
        }

        run.MoveStage(ofX, step, run.Past().Noise);
        var second = run.Evaluate(run.Stage, to);
        run.Move(ofX, step / 2, run.Past().Noise, step / 2, second.Noise);
    }
}
