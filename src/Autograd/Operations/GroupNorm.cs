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
        var on = Recorder<T>.For(x, gamma, beta, first.Table, second.Table);
        var y = on.New(x.Shape);
        Tensor<T>? mean = on.Records ? on.New([batch, groups]) : null, rstd = on.Records ? on.New([batch, groups]) : null;
        Tensors.Kernels.GroupNorm.Forward<T>(
            shape, T.CreateChecked(epsilon), silu, x.Value.Span, gamma.Value.Span, beta.Value.Span, y.Span,
            mean is null ? default : mean.Span, rstd is null ? default : rstd.Span,
            GroupNormOperation<T>.Rows(first, second));
        return on.Result(y, on.Records ? new GroupNormOperation<T>(shape, T.CreateChecked(epsilon), silu, x, gamma, beta, mean!, rstd!, rows.ToArray()) : null);
    }
}

/// <summary>y = h·gamma + beta with h = (x + rows - mean)·rstd, or SiLU of that. Keeps x, mean and rstd; h is made again.</summary>
internal sealed class GroupNormOperation<T>(
    GroupNormShape shape, T epsilon, bool silu, Variable<T> x, Variable<T> gamma, Variable<T> beta, Tensor<T> mean, Tensor<T> rstd, TableRows<T>[] tables) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, gamma, beta, .. tables.Select(rows => rows.Table)];

    public override string Name => (tables.Length > 0 ? "AddRows + " : "") + (silu ? "GroupNorm + SiLU" : "GroupNorm");

    /// <summary>The rows as the kernel takes them; the default is no table.</summary>
    public static GroupNormRows<T> Rows(TableRows<T> first, TableRows<T> second) => first.Table is null ? default
        : second.Table is null ? new(first.Table.Value.Span, first.Indices)
        : new(first.Table.Value.Span, first.Indices, second.Table.Value.Span, second.Indices);

    // With q = dz·gamma: dx += (q - mean(q) - h·mean(q·h))·rstd, dgamma += Σ dz·h, dbeta += Σ dz (docs/derivations/group-norm.md);
    // dtable[index[n]] += Σ_s dx[n, s]
    public override void Backward(Tensor<T> dOut)
    {
        // What nobody wants goes to memory that nobody reads.
        var tape = Output.Tape!;
        bool addX = false, addGamma = false, addBeta = false;
        var dx = x.RequiresGradient ? x.GradientToWrite(out addX) : tape.Rent(x.Shape);
        var dGamma = gamma.RequiresGradient ? gamma.GradientToWrite(out addGamma) : tape.Rent(gamma.Shape);
        var dBeta = beta.RequiresGradient ? beta.GradientToWrite(out addBeta) : tape.Rent(beta.Shape);
        if (addGamma != addBeta)
        {
            (addGamma ? dBeta : dGamma).Span.Clear();
            addGamma = true;
        }

        // What rows added has the sum of dx over the positions as its gradient: of one position, dx itself.
        Tensor<T>? dShift = null;
        if (tables.Any(rows => rows.Table.RequiresGradient) && (shape.Positions != 1 || addX || tables.Any(rows => rows.Table == x)))
            dShift = tape.Rent([shape.Batch, shape.Channels]);
        Tensors.Kernels.GroupNorm.Backward<T>(
            shape, epsilon, silu, x.Value.Span, gamma.Value.Span, beta.Value.Span, mean.Span, rstd.Span, dOut.Span, dx.Span, addX, dGamma.Span, dBeta.Span, addGamma,
            Rows(tables.Length > 0 ? tables[0] : default, tables.Length > 1 ? tables[1] : default), dShift is null ? default : dShift.Span);
        foreach (var (table, indices) in tables)
        {
            if (GradientOf(table) is { } dTable)
                Gather.ScatterAdd<T>(1, shape.Channels, (dShift ?? dx).Span, indices, dTable.Span);
        }
    }
}
