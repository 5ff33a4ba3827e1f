using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>The divergence of two normal distributions has its textbook value: a constant in it has no gradient that would show.</summary>
public sealed class GaussianDivergenceTests
{
    [Test]
    public void Equal_distributions_have_none()
    {
        Variable<double> mean = Tensor<double>.From([2], [0.5, -3]), logVariance = Tensor<double>.From([2], [0.25, -2]);
        Assert.That(Loss.GaussianDivergence(mean, logVariance, mean, logVariance).Value.Span[0], Is.EqualTo(0).Within(1e-15));
    }

    // KL(N(m, v) || N(n, w)) = (ln(w/v) + (v + (m - n)²)/w - 1)/2
    [TestCase(0.5, 2, 0, 1)]
    [TestCase(-1, 0.25, 0.5, 4)]
    public void The_value_is_that_of_the_formula(double m, double v, double n, double w)
    {
        double expected = (Math.Log(w / v) + ((v + ((m - n) * (m - n))) / w) - 1) / 2;
        Assert.That(Loss.GaussianDivergence(Number(m), Number(Math.Log(v)), Number(n), Number(Math.Log(w))).Value.Span[0], Is.EqualTo(expected).Within(1e-14));
        if ((n, w) == (0, 1))
            Assert.That(Loss.GaussianDivergence(Number(m), Number(Math.Log(v))).Value.Span[0], Is.EqualTo(expected).Within(1e-14));

        static Variable<double> Number(double value) => Tensor<double>.From([1], [value]);
    }
}
