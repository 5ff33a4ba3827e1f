using System.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Nn;

/// <summary>Keeps gradients from being too large.</summary>
public static class GradientClipping
{
    /// <summary>
    /// Scales all gradients so that the root of the sum of their squares is at most <paramref name="maxNorm"/>; gives the
    /// norm before. Parameters without a gradient count as 0.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A maximum that is not positive.</exception>
    public static double ByGlobalNorm<T>(IEnumerable<Parameter<T>> parameters, double maxNorm)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNorm);
        double squares = 0;
        var gradients = parameters.Select(parameter => parameter.Gradient).OfType<Tensors.Tensor<T>>().ToList();
        foreach (var gradient in gradients)
            squares += double.CreateChecked(TensorPrimitives.SumOfSquares<T>(gradient.Span));
        double norm = Math.Sqrt(squares);
        if (norm > maxNorm)
        {
            foreach (var gradient in gradients)
                TensorPrimitives.Multiply(gradient.Span, T.CreateTruncating(maxNorm / norm), gradient.Span);
        }

        return norm;
    }
}
