using System.Numerics;
using System.Numerics.Tensors;
using Diffusion.Tensors.Memory;

namespace Diffusion.Tensors;

/// <content>New tensors.</content>
public sealed partial class Tensor<T>
{
    /// <summary>A tensor of zeros.</summary>
    public static Tensor<T> Zeros(Shape shape)
    {
        var tensor = Uninitialized(shape);
        tensor.Span.Clear();
        return tensor;
    }

    /// <summary>A tensor whose elements are whatever the memory held: for kernels that write every element.</summary>
    public static Tensor<T> Uninitialized(Shape shape)
    {
        var (memory, start) = AlignedMemory.Allocate<T>(shape.Length);
        return new Tensor<T>(shape, memory, start);
    }

    /// <summary>A tensor with every element the same.</summary>
    public static Tensor<T> Full(Shape shape, T value)
    {
        var tensor = Uninitialized(shape);
        tensor.Span.Fill(value);
        return tensor;
    }

    /// <summary>A tensor of the given elements, in row-major order, copied.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's length.</exception>
    public static Tensor<T> From(Shape shape, params ReadOnlySpan<T> values)
    {
        if (values.Length != shape.Length)
            throw new ArgumentException($"The shape {shape} holds {shape.Length} elements, but {values.Length} were given.", nameof(values));
        var tensor = Uninitialized(shape);
        values.CopyTo(tensor.Span);
        return tensor;
    }

    /// <summary>A tensor of rank 0.</summary>
    public static Tensor<T> Scalar(T value) => Full([], value);

    /// <summary>A copy of a tensor span of the base class library, whatever its strides; one of rank 0 is empty there, and gives [0].</summary>
    /// <exception cref="ArgumentException">The span has more than <see cref="Diffusion.Tensors.Shape.MaxRank"/> dimensions, or more than 2^31 - 1 elements.</exception>
    public static Tensor<T> From(in ReadOnlyTensorSpan<T> span)
    {
        if (span.Rank > Shape.MaxRank || span.FlattenedLength > int.MaxValue)
            throw new ArgumentException($"A tensor has at most {Shape.MaxRank} dimensions and {int.MaxValue} elements, not {span.Rank} and {span.FlattenedLength}.", nameof(span));
        Span<int> extents = stackalloc int[Math.Max(1, span.Rank)];
        for (int i = 0; i < span.Rank; i++)
            extents[i] = (int)Math.Min(span.Lengths[i], int.MaxValue);
        var tensor = Uninitialized(new Shape(extents));
        span.FlattenTo(tensor.Span);
        return tensor;
    }
}
