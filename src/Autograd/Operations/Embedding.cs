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
        var recorder = Recorder<T>.On(tape, table);
        var y = recorder.New([indices.Length, table.Shape[1]]);
        Tensors.Kernels.Gather.Rows<T>(table.Shape[1], table.Data.Span, indices, y.Span);
        return recorder.Result(y, recorder.Records ? new LookupOperation<T>(table, recorder.Copy(indices)) : null);
    }

    /// <summary>
    /// x + a row of each table, the same rows at all positions of a sample: x [N, ..., C], tables [R, C], N indices in [0, R)
    /// for each. This is how step and class reach a layer: what is the same for many samples is computed once for them all.
    /// </summary>
    /// <exception cref="ArgumentException">Shapes that do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside of its table.</exception>
    public static Variable<T> AddRows<T>(this Variable<T> x, params ReadOnlySpan<TableRows<T>> tables)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckRows(x.Shape, tables);
        Variable<T>[] inputs = [x, .. tables.ToArray().Select(rows => rows.Table)];
        var recorder = Recorder<T>.For(inputs);
        var y = recorder.New(x.Shape);
        int positions = AddRowsOperation<T>.Positions(x.Shape);
        var source = x.Data;
        foreach (var (table, indices) in tables)
        {
            Tensors.Kernels.Gather.AddRows<T>(positions, table.Shape[1], source.Span, table.Data.Span, indices, y.Span);
            source = y;
        }

        return recorder.Result(y, recorder.Records ? new AddRowsOperation<T>(x, KeptRows(recorder, tables)) : null);
    }

    private static TableRows<T>[] KeptRows<T>(Recorder<T> recorder, ReadOnlySpan<TableRows<T>> tables)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var kept = tables.ToArray();
        foreach (ref var rows in kept.AsSpan())
            rows = rows with { Indices = recorder.Copy(rows.Indices) };
        return kept;
    }

    private static void CheckRows<T>(Shape x, ReadOnlySpan<TableRows<T>> tables)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var (table, indices) in tables)
        {
            CheckIndices(table.Shape, indices);
            if (x.Rank < 2 || x[0] != indices.Length || x[^1] != table.Shape[1])
                throw new ArgumentException($"{indices.Length} rows of a table {table.Shape} cannot be added to an input of shape {x}.", nameof(x));
        }
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

    public override OperationDescription Describe() => new("Lookup", ("indices", indices));

    // dtable[index[i]] += dy[i]
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.GradientOf(table) is { } dTable)
            Gather.ScatterAdd<T>(1, table.Shape[1], dOut.Span, indices, dTable.Span);
    }
}

/// <summary>A table of rows, and which row belongs to each sample.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="Table">[R, C].</param>
/// <param name="Indices">N row numbers; operations copy what their backward pass needs.</param>
public readonly record struct TableRows<T>(Variable<T> Table, int[] Indices)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>y[n, s] = x[n, s] + Σ table[index[n]]. Keeps the indices.</summary>
internal sealed class AddRowsOperation<T>(Variable<T> x, TableRows<T>[] tables) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, .. tables.Select(rows => rows.Table)];

    public override OperationDescription Describe() => new("AddRows", Indices(tables));

    /// <summary>The rows of each table, as attributes.</summary>
    public static (string Name, object Value)[] Indices(TableRows<T>[] tables) => [.. tables.Select((rows, i) => ($"indices{i}", (object)rows.Indices))];

    public static int Positions(Shape shape) => shape.Length == 0 ? 0 : shape.Length / (shape[0] * shape[^1]);

    // dx += dy, dtable[index[n]] += Σ_s dy[n, s]
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        // The tables first: dOut may become the gradient of x itself, which x, where it is one of the tables, would add to.
        foreach (var (table, indices) in tables)
        {
            if (sink.GradientOf(table) is { } dTable)
                Gather.ScatterAdd<T>(Positions(x.Shape), table.Shape[1], dOut.Span, indices, dTable.Span);
        }

        sink.Pass(x, dOut);
    }
}
