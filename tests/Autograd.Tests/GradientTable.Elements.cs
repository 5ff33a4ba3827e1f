using Diffusion.Tensors;

namespace Diffusion.Autograd.Tests;

internal static partial class GradientTable
{
    private static GradientRow[] Elements =>
    [
        new("Abs", ["x"], d => Draw.At(v => v[0].Abs(), d.OffKinks([d[0], d[1]]))),
        new("Square", ["x"], d => Draw.At(v => v[0].Square(), d.Numbers([d[0], d[1]]))),
        new("Pow of a number", ["x"], d => Draw.At(v => v[0].Pow(2.5), d.Numbers([d[0], d[1]], 0.3, 2))),
        new("Pow, squared and cubed", ["x"], d => Draw.At(v => v[0].Pow(2) + v[0].Pow(3), d.OffKinks([d[0], d[1]]))),
        new("Pow", ["x", "y"], d => Draw.At(v => v[0].Pow(v[1]), d.Numbers([d[0], d[1]], 0.3, 2), d.Numbers([d[1]]))),
        new("Reciprocal", ["x"], d => Draw.At(v => v[0].Reciprocal(), d.OffKinks([d[0], d[1]]))),
        new("Sin", ["x"], d => Draw.At(v => v[0].Sin(), d.Numbers([d[0], d[1]], -4, 4))),
        new("Cos", ["x"], d => Draw.At(v => v[0].Cos(), d.Numbers([d[0], d[1]], -4, 4))),
        new("Clamp", ["x"], d => Draw.At(v => v[0].Clamp(-1, 1), d.OffKinks([d[0], d[1]]))),
        new("LogSigmoid", ["x"], d => Draw.At(v => v[0].LogSigmoid(), d.Numbers([d[0], d[1]], -4, 4))),
        new("Softplus", ["x"], d => Draw.At(v => v[0].Softplus(), d.Numbers([d[0], d[1]], -4, 4))),
        new("LeakyReLU", ["x"], d => Draw.At(v => v[0].LeakyRelu(0.1), d.OffKinks([d[0], d[1]]))),
        new("ELU", ["x"], d => Draw.At(v => v[0].Elu(0.7), d.OffKinks([d[0], d[1]]))),
        new("Maximum", ["x", "y"], d => Choice(d, [d[0], d[1]], (x, y) => x.Maximum(y))),
        new("Minimum", ["x", "y"], d => Choice(d, [d[0], d[1]], (x, y) => x.Minimum(y))),
        new("Maximum of one number", ["x", "y"], d => Draw.At(v => v[0].Maximum(v[1]), d.OffKinks([d[0], d[1]]), Tensor<double>.Scalar(0.02))),
        new("Where", ["x", "y"], d =>
        {
            var mask = d.Numbers([d[0], 1, d[2]]) > 0;
            return Draw.At(v => Operations.Where(mask, v[0], v[1]), d.Numbers([d[0], d[1], d[2]]), d.Numbers([d[1], 1]));
        }),
        new("Masks", ["x", "y"], d => Choice(d, [d[0], d[1]], (x, y) => (x * (x > y)) + (y * (x <= y)) + (x * (y < x)) + (y * (x < 0.02)) + (x * (x >= 0.02)) + (y * (0.0 * x).EqualTo(0.0 * y)))),
        new("Numbers on either side", ["x"], d => Draw.At(v => ((2 + v[0]) * 3) - (1 - (v[0] / 4)) + (v[0] - 5) + (6 / v[0]) + (-v[0] * 2), d.OffKinks([d[0], d[1]]))),
        new("Add of a row and a column", ["x", "y"], d => Draw.At(v => v[0] + v[1], d.Numbers([d[0], 1]), d.Numbers([d[1]]))),
        new("Multiply of many shapes", ["x", "y"], d => Draw.At(v => v[0] * v[1], d.Numbers([d[3], 1, d[1], 1]), d.Numbers([d[0], 1, d[2]]))),
        new("Divide of one by many", ["x", "y"], d => Draw.At(v => v[0] / v[1], d.Numbers([1]), d.OffKinks([d[0], d[1]]))),
    ];

    // Two operands that are nowhere the same, by more than any step.
    private static CheckPoint Choice(Draw d, Shape shape, Func<Variable<double>, Variable<double>, Variable<double>> function)
    {
        var x = d.Numbers(shape);
        return Draw.At(v => function(v[0], v[1]), x, Draw.Minus(x, d.OffKinks(shape)));
    }
}
