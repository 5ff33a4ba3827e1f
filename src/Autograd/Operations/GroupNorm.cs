using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// Group normalisation (arXiv:1803.08494) of x [N, ..., C] with C channels in groups: each sample's group gets mean 0
    /// and (biased) variance 1, then gamma [C] and beta [C]. With <paramref name="silu"/>, SiLU follows in the same pass; with
    /// <paramref name="rows"/>, of which there may be two, a row of each table is added to x before, as <see cref="AddRows{T}"/> does.
    /// </summary>
    /// <exception cref="ArgumentException">Channels that cannot be split into the groups, gamma, beta or tables of another shape, or more than two tables.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside of its table.</exception>
    public static Variable<T> GroupNorm<T>(
        this Variable<T> x, int groups, Variable<T> gamma, Variable<T> beta, double epsilon = 1e-5, bool silu = false, params ReadOnlySpan<TableRows<T>> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Shape.Rank < 2)
            throw new ArgumentException($"GroupNorm takes an input [N, ..., C], not {x.Shape}.", nameof(x));
        int batch = x.Shape[0], channels = x.Shape[^1];
        if (groups < 1 || channels % groups != 0)
            throw new ArgumentException($"{channels} channels cannot be split into {groups} groups.", nameof(groups));
        if (gamma.Shape != [channels] || beta.Shape != [channels])
            throw new ArgumentException($"GroupNorm over {channels} channels takes gamma and beta of shape [{channels}], not {gamma.Shape} and {beta.Shape}.", nameof(gamma));
        if (rows.Length > 2)
            throw new ArgumentException($"GroupNorm adds rows of at most two tables, not of {rows.Length}; AddRows adds any number.", nameof(rows));
        CheckRows(x.Shape, rows);

        var shape = new GroupNormShape(batch, x.Shape.Count(1..^1), channels, groups);
        var (first, second) = (rows.Length > 0 ? rows[0] : default, rows.Length > 1 ? rows[1] : default);
        var recorder = Recorder<T>.For(x, gamma, beta, first.Table, second.Table);
        var y = recorder.New(x.Shape);
        Tensor<T>? mean = recorder.Records ? recorder.New([batch, groups]) : null, rstd = recorder.Records ? recorder.New([batch, groups]) : null;
        Tensors.Kernels.GroupNorm.Forward<T>(
            shape, T.CreateChecked(epsilon), silu, x.Data.Span, gamma.Data.Span, beta.Data.Span, y.Span,
            mean is null ? default : mean.Span, rstd is null ? default : rstd.Span,
            GroupNormOperation<T>.Rows(first, second));
        return recorder.Result(y, recorder.Records ? new GroupNormOperation<T>(shape, T.CreateChecked(epsilon), silu, x, gamma, beta, mean!, rstd!, KeptRows(recorder, rows)) : null);
    }
}

/// <summary>y = h·gamma + beta with h = (x + rows - mean)·rstd, or SiLU of that. Keeps x, mean and rstd; h is made again.</summary>
internal sealed class GroupNormOperation<T>(
    GroupNormShape shape, T epsilon, bool silu, Variable<T> x, Variable<T> gamma, Variable<T> beta, Tensor<T> mean, Tensor<T> rstd, TableRows<T>[] tables) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, gamma, beta, .. tables.Select(rows => rows.Table)];

    public override OperationDescription Describe() => new(
        "GroupNorm", [("groups", shape.Groups), ("epsilon", double.CreateChecked(epsilon)), ("silu", silu), .. AddRowsOperation<T>.Indices(tables)]);

    public override string Name => (tables.Length > 0 ? "AddRows + " : "") + (silu ? "GroupNorm + SiLU" : "GroupNorm");

    /// <summary>The rows as the kernel takes them; the default is no table.</summary>
    public static GroupNormRows<T> Rows(TableRows<T> first, TableRows<T> second) => first.Table is null ? default
        : second.Table is null ? new(first.Table.Data.Span, first.Indices)
        : new(first.Table.Data.Span, first.Indices, second.Table.Data.Span, second.Indices);

    // With q = dz·gamma: dx += (q - mean(q) - h·mean(q·h))·rstd, dgamma += Σ dz·h, dbeta += Σ dz (docs/derivations/group-norm.md);
    // dtable[index[n]] += Σ_s dx[n, s]
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        var dx = sink.ForKernel(x, out bool addX);
        var dGamma = sink.ForKernel(gamma, out bool addGamma);
        var dBeta = sink.ForKernel(beta, out bool addBeta);
        if (addGamma != addBeta)
        {
            (addGamma ? dBeta : dGamma).Span.Clear();
            addGamma = true;
        }

        // What rows added has the sum of dx over the positions as its gradient: of one position, dx itself.
        Tensor<T>? dShift = null;
        if (tables.Any(rows => sink.Wants(rows.Table)) && (shape.Positions != 1 || addX || tables.Any(rows => rows.Table == x)))
            dShift = sink.Rent([shape.Batch, shape.Channels]);
        Tensors.Kernels.GroupNorm.Backward<T>(
            shape, epsilon, silu, x.Data.Span, gamma.Data.Span, beta.Data.Span, mean.Span, rstd.Span, dOut.Span, dx.Span, addX, dGamma.Span, dBeta.Span, addGamma,
            Rows(tables.Length > 0 ? tables[0] : default, tables.Length > 1 ? tables[1] : default), dShift is null ? default : dShift.Span);
        foreach (var (table, indices) in tables)
        {
            if (sink.GradientOf(table) is { } dTable)
                Gather.ScatterAdd<T>(1, shape.Channels, (dShift ?? dx).Span, indices, dTable.Span);
        }
    }
}
