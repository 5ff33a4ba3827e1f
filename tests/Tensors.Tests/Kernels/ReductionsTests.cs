using System.Numerics;
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
