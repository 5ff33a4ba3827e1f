using Diffusion.Autograd;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>Derivatives along a direction, against those by hand, and the error that they say they have.</summary>
public sealed class DerivativeTests
{
    private static readonly Tensor<double> X = Tensor<double>.From([3], 0.3, -1.2, 2), V = Tensor<double>.From([3], 1, 0.5, -2);

    // f = (Σ x²)·sin x: J·v = 2(x·v)·sin x + (Σ x²)·cos x·v
    [Test]
    public void Jacobian_times_vector()
    {
        var product = Derivative.JacobianVectorProduct(x => x.Square().Sum() * x.Sin(), X, V);
        double dot = (X * V).Sum(), squares = X.Square().Sum();
        var expected = (2 * dot * X.Sin()) + (squares * X.Cos() * V);
        double off = (product.Value - expected).Abs().Max();
        Assert.That(off, Is.LessThan(1e-9 * expected.Abs().Max()));
        Assert.That(product.Error, Is.GreaterThan(off).And.LessThan(1e-3));
    }

    // f = Σ x⁴ + Π x: H·v = 12x²·v + the mixed second derivatives of the product
    [Test]
    public void Hessian_times_vector()
    {
        var product = Derivative.HessianVectorProduct(x => x.Pow(4).Sum() + (x[0] * x[1] * x[2]), X, V);
        double[] mixed =
        [
            (X[2] * V[1]) + (X[1] * V[2]),
            (X[2] * V[0]) + (X[0] * V[2]),
            (X[1] * V[0]) + (X[0] * V[1]),
        ];
        var expected = (12 * X.Square() * V) + Tensor<double>.From([3], mixed);
        Assert.That((product.Value - expected).Abs().Max(), Is.LessThan(1e-9 * expected.Abs().Max()));
    }

    [Test]
    public void In_float_the_error_is_said()
    {
        var product = Derivative.HessianVectorProduct(x => x.Pow(4).Sum(), X.To<float>(), V.To<float>());
        var expected = (12 * X.Square() * V).To<float>();
        float off = (product.Value - expected).Abs().Max();
        Assert.That(off, Is.LessThan(1e-3f * expected.Abs().Max()));
        Assert.That(product.Error, Is.GreaterThan(off));
    }

    [Test]
    public void Shapes_that_differ_are_named() =>
        Assert.That(() => Derivative.JacobianVectorProduct(x => x, X, Tensor<double>.Ones([2])), Throws.ArgumentException.With.Message.Contains("[3], but the direction [2]"));
}
