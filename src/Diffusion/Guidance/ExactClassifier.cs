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
    public void LogProbabilityGradient(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> gradient)
    {
        int samples = DenoiserArguments.Check(xt, t, labels, gradient);
        if (xt.Length != 2 * samples)
            throw new ArgumentException($"x_t has the shape {xt.Shape}; the exact classifier takes pixel pairs, such as [N, 2, 1].", nameof(xt));
        NoisedMixture? marginal = null;
        for (int i = 0; i < samples; i++)
        {
            double time = DenoiserArguments.TimeOf(t, i);
            if (marginal is null || t.Length > 1)
                marginal = new NoisedMixture(mixture, schedule.AlphaCumprodAt(time), schedule.OneMinusAlphaCumprodAt(time));
            int label = DenoiserArguments.LabelOf(labels, i);
            var pair = gradient.Span.Slice(2 * i, 2);
            pair.Clear();
            if (label == DenoiserArguments.NoLabel)
                continue;
            var (left, right) = marginal.ClassifierGradient(label, double.CreateTruncating(xt.Span[2 * i]), double.CreateTruncating(xt.Span[(2 * i) + 1]));
            pair[0] = T.CreateTruncating(left);
            pair[1] = T.CreateTruncating(right);
        }
    }
}
