using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>The checks and the conventions that every denoiser shares.</summary>
public static class DenoiserArguments
{
    /// <summary>The label that means none.</summary>
    public const int NoLabel = -1;

    /// <summary>Checks that the arguments of <see cref="IDenoiser{T}.Predict"/> fit together.</summary>
    /// <returns>The number of samples N.</returns>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    public static int Check<T>(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
        where T : unmanaged, IFloatingPointIeee754<T> => Check(xt, t, condition, prediction.Shape, "prediction");

    /// <summary>Checks that the arguments of a function of x_t fit together.</summary>
    /// <param name="xt">Noisy data, [N, ...].</param>
    /// <param name="t">Times.</param>
    /// <param name="condition">The condition.</param>
    /// <param name="result">The shape of what receives the result.</param>
    /// <param name="name">Its name, for the message.</param>
    /// <returns>The number of samples N.</returns>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    public static int Check<T>(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Shape result, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int samples = Numerics.Batches.Check(xt, t);
        if (result != xt.Shape)
            throw new ArgumentException($"The {name} has the shape {result}; it must be that of x_t, {xt.Shape}.", name);
        condition.Check(samples);
        return samples;
    }

    /// <summary>The label of one sample by the conventions of <see cref="Condition{T}.Labels"/>.</summary>
    public static int LabelOf(ReadOnlySpan<int> labels, int sample) =>
        labels.Length switch { 0 => NoLabel, 1 => labels[0], _ => labels[sample] };

    /// <summary>The time of one sample by the conventions of <see cref="IDenoiser{T}.Predict"/>.</summary>
    public static double TimeOf(ReadOnlySpan<double> t, int sample) => t.Length == 1 ? t[0] : t[sample];

    /// <summary>The part of the times that belongs to the samples [from, to): the same span unless there is one time for each.</summary>
    public static ReadOnlySpan<double> Times(ReadOnlySpan<double> t, int from, int to) => t.Length == 1 ? t : t[from..to];
}
