using System.Runtime.CompilerServices;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors;

public sealed partial class Tensor<T>
{
    /// <summary>A part of the tensor, copied: one entry for each dimension from the first. A position drops its dimension, a range keeps it, and dimensions that are not named stay whole.</summary>
    /// <remarks><c>x[.., 3..7, ^1]</c>. Setting overwrites the part with a tensor of its shape, or one that broadcasts to it.</remarks>
    /// <exception cref="ArgumentException">More entries than dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position or range is not inside its dimension.</exception>
    [OverloadResolutionPriority(-1)] // Where all are numbers, the element is meant.
    public Tensor<T> this[params ReadOnlySpan<TensorIndex> indices]
    {
        get
        {
            var layout = Views.Index(Shape, indices);
            var part = Uninitialized(layout.Shape);
            Strided.Read<T>(layout, Span, part.Span);
            return part;
        }

        set
        {
            var layout = Views.Index(Shape, indices);
            Strided.Copy<T>(Views.Broadcast(value.Shape, layout.Shape), value.Span, layout, Span);
        }
    }

    /// <summary>Tensors of one shape on top of each other, along a new dimension before the given place.</summary>
    /// <exception cref="ArgumentException">Nothing to stack, or shapes that differ.</exception>
    public static Tensor<T> Stack(ReadOnlySpan<Tensor<T>> parts, Index dimension)
    {
        var rows = new Tensor<T>[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Shape != parts[0].Shape)
                throw new ArgumentException($"Tensors of the shapes {parts[0].Shape} and {parts[i].Shape} cannot be stacked: they must have one shape.", nameof(parts));
            rows[i] = parts[i].Reshape(Dimensions.Inserted(parts[0].Shape, dimension));
        }

        return Concatenate(rows, rows.Length == 0 ? 0 : dimension.GetOffset(parts[0].Rank));
    }

    /// <summary>Tensors side by side along a dimension; all other extents must agree.</summary>
    /// <exception cref="ArgumentException">Nothing to concatenate, or extents that do not agree.</exception>
    public static Tensor<T> Concatenate(ReadOnlySpan<Tensor<T>> parts, Index dimension)
    {
        var shapes = new Shape[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            shapes[i] = parts[i].Shape;
        var whole = Uninitialized(Views.Concatenated(shapes, dimension));
        int axis = Views.Dimension(whole.Shape, dimension), at = 0;
        foreach (var part in parts)
        {
            Strided.Write<T>(Layout.Of(whole.Shape).Slice(axis, at, part.Shape[axis]), part.Span, whole.Span);
            at += part.Shape[axis];
        }

        return whole;
    }
}
