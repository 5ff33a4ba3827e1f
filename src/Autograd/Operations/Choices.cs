using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>The positions of a dimension that a list names, in its order: y[.., i, ..] = x[.., indices[i], ..]. The list is copied.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist, or an index is outside of it.</exception>
    public static Variable<T> IndexSelect<T>(this Variable<T> x, Index dimension, params ReadOnlySpan<int> indices)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = Views.Dimension(x.Shape, dimension);
        IndexMap.Check(indices, x.Shape, at);
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(x.Shape.With(at, indices.Length));
        IndexMap.Select<T>(Axis.Of(x.Shape, at), indices, x.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new IndexSelectOperation<T>(x, at, recorder.Copy(indices)) : null);
    }

    /// <summary>The same as <see cref="IndexSelect"/>: one list of positions for the whole dimension.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist, or an index is outside of it.</exception>
    public static Variable<T> Gather<T>(this Variable<T> x, Index dimension, params ReadOnlySpan<int> indices)
        where T : unmanaged, IFloatingPointIeee754<T> => x.IndexSelect(dimension, indices);

    /// <summary>Each number by its own index along a dimension: y[o, i, c] = x[o, indices[o, i, c], c]. All other extents are those of x.</summary>
    /// <exception cref="ArgumentException">The shapes do not agree, the dimension does not exist, or an index is outside of it.</exception>
    public static Variable<T> Gather<T>(this Variable<T> x, Index dimension, IndexTensor indices)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = IndexMap.CheckPicked(x.Shape, dimension, indices);
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(indices.Shape);
        IndexMap.Pick<T>(Axis.Of(x.Shape, at), indices.Span, indices.Shape[at], x.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new GatherOperation<T>(x, at, indices.Shape[at], recorder.Copy(indices.Span)) : null);
    }

    /// <summary>x with numbers added where indices say: y[o, indices[o, i, c], c] += source[o, i, c]; the adjoint of Gather.</summary>
    /// <exception cref="ArgumentException">The shapes do not agree, the dimension does not exist, or an index is outside of it.</exception>
    public static Variable<T> ScatterAdd<T>(this Variable<T> x, Index dimension, IndexTensor indices, Variable<T> source)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = IndexMap.CheckPicked(x.Shape, dimension, indices);
        if (source.Shape != indices.Shape)
            throw new ArgumentException($"Indices of shape {indices.Shape} take numbers of that shape, not {source.Shape}.", nameof(source));
        var recorder = Recorder<T>.For(x, source);
        var y = recorder.New(x.Shape);
        x.Data.Span.CopyTo(y.Span);
        IndexMap.PickAdd<T>(Axis.Of(x.Shape, at), indices.Span, indices.Shape[at], source.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new ScatterAddOperation<T>(x, source, at, recorder.Copy(indices.Span)) : null);
    }

    /// <summary>Where the largest numbers of a dimension are: the first of equal ones, and NaN where there is one.</summary>
    /// <exception cref="ArgumentException">The dimension does not exist, or is empty.</exception>
    public static IndexTensor ArgMax<T>(this Variable<T> x, Index dimension, bool keepDimension = false)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Data.ArgMax(dimension, keepDimension);

    /// <summary>Where the smallest numbers of a dimension are: the first of equal ones, and NaN where there is one.</summary>
    /// <exception cref="ArgumentException">The dimension does not exist, or is empty.</exception>
    public static IndexTensor ArgMin<T>(this Variable<T> x, Index dimension, bool keepDimension = false)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Data.ArgMin(dimension, keepDimension);

    /// <summary>The numbers of a dimension in order, and where they were. Equal ones keep their order, and NaN counts as the largest.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static (Variable<T> Values, IndexTensor Indices) Sort<T>(this Variable<T> x, Index dimension, bool descending = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (_, indices) = x.Data.Sort(dimension, descending);
        return (x.Gather(dimension, indices), indices);
    }

    /// <summary>The <paramref name="count"/> largest numbers of a dimension (or smallest), the first first, and where they were. NaN counts as the largest.</summary>
    /// <exception cref="ArgumentException">The dimension does not exist, or has fewer numbers.</exception>
    public static (Variable<T> Values, IndexTensor Indices) TopK<T>(this Variable<T> x, int count, Index dimension, bool largest = true)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (_, indices) = x.Data.TopK(count, dimension, largest);
        return (x.Gather(dimension, indices), indices);
    }

    /// <summary>The sums of the numbers of a dimension up to each of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Variable<T> CumSum<T>(this Variable<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = Views.Dimension(x.Shape, dimension);
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(x.Shape);
        CumSumOperation<T>.Run(at, backwards: false, x.Data, y);
        return recorder.Result(y, recorder.Records ? new CumSumOperation<T>(x, at) : null);
    }
}

/// <summary>y[.., i, ..] = x[.., index[i], ..]. Keeps the indices.</summary>
internal sealed class IndexSelectOperation<T>(Variable<T> x, int dimension, int[] indices) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new("IndexSelect", ("dimension", dimension), ("indices", indices));

    // dx[.., index[i], ..] += dy[.., i, ..]
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.GradientOf(x) is { } dx)
            IndexMap.SelectAdd<T>(Axis.Of(x.Shape, dimension), indices, dOut.Span, dx.Span);
    }
}

/// <summary>y[o, i, c] = x[o, index[o, i, c], c]. Keeps the indices.</summary>
internal sealed class GatherOperation<T>(Variable<T> x, int dimension, int count, int[] indices) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new("Gather", ("dimension", dimension), ("indices", indices));

    // dx[o, index[o, i, c], c] += dy[o, i, c]
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.GradientOf(x) is { } dx)
            IndexMap.PickAdd<T>(Axis.Of(x.Shape, dimension), indices, count, dOut.Span, dx.Span);
    }
}

/// <summary>y = x, and y[o, index[o, i, c], c] += source[o, i, c]. Keeps the indices.</summary>
internal sealed class ScatterAddOperation<T>(Variable<T> x, Variable<T> source, int dimension, int[] indices) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, source];

    public override OperationDescription Describe() => new("ScatterAdd", ("dimension", dimension), ("indices", indices));

    // dsource[o, i, c] += dy[o, index[o, i, c], c], dx += dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(source))
        {
            var picked = sink.Rent(source.Shape);
            IndexMap.Pick<T>(Axis.Of(x.Shape, dimension), indices, source.Shape[dimension], dOut.Span, picked.Span);
            sink.Add(source, picked);
        }

        sink.Pass(x, dOut);
    }
}

/// <summary>y[i] = x[0] + ... + x[i] along a dimension. Keeps nothing.</summary>
internal sealed class CumSumOperation<T>(Variable<T> x, int dimension) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new("CumSum", ("dimension", dimension));

    public static void Run(int dimension, bool backwards, Tensor<T> x, Tensor<T> y) =>
        Lines.Run<CumulativeLine<T>, T>(new(backwards), Axis.Of(x.Shape, dimension), x.Shape[dimension], x.Span, y.Span, []);

    // dx[i] += dy[i] + ... + dy[n - 1]
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (!sink.Wants(x))
            return;
        var sums = sink.Rent(x.Shape);
        Run(dimension, backwards: true, dOut, sums);
        sink.Add(x, sums);
    }
}
