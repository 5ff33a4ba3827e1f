using System.Numerics;
using Diffusion.Tensors;
using Textbook = Diffusion.Tensors.Reference.Activations;

namespace Diffusion.Autograd.Tests;

/// <summary>The table of the operations that work number by number. A new one gets a row here, and nowhere else.</summary>
internal static class ElementTable
{
    public static IEnumerable<ElementRow<T>> Rows<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T half = T.CreateChecked(0.5), two = T.CreateChecked(2), three = T.CreateChecked(3);
        static ElementRow<T> Of(string name, Func<Variable<T>, Variable<T>> call, Func<double, double> value, Func<double, double> derivative) =>
            new(name, (x, _) => call(x), (x, _) => value(x), (x, _) => derivative(x));
        static ElementRow<T> OfTwo(string name, Func<Variable<T>, Variable<T>, Variable<T>> call, Func<double, double, double> value, Func<double, double, double> dx, Func<double, double, double> dy) =>
            new(name, call, value, dx, dy) { X = (-1.5, 1.5) };
        return
        [
            Of("SiLU", x => x.Silu(), Textbook.Silu, Textbook.SiluDerivative) with { AlsoX = [(-30, 30)] },
            Of("ReLU", x => x.Relu(), Textbook.Relu, Textbook.ReluDerivative) with { Kinks = [0] },
            Of("GELU", x => x.Gelu(), Textbook.Gelu, Textbook.GeluDerivative) with { AlsoX = [(-9, 9)] },
            Of("Sigmoid", x => x.Sigmoid(), Textbook.Sigmoid, Textbook.SigmoidDerivative) with { AlsoX = [(-30, 30)] },
            Of("Tanh", x => x.Tanh(), Textbook.Tanh, Textbook.TanhDerivative) with { X = (-3, 3), AlsoX = [(-4, 4), (-1e-3, 1e-3)] },
            Of("Exp", x => x.Exp(), Textbook.Exp, Textbook.Exp) with { X = (-3, 3), AlsoX = [(-80, 80)] },
            Of("Log", x => x.Log(), Textbook.Log, Textbook.LogDerivative) with { X = (0.2, 5), AlsoX = [(1e-6, 20)] },
            Of("Sqrt", x => x.Sqrt(), Textbook.Sqrt, Textbook.SqrtDerivative) with { X = (0.2, 5), AlsoX = [(1e-6, 20)] },
            Of("Abs", x => x.Abs(), Tensors.Reference.Losses.Absolute, Tensors.Reference.Losses.AbsoluteDerivative) with { Kinks = [0] },
            Of("Square", x => x.Square(), Tensors.Reference.Losses.Squared, Tensors.Reference.Losses.SquaredDerivative),
            Of("Pow of 2", x => x.Pow(two), x => Textbook.Pow(x, 2), x => Textbook.PowDerivative(x, 2)),
            Of("Pow of 3", x => x.Pow(three), x => Textbook.Pow(x, 3), x => Textbook.PowDerivative(x, 3)) with { X = (-2, 2) },
            Of("Pow of 2.5", x => x.Pow(two + half), x => Textbook.Pow(x, 2.5), x => Textbook.PowDerivative(x, 2.5)) with { X = (0.3, 2), AlsoX = [(0.1, 3)] },
            Of("Reciprocal", x => x.Reciprocal(), Textbook.Reciprocal, Textbook.ReciprocalDerivative) with { Kinks = [0], Distance = 0.5, AlsoX = [(0.5, 9)] },
            Of("Sin", x => x.Sin(), Textbook.Sin, Textbook.Cos) with { AlsoX = [(-9, 9)] },
            Of("Cos", x => x.Cos(), Textbook.Cos, Textbook.CosDerivative) with { AlsoX = [(-9, 9)] },
            Of("Clamp", x => x.Clamp(-half, two), x => Textbook.Clamp(x, -0.5, 2), x => Textbook.ClampDerivative(x, -0.5, 2)) with { Kinks = [-0.5, 2] },
            Of("LogSigmoid", x => x.LogSigmoid(), Textbook.LogSigmoid, Textbook.LogSigmoidDerivative) with { AlsoX = [(-30, 30)] },
            Of("Softplus", x => x.Softplus(), Textbook.Softplus, Textbook.Sigmoid) with { AlsoX = [(-30, 30)] },
            Of("LeakyReLU", x => x.LeakyRelu(half), x => Textbook.LeakyRelu(x, 0.5), x => Textbook.LeakyReluDerivative(x, 0.5)) with { Kinks = [0] },
            Of("ELU", x => x.Elu(two), x => Textbook.Elu(x, 2), x => Textbook.EluDerivative(x, 2)) with { Kinks = [0], AlsoX = [(-9, 3)] },
            Of("Scale", x => x.Scale(half), x => 0.5 * x, _ => 0.5),
            Of("Shift", x => x.Shift(half), x => 0.5 + x, _ => 1),
            OfTwo("Add", (x, y) => x.Add(y), (x, y) => x + y, (_, _) => 1, (_, _) => 1),
            OfTwo("Subtract", (x, y) => x.Subtract(y), (x, y) => x - y, (_, _) => 1, (_, _) => -1),
            OfTwo("Multiply", (x, y) => x.Multiply(y), (x, y) => x * y, (_, y) => y, (x, _) => x),
            OfTwo("Divide", (x, y) => x.Divide(y), (x, y) => x / y, (_, y) => 1 / y, (x, y) => -x / (y * y)) with { Kinks = [0], Distance = 0.5 },
            OfTwo("Pow", (x, y) => x.Pow(y), Math.Pow, (x, y) => y * Math.Pow(x, y - 1), (x, y) => Math.Pow(x, y) * Math.Log(x)) with { X = (0.3, 2) },
            OfTwo("Maximum", (x, y) => x.Maximum(y), Math.Max, (x, y) => x > y ? 1 : x == y ? 0.5 : 0, (x, y) => y > x ? 1 : x == y ? 0.5 : 0) with { IsChoice = true },
            OfTwo("Minimum", (x, y) => x.Minimum(y), Math.Min, (x, y) => x < y ? 1 : x == y ? 0.5 : 0, (x, y) => y < x ? 1 : x == y ? 0.5 : 0) with { IsChoice = true },
            OfTwo("Swish", (x, beta) => x.Swish(beta), Textbook.Swish, Textbook.SwishDX, Textbook.SwishDBeta) with { AlsoX = [(-4, 4)] },
        ];
    }

    /// <summary>The gradient checks that follow: of two operands, of one shape, with one number for each channel, and broadcast both ways.</summary>
    public static IEnumerable<GradientRow> Gradients() => Rows<double>().SelectMany(row =>
    {
        GradientRow Of(string how, Func<Draw, Shape> x, Func<Draw, Shape> y) =>
            new(row.Name + how, ["x", "y"], d => Draw.At(v => row.Call(v[0], v[1]), row.Draw(x(d), d.Seed), row.Draw(y(d), d.Seed + 1, second: true)));
        return row.DY is null
            ? (GradientRow[])[new(row.Name, ["x"], d => Draw.At(v => row.Call(v[0], v[0]), row.Draw([d[0], d[1]], d.Seed)))]
            : [Of("", d => [d[0], d[1]], d => [d[0], d[1]]), Of(", per channel", d => [d[0], d[1], d[2]], d => [d[2]]), Of(", broadcast", d => [d[0], 1, d[2]], d => [d[1], 1])];
    });

    /// <summary>The empty tensors that follow.</summary>
    public static IEnumerable<EmptyRow<T>> Empty<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => Rows<T>().SelectMany(row => row.DY is null
            ? (EmptyRow<T>[])[new(row.Name, [[0, 3]], v => row.Call(v[0], v[0]), [0, 3])]
            : [new(row.Name, [[0, 3], [3]], v => row.Call(v[0], v[1]), [0, 3]), new(row.Name + ", broadcast", [[3], [2, 0, 1]], v => row.Call(v[0], v[1]), [2, 0, 3])]);
}
