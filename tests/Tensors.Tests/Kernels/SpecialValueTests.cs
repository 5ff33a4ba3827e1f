using System.Numerics;
using Diffusion.Tensors.Kernels;
using Diffusion.Tensors.Simd;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>What the functions of e^x do at zeros, at infinities, and where e^x leaves the range of normal numbers.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class SpecialValueTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly bool IsFloat = typeof(T) == typeof(float);

    [Test]
    public void Exp_is_clamped_to_normal_numbers()
    {
        double most = IsFloat ? 88 : 709, least = IsFloat ? -87 : -708;
        Assert.Multiple(() =>
        {
            Assert.That(Of<ExpFunction<T>>(0), Is.EqualTo(1));
            Assert.That(Of<ExpFunction<T>>(-0.0), Is.EqualTo(1));
            Assert.That(Of<ExpFunction<T>>(double.NaN), Is.NaN);
            foreach (double x in (double[])[88, 100, 745, double.PositiveInfinity])
                Assert.That(Of<ExpFunction<T>>(x), Is.EqualTo(Math.Exp(Math.Min(x, most))).Within(0.0001).Percent, $"exp {x}");
            foreach (double x in (double[])[-88, -100, -745, double.NegativeInfinity])
                Assert.That(Of<ExpFunction<T>>(x), Is.EqualTo(Math.Exp(Math.Max(x, least))).Within(0.0001).Percent, $"exp {x}");
        });
    }

    [Test]
    public void Tanh_saturates_and_keeps_the_sign_of_zero()
    {
        Assert.Multiple(() =>
        {
            Assert.That(double.IsNegative(Of<TanhFunction<T>>(-0.0)), Is.True);
            Assert.That(double.IsNegative(Of<TanhFunction<T>>(0.0)), Is.False);
            Assert.That(Of<TanhFunction<T>>(double.NaN), Is.NaN);
            foreach (double x in (double[])[88, 100, 745, double.PositiveInfinity])
            {
                Assert.That(Of<TanhFunction<T>>(x), Is.EqualTo(1), $"tanh {x}");
                Assert.That(Of<TanhFunction<T>>(-x), Is.EqualTo(-1), $"tanh -{x}");
            }
        });
    }

    [Test]
    public void Sigmoid_saturates()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Of<SigmoidFunction<T>>(0), Is.EqualTo(0.5));
            Assert.That(Of<SigmoidFunction<T>>(-0.0), Is.EqualTo(0.5));
            Assert.That(Of<SigmoidFunction<T>>(double.NaN), Is.NaN);
            foreach (double x in (double[])[88, 100, 745, double.PositiveInfinity])
            {
                Assert.That(Of<SigmoidFunction<T>>(x), Is.EqualTo(1), $"σ({x})");
                Assert.That(Of<SigmoidFunction<T>>(-x), Is.InRange(0, 1e-37), $"σ(-{x})");
            }
        });
    }

    [Test]
    public void Silu_goes_to_x_and_to_zero()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Of<SiluFunction<T>>(0), Is.Zero);
            Assert.That(Of<SiluFunction<T>>(-0.0), Is.Zero);
            Assert.That(Of<SiluFunction<T>>(double.NaN), Is.NaN);
            Assert.That(Of<SiluFunction<T>>(double.PositiveInfinity), Is.EqualTo(double.PositiveInfinity));
            Assert.That(double.IsFinite(Of<SiluFunction<T>>(double.NegativeInfinity)), Is.False, "an infinity must not turn into a number");
            foreach (double x in (double[])[88, 100, 745])
            {
                Assert.That(Of<SiluFunction<T>>(x), Is.EqualTo(x), $"SiLU({x})");
                Assert.That(Of<SiluFunction<T>>(-x), Is.InRange(-1e-35, 0), $"SiLU(-{x})");
                Assert.That(Slope<SiluFunction<T>>(x), Is.EqualTo(1), $"SiLU'({x})");
                Assert.That(Slope<SiluFunction<T>>(-x), Is.InRange(-1e-35, 0), $"SiLU'(-{x})");
            }
        });
    }

    [Test]
    public void Kinks_have_the_slopes_that_are_documented()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Slope<ReluFunction<T>>(0), Is.Zero);
            Assert.That(Slope<AbsoluteFunction<T>>(0), Is.Zero);
            Assert.That(Slope<AbsoluteFunction<T>>(-0.0), Is.Zero);
            Assert.That(Slope<SqrtFunction<T>>(0), Is.EqualTo(double.PositiveInfinity));
            Assert.That(Of<LogFunction<T>>(0), Is.EqualTo(double.NegativeInfinity));
            Assert.That(Of<LogFunction<T>>(-1), Is.NaN);
            Assert.That(Of<SqrtFunction<T>>(-1), Is.NaN);
        });
    }

    // Golden numbers: python3 -c "import math; [print(x, repr(math.erf(x))) for x in (1e-8, .1, .5, 1, 2, 2.49, 2.51, 3, 4, 5.9, 7)]"
    [TestCase(1e-8, 1.1283791670955126e-08)]
    [TestCase(0.1, 0.1124629160182849)]
    [TestCase(0.5, 0.5204998778130465)]
    [TestCase(1, 0.8427007929497149)]
    [TestCase(2, 0.9953222650189527)]
    [TestCase(2.49, 0.9995707121322661)]
    [TestCase(2.51, 0.9996142945182758)]
    [TestCase(3, 0.9999779095030014)]
    [TestCase(4, 0.9999999845827421)]
    [TestCase(5.9, 0.9999999999999999)]
    [TestCase(7, 1)]
    public void Erf_is_right_and_odd(double x, double expected)
    {
        Assert.That(SpecialFunctions.Erf(x), Is.EqualTo(expected).Within(1e-15 * Math.Max(expected, 1e-8)).Or.EqualTo(expected).Within(1e-15));
        Assert.That(SpecialFunctions.Erf(-x), Is.EqualTo(-SpecialFunctions.Erf(x)));
    }

    // The value both in a whole vector and alone, at the end: the same number.
    private static double Of<TFunction>(double x)
        where TFunction : unmanaged, IUnaryFunction<T>
    {
        var values = new T[17];
        Array.Fill(values, T.CreateChecked(x));
        Tensors.Kernels.Elementwise.Map<TFunction, T>(default, values, values);
        Assert.That(values, Is.All.EqualTo(values[0]), "a value depends on where it stands");
        return double.CreateChecked(values[0]);
    }

    private static double Slope<TFunction>(double x)
        where TFunction : unmanaged, IUnaryFunction<T>
    {
        T[] kept = [T.CreateChecked(x)], dx = [T.NaN];
        if (TFunction.DerivativeFromOutput)
            Tensors.Kernels.Elementwise.Map<TFunction, T>(default, kept, kept);
        Tensors.Kernels.Elementwise.MapBackward<TFunction, T>(default, kept, [T.One], dx, accumulate: false);
        return double.CreateChecked(dx[0]);
    }
}
