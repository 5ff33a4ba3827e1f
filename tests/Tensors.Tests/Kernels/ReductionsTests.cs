using System.Numerics;
using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class ReductionsTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Sums_of_all_elements_agree_with_the_reference()
    {
        foreach (int length in TestData.Lengths)
        {
            T[] x = TestData.Uniform<T>(length, length);
            T sum = Tensors.Kernels.Reductions.Sum<T>(new Guarded<T>(x).Span);
            Check.Close<T>([sum], [Reference.Reductions.Sum<double>(x.ToDouble())], Tolerance.Sum<T>(length), $"Sum of {length}", floor: 1);
        }
    }

    [Test]
    public void Matrices_agree_with_the_reference()
    {
        foreach (int columns in TestData.Sizes)
        {
            foreach (int rows in (int[])[0, 1, 2, 63, 64, 65, 200])
                Compare(rows, columns);
        }

        Compare(20_000, 3);
        Compare(5000, 40);
        Compare(3, 20_000);
        Compare(3, 0);
    }

    private static readonly (Shape Shape, Shape Target)[] Folds =
    [
        ([7], [1]), ([5, 101], [5, 1]), ([5, 101], [101]), ([300, 33], [1, 33]), ([4, 3, 9], [4, 1, 9]), ([4, 3, 9], [3, 1]), ([4, 3, 9], []), ([4, 130, 3, 2], [130, 1, 2]),
        ([2, 3, 4, 5, 2, 3], [2, 1, 4, 1, 2, 1]), ([3, 20_000], [3, 1]), ([2, 9000, 3], [3]), ([3, 1, 4], [3, 1, 4]), ([0, 3], [1, 3]), ([3, 0], [3, 1]), ([0], [0]),
    ];

    [Test]
    public void Folds_over_any_dimensions_agree_with_the_reference()
    {
        foreach (var (shape, target) in Folds)
        {
            Compare<SumFold<T>>(shape, target, (total, x) => total + x, 0, Tolerance.Sum<T>(shape.Length));
            Compare<MaxFold<T>>(shape, target, Math.Max, double.NegativeInfinity, 0);
            Compare<MinFold<T>>(shape, target, Math.Min, double.PositiveInfinity, 0);
        }
    }

    [Test]
    public void Any_size_agrees() => Check.ForAll(from rows in Gen.Choose(0, 150) from columns in Gen.Choose(0, 70) select (rows, columns), size => Compare(size.rows, size.columns));

    [Test]
    public void Wrong_lengths_are_named()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Tensors.Kernels.Reductions.SumRows<T>(2, 3, new T[5], new T[3], false), Throws.ArgumentException.With.Message.Contains("[2, 3] got 5"));
            Assert.That(() => Tensors.Kernels.Reductions.SumRows<T>(2, 3, new T[6], new T[2], false), Throws.InstanceOf<ArgumentException>());
        });
    }

    private static void Compare<TFold>(Shape shape, Shape target, Func<double, double, double> fold, double identity, double tolerance)
        where TFold : unmanaged, IFold<T>
    {
        T[] x = TestData.Uniform<T>(shape.Length, 1), before = TestData.Uniform<T>(target.Length, 2);
        foreach (bool accumulate in (bool[])[false, true])
        {
            var y = accumulate ? new Guarded<T>(before) : Guarded<T>.ForOutput(target.Length);
            double[] expected = before.ToDouble();
            if (!accumulate)
                Array.Fill(expected, identity);
            Tensors.Kernels.Reductions.Fold<TFold, T>(shape, target, new Guarded<T>(x).Span, y.Span, accumulate);
            Reference.Reductions.Fold(fold, shape, target, x.ToDouble(), expected);
            Check.Close(y, expected, tolerance, $"{typeof(TFold).Name} of {shape} to {target}, accumulate {accumulate}", floor: 1);
        }
    }

    private static void Compare(int rows, int columns)
    {
        string what = $"[{rows}, {columns}]";
        T[] x = TestData.Uniform<T>(rows * columns, 1), row = TestData.Uniform<T>(columns, 2);
        foreach (bool accumulate in (bool[])[false, true])
        {
            var y = accumulate ? new Guarded<T>(row) : Guarded<T>.ForOutput(columns);
            double[] sums = accumulate ? row.ToDouble() : TestData.OtherGarbage(columns);
            Tensors.Kernels.Reductions.SumRows<T>(rows, columns, new Guarded<T>(x).Span, y.Span, accumulate);
            Reference.Reductions.SumRows<double>(rows, columns, x.ToDouble(), sums, accumulate);
            Check.Close(y, sums, Tolerance.Sum<T>(rows), $"SumRows of {what}, accumulate {accumulate}", floor: 1);
        }
    }
}
