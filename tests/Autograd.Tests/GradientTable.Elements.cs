using Diffusion.Tensors;

namespace Diffusion.Autograd.Tests;

internal static partial class GradientTable
{
    // What is not in ElementTable: three operands, masks, operators.
    private static GradientRow[] Elements =>
    [
        new("Where", ["x", "y"], d =>
        {
            var mask = d.Numbers([d[0], 1, d[2]]) > 0;
            return Draw.At(v => Operations.Where(mask, v[0], v[1]), d.Numbers([d[0], d[1], d[2]]), d.Numbers([d[1], 1]));
        }),
        new("Masks", ["x", "y"], d => Choice(d, [d[0], d[1]], (x, y) => (x * (x > y)) + (y * (x <= y)) + (x * (y < x)) + (y * (x < 0.02)) + (x * (x >= 0.02)) + (y * (0.0 * x).EqualTo(0.0 * y)))),
        new("Operators", ["x", "y"], d => Draw.At(v => ((v[0] + v[1]) * v[0]) - (v[1] / v[0]), d.OffKinks([d[0], d[1]]), d.Numbers([d[0], d[1]]))),
        new("Numbers on either side", ["x"], d => Draw.At(v => ((2 + v[0]) * 3) - (1 - (v[0] / 4)) + (v[0] - 5) + (6 / v[0]) + (-v[0] * 2), d.OffKinks([d[0], d[1]]))),
        new("Multiply of many shapes", ["x", "y"], d => Draw.At(v => v[0] * v[1], d.Numbers([d[3], 1, d[1], 1]), d.Numbers([d[0], 1, d[2]]))),
    ];

    // Two operands that are nowhere the same, by more than any step.
    private static CheckPoint Choice(Draw d, Shape shape, Func<Variable<double>, Variable<double>, Variable<double>> function)
    {
        var x = d.Numbers(shape);
        return Draw.At(v => function(v[0], v[1]), x, Draw.Minus(x, d.OffKinks(shape)));
    }
}
