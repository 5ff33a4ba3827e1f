using System.Numerics;
using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class GroupNormTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Variance = 1e-5;

    [Test]
    public void Channels_around_vector_widths_agree_with_the_reference([Values] bool silu)
    {
        foreach (int channels in TestData.Sizes)
        {
            foreach (int groups in Enumerable.Range(1, channels).Where(groups => channels % groups == 0))
            {
                foreach (var (batch, positions) in ((int, int)[])[(3, 1), (1, 2), (3, 5), (2, 17)])
                {
                    // One number has no deviation.
                    if (positions * channels > groups)
                        Compare(new GroupNormShape(batch, positions, channels, groups), silu);
                }
            }
        }
    }

    // Several tasks of samples, and tasks of several samples.
    [TestCase(100, 2, 64, 8)]
    [TestCase(130, 1, 32, 4)]
    [TestCase(4, 257, 48, 3)]
    [TestCase(70, 300, 33, 11)]
    [TestCase(0, 4, 8, 2)]
    public void Large_batches_agree(int batch, int positions, int channels, int groups)
    {
        Compare(new GroupNormShape(batch, positions, channels, groups), silu: false);
        Compare(new GroupNormShape(batch, positions, channels, groups), silu: true);
    }

    [Test]
    public void Any_shape_agrees()
    {
        var shapes = from batch in Gen.Choose(0, 5)
                     from positions in Gen.Choose(1, 9)
                     from groups in Gen.Choose(1, 5)
                     from perGroup in Gen.Choose(1, 20)
                     from silu in Gen.Choose(0, 1)
                     where positions * perGroup > 1
                     select (Shape: new GroupNormShape(batch, positions, groups * perGroup, groups), Silu: silu == 1);
        Check.ForAll(shapes, value => Compare(value.Shape, value.Silu), count: 200);
    }

    [TestCase(5, 1, 32, 4)]
    [TestCase(4, 1, 33, 11)]
    [TestCase(3, 7, 33, 11)]
    [TestCase(70, 40, 64, 8)]
    public void Rows_of_tables_are_added_before(int batch, int positions, int channels, int groups)
    {
        var shape = new GroupNormShape(batch, positions, channels, groups);
        T epsilon = T.CreateChecked(Variance);
        T[] x = TestData.Uniform<T>(shape.Length, 1, -2, 3), gamma = TestData.Uniform<T>(channels, 2, 0.5, 1.5), beta = TestData.Uniform<T>(channels, 3), dy = TestData.Uniform<T>(shape.Length, 4);
        T[] table1 = TestData.Uniform<T>(3 * channels, 5, -2, 2), table2 = TestData.Uniform<T>(2 * channels, 6, -2, 2);
        int[] index1 = [.. Enumerable.Range(0, batch).Select(n => n * 2 % 3)], index2 = [.. Enumerable.Range(0, batch).Select(n => n % 2)];
        foreach (int tables in (int[])[1, 2])
        {
            double[] sum = x.ToDouble();
            for (int i = 0; i < sum.Length; i++)
            {
                int n = i / (positions * channels), c = i % channels;
                sum[i] += double.CreateChecked(table1[(index1[n] * channels) + c]) + (tables == 2 ? double.CreateChecked(table2[(index2[n] * channels) + c]) : 0);
            }

            double[] y64 = new double[shape.Length], mean64 = new double[shape.Statistics], rstd64 = new double[shape.Statistics];
            double[] dx64 = new double[shape.Length], dGamma64 = new double[channels], dBeta64 = new double[channels], dShift64 = new double[batch * channels];
            Reference.GroupNorm.Forward<double>(batch, positions, channels, groups, double.CreateChecked(epsilon), true, sum, gamma.ToDouble(), beta.ToDouble(), y64, mean64, rstd64);
            Reference.GroupNorm.Backward<double>(batch, positions, channels, groups, true, sum, gamma.ToDouble(), beta.ToDouble(), mean64, rstd64, dy.ToDouble(), dx64, false, dGamma64, dBeta64, false);
            for (int i = 0; i < dx64.Length; i++)
                dShift64[(i / (positions * channels) * channels) + (i % channels)] += dx64[i];

            var rows = tables == 1 ? new GroupNormRows<T>(table1, index1) : new GroupNormRows<T>(table1, index1, table2, index2);
            Guarded<T> y = Guarded<T>.ForOutput(shape.Length), dx = Guarded<T>.ForOutput(shape.Length), dGamma = Guarded<T>.ForOutput(channels), dBeta = Guarded<T>.ForOutput(channels), dShift = Guarded<T>.ForOutput(batch * channels);
            T[] mean = new T[shape.Statistics], rstd = new T[shape.Statistics];
            Tensors.Kernels.GroupNorm.Forward<T>(shape, epsilon, true, x, gamma, beta, y.Span, mean, rstd, rows);
            Tensors.Kernels.GroupNorm.Backward<T>(shape, epsilon, true, x, gamma, beta, mean, rstd, dy, dx.Span, false, dGamma.Span, dBeta.Span, false, rows, dShift.Span);
            double tolerance = 4 * Tolerance.GroupNorm<T>(shape.GroupSize) * Math.Max(1, 3 * rstd64.Max());
            Check.Close(y, y64, tolerance, $"Forward of {shape} and {tables} tables");
            Check.Close(dx, dx64, tolerance, $"Input gradient of {shape} and {tables} tables");
            Check.Close(dShift, dShift64, tolerance * Math.Sqrt(positions), $"Gradient of the rows of {shape} and {tables} tables", floor: Math.Sqrt(positions));
            Check.Close(dGamma, dGamma64, tolerance * Math.Sqrt(batch * positions), $"Gradient of gamma of {shape} and {tables} tables");
            Check.Close(dBeta, dBeta64, tolerance * Math.Sqrt(batch * positions), $"Gradient of beta of {shape} and {tables} tables");
        }
    }

    // Mean 1000 and deviation 1: a difference of squares would leave nothing of the variance in float.
    [Test]
    public void A_large_mean_does_not_spoil_the_variance()
    {
        T[] x = TestData.Uniform<T>(64, 5, 999, 1001), ones = new T[4], zeros = new T[4], y = new T[64], mean = new T[1], rstd = new T[1];
        Array.Fill(ones, T.One);
        Tensors.Kernels.GroupNorm.Forward<T>(new GroupNormShape(1, 16, 4, 1), T.CreateChecked(Variance), false, x, ones, zeros, y, mean, rstd);
        double[] expected = new double[64];
        Reference.GroupNorm.Forward<double>(1, 16, 4, 1, Variance, false, x.ToDouble(), ones.ToDouble(), zeros.ToDouble(), expected, new double[1], new double[1]);
        Check.Close<T>(y, expected, 1000 * Tolerance.GroupNorm<T>(64), "Normalised numbers around 1000 (each is rounded by 1000 epsilon before)");
    }

    [Test]
    public void NaN_stays_in_its_sample_and_group()
    {
        var shape = new GroupNormShape(2, 3, 8, 2);
        T[] x = TestData.Uniform<T>(shape.Length, 1), gamma = TestData.Uniform<T>(8, 2), beta = TestData.Uniform<T>(8, 3), y = new T[shape.Length];
        x[(((1 * 3) + 2) * 8) + 1] = T.NaN;
        Tensors.Kernels.GroupNorm.Forward<T>(shape, T.CreateChecked(Variance), true, x, gamma, beta, y, new T[4], new T[4]);
        for (int i = 0; i < y.Length; i++)
            Assert.That(T.IsNaN(y[i]), Is.EqualTo(i / 24 == 1 && i % 8 < 4), $"element {i}");
    }

    // A table of rows without numbers is empty, and cannot be told from none; with channels it is too short.
    [Test]
    public void Rows_of_no_channels_are_rows()
    {
        Tensors.Kernels.GroupNorm.Forward<T>(new(2, 3, 0, 1), T.One, true, [], [], [], [], [], [], new GroupNormRows<T>([], [0, 0]));
        Assert.That(
            () => Tensors.Kernels.GroupNorm.Forward<T>(new(2, 3, 1, 1), T.One, true, new T[6], new T[1], new T[1], new T[6], [], [], new GroupNormRows<T>([], [0, 0])),
            Throws.ArgumentException.With.Message.Contains("rows of other sizes"));
    }

    [Test]
    public void A_sample_may_be_as_large_as_a_shape()
    {
        Assert.That(new GroupNormShape(1, int.MaxValue / 7, 7, 1).Length, Is.EqualTo(int.MaxValue / 7 * 7));
        Assert.That(new GroupNormShape(0, int.MaxValue / 7, 7, 1).Length, Is.Zero);
        Assert.That(() => new GroupNormShape(2, int.MaxValue / 7, 7, 1), Throws.ArgumentException);
    }

    [Test]
    public void Wrong_lengths_are_named()
    {
        var shape = new GroupNormShape(2, 3, 8, 2);
        T[] x = new T[48], c = new T[8], s = new T[4];
        Assert.Multiple(() =>
        {
            Assert.That(() => new GroupNormShape(2, 3, 8, 3), Throws.ArgumentException.With.Message.Contains("8 channels cannot be split into 3 groups"));
            Assert.That(() => Tensors.Kernels.GroupNorm.Forward<T>(shape, T.One, false, x, s, c, x, s, s), Throws.ArgumentException.With.Message.Contains("gamma 4"));
            Assert.That(() => Tensors.Kernels.GroupNorm.Backward<T>(shape, T.CreateChecked(1e-5), false, x, c, c, s, s, x, s, false, c, c, false), Throws.ArgumentException.With.Message.Contains("y 4"));
            Assert.That(() => Tensors.Kernels.GroupNorm.Backward<T>(shape, T.CreateChecked(1e-5), false, x, c, c, s, s, x, x, false, s, c, false), Throws.ArgumentException);
            Assert.That(() => Tensors.Kernels.GroupNorm.Forward<T>(shape, T.One, false, x, c, c, x, s, s, new(c, new int[3])), Throws.ArgumentException.With.Message.Contains("3 and 0 indices"));
            Assert.That(() => Tensors.Kernels.GroupNorm.Forward<T>(shape, T.One, false, x, c, c, x, s, s, new(s, new int[2])), Throws.ArgumentException.With.Message.Contains("tables of 4"));
            Assert.That(() => Tensors.Kernels.GroupNorm.Backward<T>(shape, T.One, false, x, c, c, s, s, x, x, false, c, c, false, new(c, new int[2]), s), Throws.ArgumentException.With.Message.Contains("rows of"));
        });
    }

    private static void Compare(GroupNormShape shape, bool silu)
    {
        T epsilon = T.CreateChecked(Variance);
        T[] x = TestData.Uniform<T>(shape.Length, 1, -2, 3), gamma = TestData.Uniform<T>(shape.Channels, 2, 0.5, 1.5), beta = TestData.Uniform<T>(shape.Channels, 3);
        Guarded<T> y = Guarded<T>.ForOutput(shape.Length), mean = Guarded<T>.ForOutput(shape.Statistics), rstd = Guarded<T>.ForOutput(shape.Statistics);
        double[] y64 = TestData.OtherGarbage(shape.Length), mean64 = TestData.OtherGarbage(shape.Statistics), rstd64 = TestData.OtherGarbage(shape.Statistics);
        Tensors.Kernels.GroupNorm.Forward<T>(shape, epsilon, silu, new Guarded<T>(x).Span, new Guarded<T>(gamma).Span, new Guarded<T>(beta).Span, y.Span, mean.Span, rstd.Span);
        Reference.GroupNorm.Forward<double>(
            shape.Batch, shape.Positions, shape.Channels, shape.Groups, double.CreateChecked(epsilon), silu, x.ToDouble(), gamma.ToDouble(), beta.ToDouble(), y64, mean64, rstd64);

        // Where a group's numbers lie close together, what they were rounded by is as much larger in units of the deviation.
        double spread = 1;
        foreach (double r in rstd64)
            spread = Math.Max(spread, 3 * r);
        double tolerance = Tolerance.GroupNorm<T>(shape.GroupSize) * spread;
        Check.Close(y, y64, tolerance, $"Forward of {shape}, SiLU {silu}");
        Check.Close(mean, mean64, tolerance, $"Mean of {shape}", floor: 1);
        Check.Close(rstd, rstd64, tolerance * spread, $"Reciprocal deviation of {shape}");

        // The same statistics for both, so that the backward pass is compared by itself.
        T[] dy = TestData.Uniform<T>(shape.Length, 4), keptMean = mean.Span.ToArray(), keptRstd = rstd.Span.ToArray();
        foreach (bool accumulate in (bool[])[false, true])
        {
            Guarded<T> dx = accumulate ? new Guarded<T>(x) : Guarded<T>.ForOutput(shape.Length);
            Guarded<T> dGamma = accumulate ? new Guarded<T>(gamma) : Guarded<T>.ForOutput(shape.Channels), dBeta = accumulate ? new Guarded<T>(beta) : Guarded<T>.ForOutput(shape.Channels);
            double[] dx64 = accumulate ? x.ToDouble() : TestData.OtherGarbage(shape.Length);
            double[] dGamma64 = accumulate ? gamma.ToDouble() : TestData.OtherGarbage(shape.Channels), dBeta64 = accumulate ? beta.ToDouble() : TestData.OtherGarbage(shape.Channels);
            Tensors.Kernels.GroupNorm.Backward<T>(
                shape, epsilon, silu, new Guarded<T>(x).Span, new Guarded<T>(gamma).Span, new Guarded<T>(beta).Span, keptMean, keptRstd, new Guarded<T>(dy).Span,
                dx.Span, accumulate, dGamma.Span, dBeta.Span, accumulate);
            Reference.GroupNorm.Backward<double>(
                shape.Batch, shape.Positions, shape.Channels, shape.Groups, silu, x.ToDouble(), gamma.ToDouble(), beta.ToDouble(), keptMean.ToDouble(), keptRstd.ToDouble(), dy.ToDouble(),
                dx64, accumulate, dGamma64, dBeta64, accumulate);
            Check.Close(dx, dx64, tolerance, $"Input gradient of {shape}, SiLU {silu}, accumulate {accumulate}", floor: spread);
            double sums = Tolerance.GroupNorm<T>(shape.Batch * shape.Positions) * spread;
            Check.Close(dGamma, dGamma64, sums, $"Gradient of gamma of {shape}, SiLU {silu}, accumulate {accumulate}");
            Check.Close(dBeta, dBeta64, sums, $"Gradient of beta of {shape}, SiLU {silu}, accumulate {accumulate}");
        }
    }
}
