using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>
/// How a weight is stored here and how PyTorch stores it. We keep channels last, PyTorch first; state dictionaries speak
/// PyTorch's language, and <see cref="WeightLayouts"/> is the one place that translates.
/// </summary>
public enum WeightLayout
{
    /// <summary>The same in both.</summary>
    Plain,

    /// <summary>[in, out] here, [out, in] there.</summary>
    Linear,

    /// <summary>[K, Cin/groups, Cout] here, [Cout, Cin/groups, K] there.</summary>
    Conv1d,

    /// <summary>[K, Cin, Cout/groups] here, [Cin, Cout/groups, K] there.</summary>
    ConvTranspose1d,

    /// <summary>[Kh, Kw, Cin/groups, Cout] here, [Cout, Cin/groups, Kh, Kw] there.</summary>
    Conv2d,

    /// <summary>[Kh, Kw, Cin, Cout/groups] here, [Cin, Cout/groups, Kh, Kw] there.</summary>
    ConvTranspose2d,
}

/// <summary>Translates weights between the layout here and PyTorch's.</summary>
public static class WeightLayouts
{
    /// <summary>A copy of a stored weight in PyTorch's layout.</summary>
    public static Tensor<T> ToPyTorch<T>(Tensor<T> weight, WeightLayout layout)
        where T : unmanaged, IFloatingPointIeee754<T> => Permute(weight, Permutation(layout, weight.Rank));

    /// <summary>A copy of a weight in PyTorch's layout as it is stored here.</summary>
    public static Tensor<T> FromPyTorch<T>(Tensor<T> weight, WeightLayout layout)
        where T : unmanaged, IFloatingPointIeee754<T> => Permute(weight, Inverse(Permutation(layout, weight.Rank)));

    /// <summary>The shape that a stored weight has in PyTorch.</summary>
    public static Shape ToPyTorch(Shape shape, WeightLayout layout)
    {
        int[] permutation = Permutation(layout, shape.Rank);
        return new Shape(Array.ConvertAll(permutation, dimension => shape[dimension]));
    }

    /// <summary>
    /// How many inputs each output of a weight is made of, and how many outputs each input goes into, counted as PyTorch
    /// does in its order [out, in, taps...]: the second, or the first, extent times the taps.
    /// </summary>
    /// <exception cref="ArgumentException">The weight has fewer than two dimensions.</exception>
    public static (int In, int Out) Fans(Shape shape, WeightLayout layout)
    {
        if (shape.Rank < 2)
            throw new ArgumentException($"A weight of shape {shape} has no fans; it needs two dimensions at least.", nameof(shape));
        var there = ToPyTorch(shape, layout);
        int taps = 1;
        foreach (int extent in there.AsSpan()[2..])
            taps *= extent;
        return (there[1] * taps, there[0] * taps);
    }

    // Which of our dimensions each of PyTorch's is.
    private static int[] Permutation(WeightLayout layout, int rank) => layout switch
    {
        WeightLayout.Plain => [.. Enumerable.Range(0, rank)],
        WeightLayout.Linear => [1, 0],
        WeightLayout.Conv1d => [2, 1, 0],
        WeightLayout.ConvTranspose1d => [1, 2, 0],
        WeightLayout.Conv2d => [3, 2, 0, 1],
        WeightLayout.ConvTranspose2d => [2, 3, 0, 1],
        _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, "There is no such layout."),
    };

    private static int[] Inverse(int[] permutation)
    {
        int[] inverse = new int[permutation.Length];
        for (int i = 0; i < permutation.Length; i++)
            inverse[permutation[i]] = i;
        return inverse;
    }

    private static Tensor<T> Permute<T>(Tensor<T> source, int[] permutation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Uninitialized(new Shape(Array.ConvertAll(permutation, dimension => source.Shape[dimension])));
        Span<int> strides = stackalloc int[source.Rank];
        int stride = 1;
        for (int i = source.Rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= source.Shape[i];
        }

        for (int at = 0; at < result.Length; at++)
        {
            int rest = at, from = 0;
            for (int i = result.Rank - 1; i >= 0; i--)
            {
                from += rest % result.Shape[i] * strides[permutation[i]];
                rest /= result.Shape[i];
            }

            result.Span[at] = source.Span[from];
        }

        return result;
    }
}
