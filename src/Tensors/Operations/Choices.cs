using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors;

public static partial class TensorOperations
{
    /// <summary>The positions of a dimension that a list names, in its order: y[.., i, ..] = x[.., indices[i], ..].</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist, or an index is outside of it.</exception>
    public static Tensor<T> IndexSelect<T>(this Tensor<T> x, Index dimension, params ReadOnlySpan<int> indices)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = Views.Dimension(x.Shape, dimension);
        IndexMap.Check(indices, x.Shape, at);
        var y = Tensor<T>.Uninitialized(x.Shape.With(at, indices.Length));
        IndexMap.Select<T>(Axis.Of(x.Shape, at), indices, x.Span, y.Span);
        return y;
    }

    /// <summary>The same as <see cref="IndexSelect"/>: one list of positions for the whole dimension.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist, or an index is outside of it.</exception>
    public static Tensor<T> Gather<T>(this Tensor<T> x, Index dimension, params ReadOnlySpan<int> indices)
        where T : unmanaged, IFloatingPointIeee754<T> => x.IndexSelect(dimension, indices);

    /// <summary>Each number by its own index along a dimension: y[o, i, c] = x[o, indices[o, i, c], c]. All other extents are those of x.</summary>
    /// <exception cref="ArgumentException">The shapes do not agree, the dimension does not exist, or an index is outside of it.</exception>
    public static Tensor<T> Gather<T>(this Tensor<T> x, Index dimension, IndexTensor indices)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = IndexMap.CheckPicked(x.Shape, dimension, indices);
        var y = Tensor<T>.Uninitialized(indices.Shape);
        IndexMap.Pick<T>(Axis.Of(x.Shape, at), indices.Span, indices.Shape[at], x.Span, y.Span);
        return y;
    }

    /// <summary>A copy of x with numbers added where indices say: y[o, indices[o, i, c], c] += source[o, i, c], in the order of i; the adjoint of Gather.</summary>
    /// <exception cref="ArgumentException">The shapes do not agree, the dimension does not exist, or an index is outside of it.</exception>
    public static Tensor<T> ScatterAdd<T>(this Tensor<T> x, Index dimension, IndexTensor indices, Tensor<T> source)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = IndexMap.CheckPicked(x.Shape, dimension, indices);
        if (source.Shape != indices.Shape)
            throw new ArgumentException($"Indices of shape {indices.Shape} take numbers of that shape, not {source.Shape}.", nameof(source));
        var y = x.Clone();
        IndexMap.PickAdd<T>(Axis.Of(x.Shape, at), indices.Span, indices.Shape[at], source.Span, y.Span);
        return y;
    }
}
