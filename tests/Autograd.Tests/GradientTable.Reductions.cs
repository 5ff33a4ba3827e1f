using Diffusion.Tensors;

namespace Diffusion.Autograd.Tests;

internal static partial class GradientTable
{
    private static GradientRow[] Reductions =>
    [
        new("Sum over dimensions", ["x"], d => Draw.At(v => v[0].Sum(Axes(d), Kept(d)), d.Numbers([d[0], d[1], d[2]]))),
        new("Mean over dimensions", ["x"], d => Draw.At(v => v[0].Mean(Axes(d), Kept(d)), d.Numbers([d[0], d[1], d[2]]))),
        new("Var", ["x"], d => Draw.At(v => v[0].Var(), d.Numbers([d[0] + 1, d[1]]))),
        new("Var over dimensions", ["x"], d => Draw.At(v => v[0].Var(Axes(d), d.Choice(5, 2), Kept(d)), d.Numbers([d[0] + 1, d[1] + 1, d[2] + 1]))),
        new("Std", ["x"], d => Draw.At(v => v[0].Std(), d.Numbers([d[0] + 2, d[1]]))),
        new("Std over dimensions", ["x"], d => Draw.At(v => v[0].Std(Axes(d), 0, Kept(d)), d.Numbers([d[0] + 2, d[1] + 2, d[2] + 2]))),
        new("Norm", ["x"], d => Draw.At(v => v[0].Norm(), d.OffKinks([d[0], d[1]]))),
        new("Norm over dimensions", ["x"], d => Draw.At(v => v[0].Norm(Axes(d), 2, Kept(d)), d.OffKinks([d[0], d[1], d[2]]))),
        new("Norm, p = 1 and 3", ["x"], d => Draw.At(v => v[0].Norm(0, 1) * v[0].Norm(0, 3), d.OffKinks([d[0], d[1]]))),
        new("Norm, p = ∞", ["x"], d => Draw.At(v => v[0].Norm([0, 1], double.PositiveInfinity), Apart(d, [d[0], d[1]]))),
        new("Max", ["x"], d => Draw.At(v => v[0].Max(), Apart(d, [d[0], d[1]]))),
        new("Max over dimensions", ["x"], d => Draw.At(v => v[0].Max(Axes(d), Kept(d)), Apart(d, [d[0], d[1], d[2]]))),
        new("Min", ["x"], d => Draw.At(v => v[0].Min(), Apart(d, [d[0], d[1]]))),
        new("Min over dimensions", ["x"], d => Draw.At(v => v[0].Min(Axes(d), Kept(d)), Apart(d, [d[0], d[1], d[2]]))),
        new("LogSumExp", ["x"], d => Draw.At(v => v[0].LogSumExp(Axes(d), Kept(d)), d.Numbers([d[0], d[1], d[2]], -3, 3))),
        new("Softmax over a dimension", ["x"], d => Draw.At(v => v[0].Softmax(d.Choice(3, 3)), d.Numbers([d[0], d[1], d[2]]))),
        new("LogSoftmax over a dimension", ["x"], d => Draw.At(v => v[0].LogSoftmax(d.Choice(3, 3)), d.Numbers([d[0], d[1], d[2]]))),
        new("CumSum", ["x"], d => Draw.At(v => v[0].CumSum(d.Choice(3, 3)), d.Numbers([d[0], d[1], d[2]]))),
        new("IndexSelect", ["x"], d =>
        {
            int[] rows = d.Indices(d[3] + 1, d[1]);
            return Draw.At(v => v[0].IndexSelect(1, rows) * v[0].Gather(1, rows), d.Numbers([d[0], d[1], d[2]]));
        }),
        new("Gather", ["x"], d =>
        {
            var indices = new IndexTensor([d[0], d[3], d[2]], d.Indices(d[0] * d[3] * d[2], d[1]));
            return Draw.At(v => v[0].Gather(1, indices), d.Numbers([d[0], d[1], d[2]]));
        }),
        new("ScatterAdd", ["x", "source"], d =>
        {
            var indices = new IndexTensor([d[0], d[3], d[2]], d.Indices(d[0] * d[3] * d[2], d[1]));
            return Draw.At(v => v[0].ScatterAdd(1, indices, v[1]), d.Numbers([d[0], d[1], d[2]]), d.Numbers([d[0], d[3], d[2]]));
        }),
        new("Sort", ["x"], d => Draw.At(v => v[0].Sort(1, d.Choice(3, 2) == 0).Values, Apart(d, [d[0], d[1], d[2]]))),
        new("TopK", ["x"], d => Draw.At(v => v[0].TopK(1 + d.Choice(3, d[1]), ^2).Values, Apart(d, [d[0], d[1], d[2]]))),
    ];

    private static Axes Axes(Draw d) => d.Choice(3, 5) switch { 0 => 1, 1 => ^1, 2 => [0, 2], 3 => [0, 1, 2], _ => [^1, 1] };

    private static bool Kept(Draw d) => d.Choice(4, 2) == 0;

    // Numbers no two of which are nearer than any step, in an order that the sizes give.
    private static Tensor<double> Apart(Draw d, Shape shape)
    {
        int[] order = [.. Enumerable.Range(0, shape.Length)];
        var chances = d.Numbers([Math.Max(1, shape.Length)]);
        Array.Sort(chances.Span[..shape.Length].ToArray(), order);
        var x = Tensor<double>.Uninitialized(shape);
        for (int i = 0; i < x.Length; i++)
            x.Span[i] = (order[i] - (0.5 * x.Length) + 0.25) * (3.0 / Math.Max(3, x.Length));
        return x;
    }
}
