using System.Numerics;
using Diffusion.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Nn;

/// <summary>
/// Keeps gradients from being too large. A parameter that is given twice counts once; one without a gradient, or frozen,
/// counts as 0 and stays as it is.
/// </summary>
public static class GradientClipping
{
    private const int Chunk = 1024;

    /// <summary>
    /// Scales all gradients so that the root of the sum of their squares is at most <paramref name="maxNorm"/>; gives the
    /// norm before. The sum is taken in double precision, in an order that depends on the shapes alone.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A maximum that is not positive.</exception>
    public static double ByGlobalNorm<T>(IEnumerable<Parameter<T>> parameters, double maxNorm)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNorm);
        var gradients = Gradients(parameters);
        double norm = Norm(gradients, 1);

        // Squares of doubles overflow, or vanish, where the norm does not.
        if (double.IsInfinity(norm) || norm == 0)
        {
            double largest = 0;
            foreach (var gradient in gradients.Where(gradient => gradient.Length > 0))
                largest = Math.Max(largest, Math.Abs(double.CreateChecked(TensorPrimitives.MaxMagnitude<T>(gradient.Span))));
            if (largest > 0 && double.IsFinite(largest))
                norm = largest * Norm(gradients, largest);
        }

        if (norm > maxNorm)
            Scale(gradients, maxNorm / norm);
        return norm;
    }

    /// <summary>Limits every element of every gradient to ±<paramref name="max"/>; one that is not a number stays so.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A maximum that is not positive.</exception>
    public static void ByValue<T>(IEnumerable<Parameter<T>> parameters, double max)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        foreach (var gradient in Gradients(parameters))
            TensorPrimitives.Clamp(gradient.Span, T.CreateTruncating(-max), T.CreateTruncating(max), gradient.Span);
    }

    private static List<Tensor<T>> Gradients<T>(IEnumerable<Parameter<T>> parameters)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        [.. parameters.Distinct().Where(parameter => parameter.RequiresGradient).Select(parameter => parameter.Gradient).OfType<Tensor<T>>()];

    // √Σ (g / unit)²
    private static double Norm<T>(List<Tensor<T>> gradients, double unit)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<double> numbers = stackalloc double[Chunk];
        double squares = 0;
        foreach (var gradient in gradients)
        {
            for (int from = 0; from < gradient.Length; from += Chunk)
            {
                int count = Math.Min(Chunk, gradient.Length - from);
                TensorPrimitives.ConvertTruncating<T, double>(gradient.Span.Slice(from, count), numbers);
                if (unit != 1)
                    TensorPrimitives.Divide(numbers[..count], unit, numbers);
                squares += TensorPrimitives.SumOfSquares<double>(numbers[..count]);
            }
        }

        return Math.Sqrt(squares);
    }

    private static void Scale<T>(List<Tensor<T>> gradients, double factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // A factor that T holds with few digits, or not at all, is applied in two parts.
        bool once = factor == 0 || T.IsNormal(T.CreateTruncating(factor));
        T part = T.CreateTruncating(once ? factor : Math.Sqrt(factor));
        foreach (var gradient in gradients)
        {
            TensorPrimitives.Multiply(gradient.Span, part, gradient.Span);
            if (!once)
                TensorPrimitives.Multiply(gradient.Span, part, gradient.Span);
        }
    }
}
