using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Operations;

public sealed class ElementwiseOperationTests
{
    private static readonly Tensor<double> X = Tensor<double>.From([3], -2, 0, 4), Y = Tensor<double>.From([3], 1, 0, 2);

    [Test]
    public void Numbers_stand_on_either_side() => Assert.Multiple(() =>
    {
        Holds(X + 1, -1, 1, 5);
        Holds(1 + X, -1, 1, 5);
        Holds(X - 1, -3, -1, 3);
        Holds(1 - X, 3, 1, -3);
        Holds(X * 2, -4, 0, 8);
        Holds(2 * X, -4, 0, 8);
        Holds(X / 2, -1, 0, 2);
        Holds(8 / (X + 4), 4, 2, 1);
        Holds(-X, 2, -0.0, -4);
        Holds(Tensor<double>.From([1], 1) / 3, 1.0 / 3);
    });

    [Test]
    public void Masks_are_zeros_and_ones() => Assert.Multiple(() =>
    {
        Holds(X > Y, 0, 0, 1);
        Holds(X >= Y, 0, 1, 1);
        Holds(X < Y, 1, 0, 0);
        Holds(X <= Y, 1, 1, 0);
        Holds(X > 0, 0, 0, 1);
        Holds(X >= 0, 0, 1, 1);
        Holds(X < 0, 1, 0, 0);
        Holds(X <= 0, 1, 1, 0);
        Holds(X.EqualTo(Y), 0, 1, 0);
        Holds(X.Where(X > 0, Y), 1, 0, 4);
        Holds(X.Where(value => value > 0, 9), 9, 9, 4);
        Holds(Tensor<double>.Where(X > 0, X, Y), 1, 0, 4);
        Assert.That(() => X > Tensor<double>.Zeros([2]), Throws.ArgumentException.With.Message.Contains("[3] and [2] cannot be broadcast"));
    });

    [Test]
    public void Functions_are_those_of_their_names() => Assert.Multiple(() =>
    {
        Near(X.Abs(), Math.Abs);
        Near(X.Square(), x => x * x);
        Near(X.Pow(3), x => x * x * x);
        Holds(X.Pow(Y), -2, 1, 16);
        Holds(X.Maximum(Y), 1, 0, 4);
        Holds(X.Minimum(Y), -2, 0, 2);
        Holds(X.Clamp(-1, 1), -1, 0, 1);
        Near((X + 3).Sqrt() - 3, x => Math.Sqrt(x + 3) - 3);
        Near((X + 3).Reciprocal(), x => 1 / (x + 3));
        Near(X.Exp(), Math.Exp);
        Near((X + 3).Log(), x => Math.Log(x + 3));
        Near(X.Sin(), Math.Sin);
        Near(X.Cos(), Math.Cos);
        Near(X.Tanh(), Math.Tanh);
        Near(X.Sigmoid(), x => 1 / (1 + Math.Exp(-x)));
        Near(X.LogSigmoid(), x => -Math.Log(1 + Math.Exp(-x)));
        Near(X.Softplus(), x => Math.Log(1 + Math.Exp(x)));
        Near(X.Relu(), x => Math.Max(x, 0));
        Near(X.LeakyRelu(0.1), x => x > 0 ? x : 0.1 * x);
        Near(X.Elu(2), x => x > 0 ? x : 2 * (Math.Exp(x) - 1));
        Near(X.Silu(), x => x / (1 + Math.Exp(-x)));
        Near(X.Gelu(), x => x == 0 ? 0 : x < 0 ? -0.04550026389635839 : 3.9998733150326675);
        Near(X.Map(x => x * x), x => x * x);
    });

    [Test]
    public void Simple_tensors_are_made() => Assert.Multiple(() =>
    {
        Holds(Tensor<double>.Arange(3), 0, 1, 2);
        Holds(Tensor<double>.Arange(1, 0.5, 3), 1, 1.5, 2);
        Holds(Tensor<double>.Arange(0));
        Holds(Tensor<double>.Linspace(0, 1, 5), 0, 0.25, 0.5, 0.75, 1);
        Holds(Tensor<double>.Linspace(3, 9, 1), 3);
        Assert.That(Tensor<double>.Eye(2).Span.ToArray(), Is.EqualTo([1.0, 0, 0, 1]));
        Assert.That(Tensor<double>.Ones([2, 1]).Span.ToArray(), Is.EqualTo([1.0, 1]));
        Assert.That(() => Tensor<double>.Arange(-1), Throws.ArgumentException.With.Message.Contains("-1"));
    });

    [Test]
    public void Equal_distances_are_the_same_from_both_ends()
    {
        for (int count = 2; count < 60; count++)
        {
            double[] numbers = Tensor<double>.Linspace(-0.3, 0.3, count).Span.ToArray();
            for (int i = 0; i < count / 2; i++)
                Assert.That(numbers[i], Is.EqualTo(-numbers[count - 1 - i]), $"{i} of {count}");
        }
    }

    private static void Holds(Tensor<double> actual, params double[] values) => Assert.That(actual.Span.ToArray(), Is.EqualTo(values));

    private static void Near(Tensor<double> actual, Func<double, double> function) =>
        Check.Close<double>(actual.Span, Array.ConvertAll(X.Span.ToArray(), x => function(x)), 1e-14, "function", floor: 1);
}
