using System.Numerics;
using Diffusion.Data;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Sampling;

/// <summary>
/// The exact reverse process of a mixture, whatever the number of steps: x_s is drawn from p(x_s | x_t) itself, which is again a mixture. It is
/// drawn in two stages, x_0 from p(x_0 | x_t) and x_s from q(x_s | x_t, x_0) (DDPM eq. 7). Samplers of Gaussian steps come to
/// it as steps get short; what they leave with few steps and the exact denoiser is the fault of their kernel alone.
/// </summary>
/// <remarks>The prediction of the denoiser is not used: the mixture tells all. The labels of the condition are its components.</remarks>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="mixture">The data.</param>
/// <param name="settings">The settings; by default T steps. <see cref="SamplerSettings.ClampX0"/> has no effect.</param>
public sealed class ExactReverseSampler<T>(GaussianMixture mixture, SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The draws of a time beside that of x_s: x_0, and two numbers whose angle chooses the component.
    private const int OfX0 = 1, OfComponent = 2, OfComponentToo = 3;

    /// <inheritdoc/>
    public override string Name => "exact-reverse";

    /// <inheritdoc/>
    protected override bool NeedsFallingTimes => true;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        int d = mixture.Dimensions, samples = run.X.Length / d;
        if (run.PerSample != d)
            throw new ArgumentException($"A sample has {run.PerSample} numbers, but the mixture is one over points of {d}.");
        var step = run.Schedule.PosteriorOf(from.Time, to.Time);
        var levels = Enumerable.Range(0, samples).Select(run.Condition.LabelOf).Distinct().ToDictionary(label => label, label => mixture.Conditional(label).At(from));

        // Of two normal numbers the angle is uniform. A draw is overwritten by the next one.
        Tensor<T> x0 = run.Normal(from.Time, OfX0).Clone(), first = run.Normal(from.Time, OfComponent).Clone(), second = run.Normal(from.Time, OfComponentToo);
        Chunks.For(samples, 256, (begin, end) =>
        {
            double[] x = new double[d], normal = new double[d], drawn = new double[d];
            for (int n = begin; n < end; n++)
            {
                for (int j = 0; j < d; j++)
                    (x[j], normal[j]) = (double.CreateTruncating(run.X.Span[(n * d) + j]), double.CreateTruncating(x0.Span[(n * d) + j]));
                double angle = Math.Atan2(double.CreateTruncating(first.Span[n * d]), double.CreateTruncating(second.Span[n * d]));
                levels[run.Condition.LabelOf(n)].PosteriorDraw(x, Math.Clamp((angle / (2 * Math.PI)) + 0.5, 0, Math.BitDecrement(1)), normal, drawn);
                for (int j = 0; j < d; j++)
                    x0.Span[(n * d) + j] = T.CreateTruncating(drawn[j]);
            }
        });
        if (step.Variance > 0)
            run.Move(step.MeanCoefXt, step.MeanCoefX0, x0, Math.Sqrt(step.Variance), run.Normal(from.Time));
        else
            run.Move(step.MeanCoefXt, step.MeanCoefX0, x0);
    }
}
