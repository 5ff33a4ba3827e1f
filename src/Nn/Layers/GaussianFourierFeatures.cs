using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Nn;

/// <summary>
/// [sin(2π f_i u), cos(2π f_i u)] of a number u, with frequencies f_i from N(0, scale²) that are fixed and saved
/// (Tancik et al., arXiv:2006.10739; assignment eq. 10): n frequencies give 2n features.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class GaussianFourierFeatures<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Draws the frequencies.</summary>
    /// <param name="features">The number of features, even: half of it frequencies.</param>
    /// <param name="weights">Where the frequencies are drawn from.</param>
    /// <param name="scale">Their standard deviation.</param>
    /// <exception cref="ArgumentException">An odd number of features, or none.</exception>
    public GaussianFourierFeatures(int features, WeightInitializer weights, double scale = 1)
    {
        if (features < 2 || features % 2 != 0)
            throw new ArgumentException($"Fourier features come in pairs of sine and cosine, so {features} of them cannot be made.", nameof(features));
        Frequencies = RegisterBuffer("frequencies", weights.Normal<T>([features / 2], scale));
    }

    /// <summary>f, [n].</summary>
    public Tensor<T> Frequencies { get; }

    /// <summary>The features of numbers such as t/T; integers would all be the same up to rounding of f. Writes [u.Length, 2n].</summary>
    /// <exception cref="ArgumentException">The destination has another shape.</exception>
    public void Features(ReadOnlySpan<double> u, Tensor<T> destination)
    {
        int n = Frequencies.Length;
        if (destination.Shape != [u.Length, 2 * n])
            throw new ArgumentException($"The features of {u.Length} numbers have the shape [{u.Length}, {2 * n}], not {destination.Shape}.", nameof(destination));
        Span<double> halfTurns = stackalloc double[Math.Min(n, 512)], sines = stackalloc double[halfTurns.Length], cosines = stackalloc double[halfTurns.Length];
        for (int row = 0; row < u.Length; row++)
        {
            var features = destination.Span.Slice(row * 2 * n, 2 * n);
            for (int from = 0; from < n; from += halfTurns.Length)
            {
                int count = Math.Min(halfTurns.Length, n - from);
                for (int i = 0; i < count; i++)
                    halfTurns[i] = 2 * double.CreateTruncating(Frequencies.Span[from + i]) * u[row];
                TensorPrimitives.SinPi<double>(halfTurns[..count], sines);
                TensorPrimitives.CosPi<double>(halfTurns[..count], cosines);
                TensorPrimitives.ConvertTruncating<double, T>(sines[..count], features[from..]);
                TensorPrimitives.ConvertTruncating<double, T>(cosines[..count], features[(n + from)..]);
            }
        }
    }

    /// <summary>The features of numbers [R] or [R, 1] on a tape, [R, 2n], by operations: with gradients, and seen by traces. The error grows with f·u.</summary>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public Variable<T> Forward(Variable<T> u)
    {
        if (u.Shape.Rank is not (1 or 2) || (u.Shape.Rank == 2 && u.Shape[1] != 1))
            throw new ArgumentException($"Fourier features are of numbers [R] or [R, 1], not {u.Shape}.", nameof(u));
        var angles = u.Reshape([u.Shape[0], 1]) * Variable<T>.FromTensor(Frequencies) * T.CreateTruncating(2 * Math.PI);
        return Operations.Concatenate([angles.Sin(), angles.Cos()]);
    }

    /// <inheritdoc/>
    protected override string Settings => $"{2 * Frequencies.Length}";

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new GaussianFourierFeatures<TOther>(2 * Frequencies.Length, WeightInitializer.Blank);
}
