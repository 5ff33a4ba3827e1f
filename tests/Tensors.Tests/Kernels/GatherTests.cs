using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class GatherTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Columns_around_vector_widths_agree_with_the_reference()
    {
        foreach (int columns in TestData.Sizes)
        {
            foreach (var (samples, positions) in ((int, int)[])[(0, 3), (1, 1), (5, 4), (300, 2)])
                Compare(samples, positions, columns, rows: 6);
        }
    }

    [Test]
    public void Any_size_agrees() => Check.ForAll(
        from samples in Gen.Choose(0, 20) from positions in Gen.Choose(0, 5) from columns in Gen.Choose(1, 70) from rows in Gen.Choose(1, 9) select (samples, positions, columns, rows),
        size => Compare(size.samples, size.positions, size.columns, size.rows));

    [Test]
    public void Wrong_lengths_are_named()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Tensors.Kernels.Gather.AddRows<T>(2, 3, new T[11], new T[6], [0, 1], new T[12]), Throws.ArgumentException.With.Message.Contains("got 11 elements"));
            Assert.That(() => Tensors.Kernels.Gather.AddRows<T>(2, 3, new T[12], new T[6], [0, 1], new T[13]), Throws.ArgumentException.With.Message.Contains("got 13 elements"));
            Assert.That(() => Tensors.Kernels.Gather.ScatterAdd<T>(2, 3, new T[11], [0, 1], new T[6]), Throws.ArgumentException.With.Message.Contains("got 11 elements"));
        });
    }

    [Test]
    public void The_row_behind_the_last_is_refused()
    {
        Assert.That(() => Tensors.Kernels.Gather.Rows<T>(3, new T[6], [0, 2], new T[6]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Row 2"));
        Assert.That(() => Tensors.Kernels.Gather.ScatterAdd<T>(1, 3, new T[6], [1, 2], new T[6]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Row 2"));
    }

    private static void Compare(int samples, int positions, int columns, int rows)
    {
        string what = $"{samples} samples of {positions} positions and {columns} columns from {rows} rows";
        int[] index = TestData.Indices(samples, rows, 1);
        T[] table = TestData.Uniform<T>(rows * columns, 2), x = TestData.Uniform<T>(samples * positions * columns, 3);

        var picked = Guarded<T>.ForOutput(samples * columns);
        double[] expected = TestData.OtherGarbage(samples * columns);
        Tensors.Kernels.Gather.Rows<T>(columns, table, index, picked.Span);
        Reference.Gather.Rows<double>(columns, table.ToDouble(), index, expected);
        Check.Close(picked, expected, 0, $"Rows, {what}");

        var y = Guarded<T>.ForOutput(x.Length);
        expected = TestData.OtherGarbage(x.Length);
        Tensors.Kernels.Gather.AddRows<T>(positions, columns, x, table, index, y.Span);
        Reference.Gather.AddRows<double>(positions, columns, x.ToDouble(), table.ToDouble(), index, expected);
        Check.Close(y, expected, Tolerance.Arithmetic<T>(), $"AddRows, {what}", floor: 1);
        var inPlace = new Guarded<T>(x);
        Tensors.Kernels.Gather.AddRows<T>(positions, columns, inPlace.Span, table, index, inPlace.Span);
        Check.Same<T>(inPlace.Span, y.Span, $"AddRows in place, {what}");

        var sums = new Guarded<T>(table);
        expected = table.ToDouble();
        Tensors.Kernels.Gather.ScatterAdd<T>(positions, columns, x, index, sums.Span);
        Reference.Gather.ScatterAdd<double>(positions, columns, x.ToDouble(), index, expected);
        Check.Close(sums, expected, Tolerance.Sum<T>(samples * positions), $"ScatterAdd, {what}", floor: 1);
    }
}
