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
    public void Predict(Tensor<T> xt, double t, ReadOnlySpan<int> labels, Tensor<T> noise, Span<double> divergence)
    {
        _denoiser.PredictNoise(xt, [t], labels, noise);
        LikelihoodArguments.Check(xt, divergence);
        double a = schedule.AlphaCumprodAt(t), rest = schedule.OneMinusAlphaCumprodAt(t);
        var marginals = new NoisedMixture?[mixture.LabelCount + 1];
        for (int i = 0; i < divergence.Length; i++)
        {
            int label = DenoiserArguments.LabelOf(labels, i);
            var marginal = marginals[label + 1] ??= new NoisedMixture(mixture.Conditional(label), a, rest);
            divergence[i] = marginal.NoiseDivergence(double.CreateTruncating(xt.Span[2 * i]), double.CreateTruncating(xt.Span[(2 * i) + 1]));
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
