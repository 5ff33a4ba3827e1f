using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class SoftmaxTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Rows_around_vector_widths_agree_with_the_reference([Values] bool logarithm)
    {
        foreach (int columns in TestData.Sizes)
        {
            foreach (int rows in (int[])[1, 3])
                Compare(rows, columns, logarithm);
        }

        Compare(3000, 10, logarithm);
        Compare(3, 3000, logarithm);
        Compare(0, 5, logarithm);
        Compare(5, 0, logarithm);
    }

    [Test]
    public void Any_size_agrees() => Check.ForAll(
        from rows in Gen.Choose(0, 20) from columns in Gen.Choose(0, 70) from form in Gen.Choose(0, 1) select (rows, columns, form),
        size => Compare(size.rows, size.columns, size.form == 1));

    [Test]
    public void Large_inputs_do_not_overflow()
    {
        T[] x = [T.CreateChecked(1e6), T.CreateChecked(1e6 - 1), T.CreateChecked(-1e6)], y = new T[3];
        Tensors.Kernels.Softmax.Forward<T>(1, 3, false, x, y);
        Check.Close<T>(y, [1 / (1 + Math.Exp(-1)), Math.Exp(-1) / (1 + Math.Exp(-1)), 0], Tolerance.Softmax<T>(3), "Softmax of a million");
        Tensors.Kernels.Softmax.Forward<T>(1, 3, true, x, y);
        Check.Close<T>(y, [-Math.Log(1 + Math.Exp(-1)), -1 - Math.Log(1 + Math.Exp(-1)), -2e6 - Math.Log(1 + Math.Exp(-1))], Tolerance.Softmax<T>(3), "Its logarithm");
    }

    // Wherever it stands, in a whole vector or at the end: a maximum that is missed overflows.
    [Test]
    public void The_largest_input_is_found_at_every_place()
    {
        foreach (int columns in TestData.Sizes)
        {
            for (int at = 0; at < columns; at++)
            {
                T[] x = new T[columns], y = new T[columns];
                x[at] = T.CreateChecked(2000);
                Tensors.Kernels.Softmax.Forward<T>(1, columns, false, x, y);
                if (y[at] != T.One)
                    Assert.Fail($"Softmax of 2000 at {at} of {columns} is {y[at]}.");
            }
        }
    }

    // Where the masked inputs stand: everywhere but at one place, in whole vectors and at the end.
    [Test]
    public void A_masked_input_of_minus_infinity_gets_exactly_nothing([Values(3, 20, 37, 64)] int columns)
    {
        foreach (int alone in (int[])[0, 1, columns - 1])
        {
            T[] x = new T[columns], y = new T[columns];
            Array.Fill(x, T.NegativeInfinity);
            x[alone] = T.CreateChecked(-5);
            x[2] = T.CreateChecked(-5);
            Tensors.Kernels.Softmax.Forward<T>(1, columns, false, x, y);
            T share = alone == 2 ? T.One : T.CreateChecked(0.5);
            for (int i = 0; i < columns; i++)
                Assert.That(y[i], Is.EqualTo(i == alone || i == 2 ? share : T.Zero), $"weight {i} of {columns}");
            Tensors.Kernels.Softmax.Forward<T>(1, columns, true, x, y);
            for (int i = 0; i < columns; i++)
                Assert.That(T.IsNegativeInfinity(y[i]), Is.EqualTo(i != alone && i != 2), $"logarithm {i} of {columns}");
            T[] dx = new T[columns];
            Tensors.Kernels.Softmax.Backward<T>(1, columns, true, y, x.Select(_ => T.One).ToArray(), dx, false);
            Assert.That(dx, Has.None.NaN);
        }
    }

    [Test]
    public void A_row_of_nothing_but_minus_infinity_is_not_a_number([Values(3, 20)] int columns, [Values] bool logarithm)
    {
        T[] x = new T[columns], y = new T[columns];
        Array.Fill(x, T.NegativeInfinity);
        Tensors.Kernels.Softmax.Forward<T>(1, columns, logarithm, x, y);
        Assert.That(y.All(T.IsNaN));
    }

    [Test]
    public void Small_weights_are_denormal_numbers_as_they_should_be([Values(2, 20)] int columns)
    {
        double at = typeof(T) == typeof(float) ? -95 : -730;
        T[] x = new T[columns], y = new T[columns];
        Array.Fill(x, T.CreateChecked(at));
        x[0] = T.Zero;
        Tensors.Kernels.Softmax.Forward<T>(1, columns, false, x, y);
        Assert.That(double.CreateChecked(y[1]), Is.EqualTo(double.CreateChecked(T.CreateTruncating(Math.Exp(at)))).Within(double.CreateChecked(T.Epsilon)));
    }

    [Test]
    public void NaN_fills_its_row_and_no_other([Values] bool logarithm, [Values(0, 5, 19)] int at)
    {
        const int Columns = 20;
        T[] x = TestData.Uniform<T>(3 * Columns, 1), y = new T[x.Length];
        x[Columns + at] = T.NaN;
        Tensors.Kernels.Softmax.Forward<T>(3, Columns, logarithm, x, y);
        for (int i = 0; i < y.Length; i++)
            Assert.That(T.IsNaN(y[i]), Is.EqualTo(i / Columns == 1), $"element {i}");
    }

    [Test]
    public void Wrong_lengths_are_named()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Tensors.Kernels.Softmax.Forward<T>(2, 3, false, new T[6], new T[5]), Throws.ArgumentException.With.Message.Contains("[2, 3]"));
            Assert.That(() => Tensors.Kernels.Softmax.Backward<T>(2, 3, false, new T[6], new T[5], new T[6], false), Throws.ArgumentException.With.Message.Contains("[2, 3]"));
        });
    }

    private static void Compare(int rows, int columns, bool logarithm)
    {
        string what = $"{(logarithm ? "Log-softmax" : "Softmax")} of [{rows}, {columns}]";
        T[] x = TestData.Uniform<T>(rows * columns, 1, -10, 10), dy = TestData.Uniform<T>(x.Length, 2), before = TestData.Uniform<T>(x.Length, 3);
        var y = Guarded<T>.ForOutput(x.Length);
        double[] expected = TestData.OtherGarbage(x.Length);
        Tensors.Kernels.Softmax.Forward<T>(rows, columns, logarithm, new Guarded<T>(x).Span, y.Span);
        Reference.Softmax.Forward<double>(rows, columns, logarithm, x.ToDouble(), expected);
        Check.Close(y, expected, Tolerance.Softmax<T>(columns), what);

        var inPlace = new Guarded<T>(x);
        Tensors.Kernels.Softmax.Forward<T>(rows, columns, logarithm, inPlace.Span, inPlace.Span);
        inPlace.Verify(what);
        Check.Same<T>(inPlace.Span, y.Span, $"{what} in place");

        if (columns > 300)
            return;
        T[] kept = y.Span.ToArray();
        foreach (bool accumulate in (bool[])[false, true])
        {
            var dx = accumulate ? new Guarded<T>(before) : Guarded<T>.ForOutput(x.Length);
            expected = accumulate ? before.ToDouble() : TestData.OtherGarbage(x.Length);
            Tensors.Kernels.Softmax.Backward<T>(rows, columns, logarithm, kept, new Guarded<T>(dy).Span, dx.Span, accumulate);
            Reference.Softmax.Backward<double>(rows, columns, logarithm, kept.ToDouble(), dy.ToDouble(), expected, accumulate);
            Check.Close(dx, expected, Tolerance.Softmax<T>(columns), $"Gradient of {what}, accumulate {accumulate}", floor: 1);
        }
    }
}
