using System.Numerics;
using Diffusion.Data;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Likelihood;

/// <summary>The exact predictor of Gaussian mixture data and its divergence, in closed form.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="mixture">The data.</param>
/// <param name="schedule">The schedule.</param>
public sealed class MixtureDivergence<T>(GaussianMixture mixture, NoiseSchedule schedule) : INoiseDivergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ExactDenoiser<T> _denoiser = new(mixture, schedule);

    /// <inheritdoc/>
    public void Predict(Tensor<T> xt, double t, Condition<T> condition, Tensor<T> noise, Span<double> divergence)
    {
        _ = DenoiserArguments.Check(xt, [t], condition, noise.Shape, nameof(noise));
        LikelihoodArguments.Check(xt, divergence);
        noise.CopyFrom(_denoiser.Predict(xt, [t], condition).Noise);
        var level = schedule.At(t);
        var marginals = new NoisedMixture?[mixture.LabelCount + 1];
        double[] x = new double[mixture.Dimensions];
        for (int i = 0; i < divergence.Length; i++)
        {
            int label = condition.LabelOf(i);
            var marginal = marginals[label + 1] ??= mixture.Conditional(label).At(level);
            for (int j = 0; j < x.Length; j++)
                x[j] = double.CreateTruncating(xt.Span[(i * x.Length) + j]);
            divergence[i] = marginal.NoiseDivergence(x);
        }
    }
}

/// <summary>The checks that divergences share.</summary>
internal static class LikelihoodArguments
{
    /// <exception cref="ArgumentException">There is not one divergence for each sample.</exception>
    public static void Check<T>(Tensor<T> xt, ReadOnlySpan<double> divergence)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (divergence.Length != xt.Shape[0])
            throw new ArgumentException($"There is room for {divergence.Length} divergences of {xt.Shape[0]} samples.", nameof(divergence));
    }
}
