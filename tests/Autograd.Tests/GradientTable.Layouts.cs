using Diffusion.Tensors;

namespace Diffusion.Autograd.Tests;

internal static partial class GradientTable
{
    private static GradientRow[] Layouts =>
    [
        new("Permute", ["x"], d => Draw.At(v => v[0].Permute(2, 0, ^2), d.Numbers([d[0], d[1], d[2]]))),
        new("Transpose", ["x"], d => Draw.At(v => v[0].Transpose(d.Choice(3, 3), d.Choice(4, 3)), d.Numbers([d[0], d[1], d[2]]))),
        new("Slice", ["x"], d =>
        {
            int from = d.Choice(3, d[1]), to = from + 1 + d.Choice(4, d[1] - from), step = 1 + d.Choice(5, 3);
            return Draw.At(v => v[0].Slice(1, from, to, step), d.Numbers([d[0], d[1], d[2]]));
        }),
        new("Flip", ["x"], d => Draw.At(v => v[0].Flip(0, ^1), d.Numbers([d[0], d[1], d[2]]))),
        new("Index", ["x"], d => Draw.At(v => v[0][.., d.Choice(3, d[1])..d[1], ^1], d.Numbers([d[0], d[1], d[2]]))),
        new("Squeeze, Unsqueeze, Flatten", ["x"], d => Draw.At(v => v[0].Unsqueeze(1).Squeeze(^2).Unsqueeze(^0).Squeeze().Flatten(), d.Numbers([d[0], d[1]]))),
        new("Stack", ["x", "y"], d => Draw.At(v => Operations.Stack<double>([v[0], v[1], v[0]], d.Choice(3, 3) == 2 ? ^0 : d.Choice(3, 3)), d.Numbers([d[0], d[1]]), d.Numbers([d[0], d[1]]))),
        new("Split", ["x"], d => Draw.At(v =>
        {
            var pieces = v[0].Split(1 + d.Choice(3, 3), 1);
            return pieces[0].Exp().Sum() * pieces[^1].Sum();
        }, d.Numbers([d[0], d[1]]))),
        new("Chunk", ["x"], d => Draw.At(v => v[0].Chunk(2, 0)[0], d.Numbers([d[0], d[1]]))),
        new("Repeat", ["x"], d => Draw.At(v => v[0].Repeat(1 + d.Choice(3, 3), 1, 1 + d.Choice(4, 3)), d.Numbers([d[0], d[1], d[2]]))),
        new("Pad", ["x"], d => Draw.At(v => v[0].Pad(1, d.Choice(3, 3), d.Choice(4, 3), value: 0.5), d.Numbers([d[0], d[1], d[2]]))),
        new("Pad, reflected", ["x"], d => Draw.At(v => v[0].Pad(1, d.Choice(3, 3), d.Choice(4, 3), Padding.Reflect), d.Numbers([d[0], d[1] + 3, d[2]]))),
    ];
}
