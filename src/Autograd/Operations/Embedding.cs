using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>Rows of a table: table [R, C], indices in [0, R); the result is [indices.Length, C].</summary>
    /// <param name="table">The table.</param>
    /// <param name="indices">Which rows; copied.</param>
    /// <param name="tape">The tape to record on, where the table (a parameter) lives on none.</param>
    /// <exception cref="ArgumentException">The table is not of rank 2.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside of the table.</exception>
    public static Variable<T> Lookup<T>(this Variable<T> table, ReadOnlySpan<int> indices, Tape<T>? tape = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckIndices(table.Shape, indices);
        tape ??= table.Tape;
        Shape shape = [indices.Length, table.Shape[1]];
        var y = tape?.Rent(shape) ?? Tensor<T>.Uninitialized(shape);
        Gather.Rows<T>(table.Shape[1], table.Value.Span, indices, y.Span);
        return tape is { Records: true } && table.RequiresGradient
            ? tape.Record(new LookupOperation<T>(table, indices.ToArray()), y)
            : new Variable<T>(y, tape, requiresGradient: false);
    }

    /// <summary>
    /// x + rows of a table, the same row at all positions of a sample: x [N, ..., C], table [R, C], N indices in [0, R).
    /// This is how step and class reach a layer: what is the same for many samples is computed once for them all.
    /// </summary>
    /// <exception cref="ArgumentException">Shapes that do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside of the table.</exception>
    public static Variable<T> AddRows<T>(this Variable<T> x, Variable<T> table, int[] indices)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckIndices(table.Shape, indices);
        if (x.Shape.Rank < 2 || x.Shape[0] != indices.Length || x.Shape[^1] != table.Shape[1])
            throw new ArgumentException($"{indices.Length} rows of a table {table.Shape} cannot be added to an input of shape {x.Shape}.", nameof(x));
        var on = Recorder<T>.For(x, table);
        var y = on.New(x.Shape);
        Gather.AddRows<T>(AddRowsOperation<T>.Positions(x.Shape), table.Shape[1], x.Value.Span, table.Value.Span, indices, y.Span);
        return on.Result(y, on.Records ? new AddRowsOperation<T>(x, table, indices) : null);
    }

    private static void CheckIndices(Shape table, ReadOnlySpan<int> indices)
    {
        if (table.Rank != 2)
            throw new ArgumentException($"A table of rows has rank 2, not the shape {table}.", nameof(table));
        foreach (int index in indices)
        {
            if ((uint)index >= (uint)table[0])
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"Row {index} is not in a table of shape {table}.");
        }
    }
}

/// <summary>y[i] = table[index[i]]. Keeps the indices.</summary>
internal sealed class LookupOperation<T>(Variable<T> table, int[] indices) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [table];

    // dtable[index[i]] += dy[i]
    public override void Backward(Tensor<T> dOut)
    {
        if (GradientOf(table) is { } dTable)
            Gather.ScatterAdd<T>(1, table.Shape[1], dOut.Span, indices, dTable.Span);
    }
}

/// <summary>y[n, s] = x[n, s] + table[index[n]]. Keeps the indices.</summary>
internal sealed class AddRowsOperation<T>(Variable<T> x, Variable<T> table, int[] indices) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, table];

    public static int Positions(Shape shape) => shape.Length == 0 ? 0 : shape.Length / (shape[0] * shape[^1]);

    // dx += dy, dtable[index[n]] += Σ_s dy[n, s]
    public override void Backward(Tensor<T> dOut)
    {
        Pass(x, dOut);
        if (GradientOf(table) is { } dTable)
            Gather.ScatterAdd<T>(Positions(x.Shape), table.Shape[1], dOut.Span, indices, dTable.Span);
    }
}
