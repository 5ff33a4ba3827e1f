using System.Numerics;
using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>
/// The classical Runge-Kutta method of fourth order on the probability-flow ODE d(x/g)/d rho = eps with rho = S/g (score SDE,
/// arXiv:2011.13456, eq. 13, in the variables of arXiv:2206.00364). Four evaluations per step, one in the step to t = 0, which is Euler's.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="settings">The settings; by default T steps, <see cref="StepSpacing.Logistic"/>.</param>
public sealed class RungeKuttaSampler<T>(SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "rk4";

    /// <inheritdoc/>
    protected override StepSpacing DefaultSpacing => StepSpacing.Logistic;

    /// <inheritdoc/>
    protected override bool CapsStart => true;

    /// <inheritdoc/>
    protected override int EvaluationsOf(double to) => to > 0 ? 4 : 1;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        double ofX = to.G / from.G, h = to.Rho - from.Rho;
        var k1 = run.Past().Noise;
        if (to.S == 0)
        {
            run.Move(ofX, to.G * h, k1);
            return;
        }

        var middle = run.Schedule.AtRho(from.Rho + (h / 2));
        double ofXMiddle = middle.G / from.G, half = middle.G * h / 2;
        run.MoveStage(ofXMiddle, half, k1);
        var k2 = run.Evaluate(run.Stage, middle, 0).Noise;
        run.MoveStage(ofXMiddle, half, k2);
        var k3 = run.Evaluate(run.Stage, middle, 1).Noise;
        run.MoveStage(ofX, to.G * h, k3);
        var k4 = run.Evaluate(run.Stage, to, 2).Noise;

        double sixth = to.G * h / 6;
        run.Move(ofX, sixth, k1, 2 * sixth, k2);
        run.Move(1, 2 * sixth, k3, sixth, k4);
    }
}
