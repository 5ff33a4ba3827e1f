using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>The checks and the conventions that every denoiser shares.</summary>
public static class DenoiserArguments
{
    /// <summary>The label that means none.</summary>
    public const int NoLabel = -1;

    /// <summary>Checks that the arguments of <see cref="IDenoiser{T}.PredictNoise"/> fit together.</summary>
    /// <returns>The number of samples N.</returns>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    public static int Check<T>(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (xt.Rank == 0)
            throw new ArgumentException("A single number has no batch: dimension 0 of x_t counts the samples.", nameof(xt));
        if (noise.Shape != xt.Shape)
            throw new ArgumentException($"The noise has the shape {noise.Shape}; it must be that of x_t, {xt.Shape}.", nameof(noise));
        int samples = xt.Shape[0];
        if (t.Length != 1 && t.Length != samples)
            throw new ArgumentException($"{t.Length} times were given for {samples} samples; accepted are one for all or one for each.", nameof(t));
        if (labels.Length > 1 && labels.Length != samples)
            throw new ArgumentException($"{labels.Length} labels were given for {samples} samples; accepted are none, one for all, or one for each.", nameof(labels));
        return samples;
    }

    /// <summary>The label of one sample by the conventions of <see cref="IDenoiser{T}.PredictNoise"/>.</summary>
    public static int LabelOf(ReadOnlySpan<int> labels, int sample) =>
        labels.Length switch { 0 => NoLabel, 1 => labels[0], _ => labels[sample] };

    /// <summary>The time of one sample by the conventions of <see cref="IDenoiser{T}.PredictNoise"/>.</summary>
    public static double TimeOf(ReadOnlySpan<double> t, int sample) => t.Length == 1 ? t[0] : t[sample];

    /// <summary>The part of the labels that belongs to the samples [from, to): the same span unless there is one label for each.</summary>
    public static ReadOnlySpan<int> Labels(ReadOnlySpan<int> labels, int from, int to) => labels.Length <= 1 ? labels : labels[from..to];

    /// <summary>The part of the times that belongs to the samples [from, to): the same span unless there is one time for each.</summary>
    public static ReadOnlySpan<double> Times(ReadOnlySpan<double> t, int from, int to) => t.Length == 1 ? t : t[from..to];
}
