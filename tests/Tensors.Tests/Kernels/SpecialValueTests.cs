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

    // The last arguments on either side whose result is finite, normal, and not 0; and those next to them.
    private static readonly double[] Ends = IsFloat
        ? [88.72283, 88.72284, 89, 100, -87.33654, -87.33655, -88, -100, -103.27893, -103.97207, -103.97209, -104]
        : [709.782712893384, 709.7827128933841, 710, 745, -708.3964185322641, -708.3964185322642, -709, -745.1332191019411, -745.1332191019412, -746];

    private static readonly double[] Special =
        [0, -0.0, 1, -1, 1e-40, -1e-40, 5e-324, 1e30, -1e30, double.PositiveInfinity, double.NegativeInfinity, double.NaN, double.Epsilon, .. Ends];

    [Test]
    public void Functions_give_the_kind_of_number_that_they_should()
    {
        Assert.Multiple(() =>
        {
            foreach (double at in Special)
            {
                double x = double.CreateChecked(T.CreateChecked(at));
                Same("exp", x, Of<ExpFunction<T>>(x), Math.Exp(x), units: 2);
                Same("σ", x, Of<SigmoidFunction<T>>(x), x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x)), units: 4);
                Same("tanh", x, Of<TanhFunction<T>>(x), Math.Tanh(x), units: 4);
                Same("ln", x, Of<LogFunction<T>>(x), Math.Log(x), units: 1);
                Same("√", x, Of<SqrtFunction<T>>(x), Math.Sqrt(x), units: 1);
                Same("erf", x, double.CreateChecked(T.CreateTruncating(SpecialFunctions.Erf(x))), Math.Abs(x) < 1e-20 ? 2 / Math.Sqrt(Math.PI) * x : SpecialFunctions.Erf(x), units: 1);

                // PyTorch, too, has no number for -∞·σ(-∞) and -∞·Φ(-∞).
                Same("SiLU", x, Of<SiluFunction<T>>(x), x >= 0 ? x / (1 + Math.Exp(-x)) : x * (Math.Exp(x) / (1 + Math.Exp(x))), units: 4, absolute: Math.Abs(x) * Least);
                Same("GELU", x, Of<GeluFunction<T>>(x), Reference.Activations.Gelu(x), units: 4);
                Same("GELU'", x, Slope<GeluFunction<T>>(x), Reference.Activations.GeluDerivative(x), units: 4, absolute: Math.Abs(x) * Least);
            }
        });
    }

    [Test]
    public void Exp_agrees_to_two_units_at_every_size()
    {
        double from = IsFloat ? -105 : -747, to = IsFloat ? 89.5 : 711;
        T[] x = TestData.Uniform<T>(200_000, 1, from, to), y = new T[x.Length];
        Tensors.Kernels.Elementwise.Map<ExpFunction<T>, T>(default, x, y);
        for (int i = 0; i < x.Length; i++)
            Same("exp", double.CreateChecked(x[i]), double.CreateChecked(y[i]), Math.Exp(double.CreateChecked(x[i])), units: 2);
    }

    [Test]
    public void Sigmoid_agrees_to_four_units_at_every_size()
    {
        double end = IsFloat ? 105 : 747;
        T[] x = TestData.Uniform<T>(200_000, 1, -end, end), y = new T[x.Length];
        Tensors.Kernels.Elementwise.Map<SigmoidFunction<T>, T>(default, x, y);
        for (int i = 0; i < x.Length; i++)
        {
            double e = Math.Exp(-Math.Abs(double.CreateChecked(x[i])));
            Same("σ", double.CreateChecked(x[i]), double.CreateChecked(y[i]), (x[i] < T.Zero ? e : 1) / (1 + e), units: 4);
        }
    }

    private static double Least => double.CreateChecked(T.Epsilon);

    // NaN, infinite, zero with its sign, or a number within so many units in the last place, which among denormal numbers is the least of them.
    private static void Same(string function, double x, double actual, double exact, int units, double absolute = 0)
    {
        double expected = double.CreateChecked(T.CreateTruncating(exact));
        string what = $"{function}({x:R}) = {actual:R}, not {expected:R}";
        if (!double.IsFinite(expected) || (expected == 0 && absolute == 0))
        {
            if (!actual.Equals(expected) || double.IsNegative(actual) != double.IsNegative(expected))
                Assert.That(double.IsNaN(actual) && double.IsNaN(expected), Is.True, what);
            return;
        }

        double unit = double.CreateChecked(T.BitIncrement(T.CreateTruncating(Math.Abs(expected))) - T.CreateTruncating(Math.Abs(expected)));
        if (!(Math.Abs(actual - expected) <= Math.Max(units * unit, absolute)))
            Assert.Fail($"{what}: {Math.Abs(actual - expected) / unit:G3} units in the last place");
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
            Assert.That(Slope<RootFunction<T>>(0), Is.Zero);
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
