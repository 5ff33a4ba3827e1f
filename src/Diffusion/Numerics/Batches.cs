using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Numerics;

/// <summary>Checks of batches.</summary>
internal static class Batches
{
    /// <summary>Checks that there is a batch, with one time for all samples or one for each.</summary>
    /// <returns>The number of samples.</returns>
    /// <exception cref="ArgumentException">There is none, or another number of times.</exception>
    public static int Check<T>(Tensor<T> xt, ReadOnlySpan<double> t)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (xt.Rank == 0)
            throw new ArgumentException("A single number has no batch: dimension 0 of x_t counts the samples.", nameof(xt));
        int samples = xt.Shape[0];
        return t.Length == 1 || t.Length == samples ? samples
            : throw new ArgumentException($"{t.Length} times were given for {samples} samples; accepted are one for all or one for each.", nameof(t));
    }
}
