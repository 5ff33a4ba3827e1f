using System.Numerics;
using Diffusion.Data;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Guidance;

/// <summary>The noisy classifier of Gaussian mixture data in closed form: p(y | x_t) is the responsibility of component y.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="mixture">The data.</param>
/// <param name="schedule">The schedule.</param>
public sealed class ExactClassifier<T>(GaussianMixture mixture, NoiseSchedule schedule) : INoisyClassifier<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public int Classes => mixture.LabelCount;

    /// <inheritdoc/>
    public void LogProbabilityGradient(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Tensor<T> gradient)
    {
        int samples = DenoiserArguments.Check(xt, t, condition, gradient.Shape, nameof(gradient));
        int d = mixture.Dimensions;
        if (xt.Length != (long)d * samples)
            throw new ArgumentException($"x_t has the shape {xt.Shape}; the exact classifier takes points of {d} numbers{(d == 2 ? ", such as [N, 2, 1]" : $", such as [N, {d}]")}.", nameof(xt));
        NoisedMixture? marginal = null;
        double[] x = new double[d], result = new double[d];
        for (int i = 0; i < samples; i++)
        {
            if (marginal is null || t.Length > 1)
                marginal = mixture.At(schedule.At(DenoiserArguments.TimeOf(t, i)));
            int label = condition.LabelOf(i);
            Span<T> from = xt.Span.Slice(d * i, d), to = gradient.Span.Slice(d * i, d);
            to.Clear();
            if (label == DenoiserArguments.NoLabel)
                continue;
            for (int j = 0; j < d; j++)
                x[j] = double.CreateTruncating(from[j]);
            marginal.ClassifierGradient(label, x, result);
            for (int j = 0; j < d; j++)
                to[j] = T.CreateTruncating(result[j]);
        }
    }
}
