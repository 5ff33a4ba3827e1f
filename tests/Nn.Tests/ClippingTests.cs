using Diffusion.Autograd;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>Gradients are clipped by their norm over all parameters or by value, whatever their squares are.</summary>
public sealed class ClippingTests
{
    [Test]
    public void Clipping_sums_in_double()
    {
        var w = new Parameter<float>(Tensor<float>.Zeros([2]));
        void Set(Parameter<float> parameter, params float[] gradient)
        {
            parameter.ClearGradient();
            using var tape = Tape<float>.Start();
            tape.Backward((parameter * tape.Variable(Tensor<float>.From(parameter.Shape, gradient))).Sum());
        }

        Set(w, 3e19f, 4e19f);
        Assert.That(GradientClipping.ByGlobalNorm([w], 1), Is.EqualTo(5e19).Within(1e13));
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([0.6f, 0.8f]).Within(1e-7f));
        Set(w, 3e38f, -3e38f);
        Assert.That(GradientClipping.ByGlobalNorm([w], 1e-5), Is.EqualTo(3e38 * Math.Sqrt(2)).Within(1e32));
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([7.0710678e-6f, -7.0710678e-6f]).Within(1e-12f), "a factor below the normal numbers of float");
        Set(w, 3e-30f, 4e-30f);
        Assert.That(GradientClipping.ByGlobalNorm([w], 1), Is.EqualTo(5e-30).Within(1e-36));

        // A million squares of 1e-4 beside one of 1: in float they would add nothing.
        var many = new Parameter<float>(Tensor<float>.Zeros([1_000_001]));
        Set(many, [1, .. Enumerable.Repeat(1e-4f, 1_000_000)]);
        Assert.That(GradientClipping.ByGlobalNorm([many], 10), Is.EqualTo(Math.Sqrt(1 + (1e6 * (double)1e-4f * 1e-4f))).Within(1e-13));
    }

    [TestCase(3e200, 4e200)]
    [TestCase(3e-200, 4e-200)]
    public void Clipping_of_doubles_survives_squares_out_of_range(double x, double y)
    {
        var w = new Parameter<double>(Tensor<double>.Zeros([2]));
        Layers.SetGradient(w, x, y);
        double norm = Math.Sqrt((x / y * (x / y)) + 1) * y;
        Assert.That(GradientClipping.ByGlobalNorm([w], norm / 10), Is.EqualTo(norm).Within(1e-14 * norm));
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([x / 10, y / 10]).Within(1e-14 * y));
    }

    [Test]
    public void Clipping_by_value_limits_each_element()
    {
        Parameter<double> w = new(Tensor<double>.Zeros([5])), none = new(Tensor<double>.Zeros([1]));
        Layers.SetGradient(w, -3, 0.5, 3, double.NaN, double.NegativeInfinity);
        GradientClipping.ByValue([w, w, none], 1);
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([-1, 0.5, 1, double.NaN, -1]));
        Assert.That(none.Gradient, Is.Null);
        Assert.That(() => GradientClipping.ByValue([w], 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
