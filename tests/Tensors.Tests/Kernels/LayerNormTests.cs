using System.Numerics;
using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class LayerNormTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Variance = 1e-5;

    [Test]
    public void Rows_around_vector_widths_agree_with_the_reference()
    {
        foreach (int columns in TestData.Sizes)
        {
            foreach (int rows in (int[])[1, 3])
                Compare(rows, columns);
        }
    }

    // Several tasks of rows, and no rows.
    [TestCase(3000, 10)]
    [TestCase(1000, 96)]
    [TestCase(3, 3000)]
    [TestCase(0, 5)]
    public void Other_sizes_agree(int rows, int columns) => Compare(rows, columns);

    [Test]
    public void Any_size_agrees() => Check.ForAll(
        from rows in Gen.Choose(0, 20) from columns in Gen.Choose(2, 70) select (rows, columns), size => Compare(size.rows, size.columns));

    // Mean 1000 and deviation 1: a difference of squares would leave nothing of the variance in float.
    [Test]
    public void A_large_mean_does_not_spoil_the_variance()
    {
        T[] x = TestData.Uniform<T>(64, 5, 999, 1001), ones = new T[64], zeros = new T[64], y = new T[64];
        Array.Fill(ones, T.One);
        LayerNorm.Forward<T>(1, 64, T.CreateChecked(Variance), x, ones, zeros, y, [], []);
        double[] expected = new double[64];
        Reference.LayerNorm.Forward<double>(1, 64, Variance, x.ToDouble(), ones.ToDouble(), zeros.ToDouble(), expected, new double[1], new double[1]);
        Check.Close<T>(y, expected, 1000 * Tolerance.GroupNorm<T>(64), "Normalised numbers around 1000 (each is rounded by 1000 epsilon before)");
    }

    [Test]
    public void NaN_fills_its_row_and_no_other([Values(0, 5, 19)] int at)
    {
        T[] x = TestData.Uniform<T>(60, 1), c = TestData.Uniform<T>(20, 2), y = new T[60];
        x[20 + at] = T.NaN;
        LayerNorm.Forward<T>(3, 20, T.CreateChecked(Variance), x, c, c, y, [], []);
        for (int i = 0; i < y.Length; i++)
            Assert.That(T.IsNaN(y[i]), Is.EqualTo(i / 20 == 1), $"element {i}");
    }

    [Test]
    public void Wrong_lengths_are_named()
    {
        T[] x = new T[12], c = new T[4], r = new T[3];
        Assert.Multiple(() =>
        {
            Assert.That(() => LayerNorm.Forward<T>(3, 4, T.One, x, r, c, x, r, r), Throws.ArgumentException.With.Message.Contains("[3, 4]").And.Message.Contains("gamma 3"));
            Assert.That(() => LayerNorm.Forward<T>(3, 4, T.One, x, c, c, x, c, r), Throws.ArgumentException.With.Message.Contains("mean 4"));
            Assert.That(() => LayerNorm.Backward<T>(3, 4, x, c, r, r, c, x, false, c, c, false), Throws.ArgumentException.With.Message.Contains("y 4"));
            Assert.That(() => LayerNorm.Backward<T>(3, 4, x, c, r, r, x, x, false, r, c, false), Throws.ArgumentException);
        });
    }

    private static void Compare(int rows, int columns)
    {
        T epsilon = T.CreateChecked(Variance);
        T[] x = TestData.Uniform<T>(rows * columns, 1, -2, 3), gamma = TestData.Uniform<T>(columns, 2, 0.5, 1.5), beta = TestData.Uniform<T>(columns, 3);
        Guarded<T> y = Guarded<T>.ForOutput(x.Length), mean = Guarded<T>.ForOutput(rows), rstd = Guarded<T>.ForOutput(rows);
        double[] y64 = TestData.OtherGarbage(x.Length), mean64 = TestData.OtherGarbage(rows), rstd64 = TestData.OtherGarbage(rows);
        LayerNorm.Forward<T>(rows, columns, epsilon, new Guarded<T>(x).Span, new Guarded<T>(gamma).Span, new Guarded<T>(beta).Span, y.Span, mean.Span, rstd.Span);
        Reference.LayerNorm.Forward<double>(rows, columns, double.CreateChecked(epsilon), x.ToDouble(), gamma.ToDouble(), beta.ToDouble(), y64, mean64, rstd64);

        // Where a row's numbers lie close together, what they were rounded by is as much larger in units of the deviation.
        double spread = rstd64.Aggregate(1.0, (most, r) => Math.Max(most, 3 * r)), tolerance = Tolerance.GroupNorm<T>(columns) * spread;
        Check.Close(y, y64, tolerance, $"Forward of [{rows}, {columns}]", floor: 1);
        Check.Close(mean, mean64, tolerance, $"Mean of [{rows}, {columns}]", floor: 1);
        Check.Close(rstd, rstd64, tolerance * spread, $"Reciprocal deviation of [{rows}, {columns}]");
        T[] inPlace = [.. x];
        LayerNorm.Forward<T>(rows, columns, epsilon, inPlace, gamma, beta, inPlace, [], []);
        Check.Same<T>(inPlace, y.Span, $"[{rows}, {columns}] in place, nothing kept");

        // The same statistics for both, so that the backward pass is compared by itself.
        T[] dy = TestData.Uniform<T>(x.Length, 4), keptMean = mean.Span.ToArray(), keptRstd = rstd.Span.ToArray();
        foreach (bool accumulate in (bool[])[false, true])
        {
            Guarded<T> dx = accumulate ? new Guarded<T>(x) : Guarded<T>.ForOutput(x.Length);
            Guarded<T> dGamma = accumulate ? new Guarded<T>(gamma) : Guarded<T>.ForOutput(columns), dBeta = accumulate ? new Guarded<T>(beta) : Guarded<T>.ForOutput(columns);
            double[] dx64 = accumulate ? x.ToDouble() : TestData.OtherGarbage(x.Length);
            double[] dGamma64 = accumulate ? gamma.ToDouble() : TestData.OtherGarbage(columns), dBeta64 = accumulate ? beta.ToDouble() : TestData.OtherGarbage(columns);
            LayerNorm.Backward<T>(
                rows, columns, new Guarded<T>(x).Span, new Guarded<T>(gamma).Span, keptMean, keptRstd, new Guarded<T>(dy).Span, dx.Span, accumulate, dGamma.Span, dBeta.Span, accumulate);
            Reference.LayerNorm.Backward<double>(
                rows, columns, x.ToDouble(), gamma.ToDouble(), keptMean.ToDouble(), keptRstd.ToDouble(), dy.ToDouble(), dx64, accumulate, dGamma64, dBeta64, accumulate);
            Check.Close(dx, dx64, tolerance, $"Input gradient of [{rows}, {columns}], accumulate {accumulate}", floor: spread);
            double sums = Tolerance.GroupNorm<T>(rows) * spread;
            Check.Close(dGamma, dGamma64, sums, $"Gradient of gamma of [{rows}, {columns}], accumulate {accumulate}");
            Check.Close(dBeta, dBeta64, sums, $"Gradient of beta of [{rows}, {columns}], accumulate {accumulate}");
        }
    }
}
