using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>Variables side by side along one dimension (default: the last, the channels); all other extents must agree.</summary>
    /// <exception cref="ArgumentException">Nothing to concatenate, or extents that do not agree.</exception>
    public static Variable<T> Concatenate<T>(ReadOnlySpan<Variable<T>> parts, int dimension = -1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shapes = new Shape[parts.Length];
        for (int i = 0; i < shapes.Length; i++)
            shapes[i] = parts[i].Shape;
        Index place = dimension < 0 ? ^-dimension : dimension;
        var whole = Views.Concatenated(shapes, place);
        int axis = place.GetOffset(whole.Rank);
        var recorder = Recorder<T>.For(parts);
        var y = recorder.New(whole);
        ConcatenateOperation<T>.Copy(parts, y, axis);
        return recorder.Result(y, recorder.Records ? new ConcatenateOperation<T>(parts.ToArray(), axis) : null);
    }
}

/// <summary>y = the parts side by side. Keeps nothing.</summary>
internal sealed class ConcatenateOperation<T>(Variable<T>[] parts, int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => parts;

    public override OperationDescription Describe() => new("Concatenate", ("dimension", axis));

    public static void Copy(ReadOnlySpan<Variable<T>> parts, Tensor<T> y, int axis)
    {
        int offset = 0;
        foreach (var part in parts)
        {
            var (rows, width, stride) = Rows(part.Shape, y.Shape, axis);
            RowCopy.Run<T>(rows, width, part.Data.Span, width, y.Span[Math.Min(offset, y.Length)..], stride, accumulate: false);
            offset += width;
        }
    }

    // dpart += its columns of dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        int offset = 0;
        foreach (var part in parts)
        {
            var (rows, width, stride) = Rows(part.Shape, dOut.Shape, axis);
            if (sink.Wants(part, out var gradient, out bool accumulate))
                RowCopy.Run(rows, width, dOut.Span[Math.Min(offset, dOut.Length)..], stride, gradient.Span, width, accumulate);
            offset += width;
        }
    }

    // A part is rows of Width contiguous elements, which lie Stride apart in the whole.
    private static (int Rows, int Width, int Stride) Rows(Shape part, Shape whole, int axis)
    {
        if (whole.Length == 0)
            return default;
        int rows = 1, inner = 1;
        for (int i = 0; i < axis; i++)
            rows *= part[i];
        for (int i = axis + 1; i < part.Rank; i++)
            inner *= part[i];
        return (rows, part[axis] * inner, whole[axis] * inner);
    }
}
