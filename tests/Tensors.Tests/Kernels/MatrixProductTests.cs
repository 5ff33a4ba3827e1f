using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class MatrixProductTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private enum Addend
    {
        None,
        Accumulate,
        Bias,
    }

    [Test]
    public void All_transposes_agree_with_the_reference_around_the_edges_of_tiles([Values] bool transposeA, [Values] bool transposeB)
    {
        foreach (int rows in TestData.Sizes.Where(size => size <= 65))
        {
            foreach (int columns in TestData.Sizes.Where(size => size <= 100))
            {
                foreach (int depth in (int[])[1, 5, 18])
                    Compare(rows, columns, depth, transposeA, transposeB, (Addend)((rows + columns + depth) % 3));
            }
        }
    }

    [Test]
    public void Depths_around_the_depth_block_agree([Values] bool transposeA, [Values] bool transposeB)
    {
        foreach (int depth in (int[])[255, 256, 257, 341, 342, 384, 511, 512, 513, 520, 682, 683, 769, 1025, 1367])
        {
            foreach (var (rows, columns) in ((int, int)[])[(1, 1), (9, 33), (17, 65)])
            {
                Compare(rows, columns, depth, transposeA, transposeB, Addend.None);
                Compare(rows, columns, depth, transposeA, transposeB, Addend.Accumulate);
                Compare(rows, columns, depth, transposeA, transposeB, Addend.Bias);
            }
        }
    }

    // Many row and column tasks; wide B that is packed; B that is used where it lies, or packed for many rows; A that is packed;
    // small C whose K is cut into parts.
    [TestCase(130, 300, 520)]
    [TestCase(17, 256, 600)]
    [TestCase(257, 64, 33)]
    [TestCase(1027, 64, 21)]
    [TestCase(1009, 515, 530)]
    [TestCase(33, 20, 5003)]
    [TestCase(1, 3, 2048)]
    [TestCase(128, 96, 2100)]
    [TestCase(30, 64, 9001)]
    [TestCase(5, 2100, 20)]
    [TestCase(300, 96, 100)]
    public void Large_products_agree(int rows, int columns, int depth)
    {
        foreach (bool transposeA in (bool[])[false, true])
        {
            foreach (bool transposeB in (bool[])[false, true])
                Compare(rows, columns, depth, transposeA, transposeB, (Addend)((rows + (transposeA ? 1 : 0) + (transposeB ? 1 : 0)) % 3));
        }
    }

    // Small products are a task each; those of the last sizes are cut up one by one.
    [TestCase(0, 5, 6, 7)]
    [TestCase(1, 9, 33, 40)]
    [TestCase(3, 1, 1, 1)]
    [TestCase(7, 17, 5, 0)]
    [TestCase(6, 30, 70, 20)]
    [TestCase(2, 0, 4, 3)]
    [TestCase(2, 150, 100, 90)]
    public void A_stack_of_products_agrees(int count, int rows, int columns, int depth)
    {
        for (int form = 0; form < 8; form++)
        {
            bool transposeA = (form & 1) != 0, transposeB = (form & 2) != 0, accumulate = (form & 4) != 0;
            T[] a = TestData.Uniform<T>(count * rows * depth, 1), b = TestData.Uniform<T>(count * depth * columns, 2), before = TestData.Uniform<T>(count * rows * columns, 3);
            var c = accumulate ? new Guarded<T>(before) : Guarded<T>.ForOutput(before.Length);
            Tensors.Kernels.MatrixProduct.MultiplyBatch<T>(count, rows, columns, depth, new Guarded<T>(a).Span, transposeA, new Guarded<T>(b).Span, transposeB, c.Span, accumulate);
            double[] expected = accumulate ? before.ToDouble() : new double[before.Length];
            for (int i = 0; i < count; i++)
            {
                Reference.MatrixProduct.Multiply<double>(
                    rows, columns, depth, a.AsSpan(i * rows * depth, rows * depth).ToArray().ToDouble(), transposeA,
                    b.AsSpan(i * depth * columns, depth * columns).ToArray().ToDouble(), transposeB, expected.AsSpan(i * rows * columns, rows * columns), accumulate);
            }

            Check.Close(c, expected, Tolerance.Sum<T>(depth + 1), $"{count} products of [{rows}, {depth}] and [{depth}, {columns}], form {form}", floor: 1);
        }
    }

    [Test]
    public void A_stack_that_is_too_short_is_named() => Assert.Multiple(() =>
    {
        Assert.That(() => Tensors.Kernels.MatrixProduct.MultiplyBatch<T>(2, 3, 4, 5, new T[29], false, new T[40], false, new T[24]), Throws.ArgumentException.With.Message.Contains("29"));
        Assert.That(() => Tensors.Kernels.MatrixProduct.MultiplyBatch<T>(2, 3, 4, 5, new T[30], false, new T[39], false, new T[24]), Throws.ArgumentException.With.Message.Contains("39"));
        Assert.That(() => Tensors.Kernels.MatrixProduct.MultiplyBatch<T>(2, 3, 4, 5, new T[30], false, new T[40], false, new T[23]), Throws.ArgumentException.With.Message.Contains("23"));
    });

    [Test]
    public void Any_size_agrees()
    {
        var sizes = from rows in Gen.Choose(0, 70)
                    from columns in Gen.Choose(0, 70)
                    from depth in Gen.Choose(0, 70)
                    from form in Gen.Choose(0, 11)
                    select (rows, columns, depth, form);
        Check.ForAll(sizes, size => Compare(size.rows, size.columns, size.depth, size.form % 2 == 0, size.form / 2 % 2 == 0, (Addend)(size.form / 4)), count: 300);
    }

    [Test]
    public void An_empty_depth_gives_zeros_plus_bias()
    {
        T[] c = [T.NaN, T.NaN, T.NaN, T.NaN], bias = [T.One, -T.One];
        Tensors.Kernels.MatrixProduct.Multiply<T>(2, 2, 0, [], false, [], false, c);
        Assert.That(c, Is.All.EqualTo(T.Zero));
        Tensors.Kernels.MatrixProduct.Multiply<T>(2, 2, 0, [], false, [], false, c, bias: bias);
        Assert.That(c, Is.EqualTo([T.One, -T.One, T.One, -T.One]));
    }

    [Test]
    public void Infinities_and_NaN_spread_to_their_row_or_column_alone()
    {
        const int Rows = 20, Columns = 35, Depth = 7;
        T[] a = TestData.Uniform<T>(Rows * Depth, 1), b = TestData.Uniform<T>(Depth * Columns, 2), c = new T[Rows * Columns];
        a[(3 * Depth) + 2] = T.NaN;
        a[(11 * Depth) + 6] = T.PositiveInfinity;
        b[(4 * Columns) + 34] = T.NegativeInfinity;
        Tensors.Kernels.MatrixProduct.Multiply<T>(Rows, Columns, Depth, a, false, b, false, c);
        double[] expected = new double[c.Length];
        Reference.MatrixProduct.Multiply<double>(Rows, Columns, Depth, a.ToDouble(), false, b.ToDouble(), false, expected);
        Check.Close<T>(c, expected, Tolerance.Sum<T>(Depth), "A product with NaN and infinities", floor: 1);
        Assert.That(c.Count(T.IsFinite), Is.EqualTo((Rows - 2) * (Columns - 1)));
    }

    [Test]
    public void Wrong_lengths_are_named()
    {
        var six = new T[6];
        Assert.Multiple(() =>
        {
            Assert.That(() => Tensors.Kernels.MatrixProduct.Multiply<T>(2, 2, 4, six, false, new T[8], false, new T[4]), Throws.ArgumentException.With.Message.Contains("A is [2, 4] and needs 8 elements, but 6 are given"));
            Assert.That(() => Tensors.Kernels.MatrixProduct.Multiply<T>(2, 2, 4, new T[8], false, six, false, new T[4]), Throws.ArgumentException.With.Message.Contains("B is [4, 2] and needs 8 elements, but 6 are given"));
            Assert.That(() => Tensors.Kernels.MatrixProduct.Multiply<T>(2, 4, 1, six, false, six, false, six), Throws.ArgumentException.With.Message.Contains("C is [2, 4] and needs 8 elements, but 6 are given"));
            Assert.That(() => Tensors.Kernels.MatrixProduct.Multiply<T>(2, 2, 2, six, false, six, false, six, bias: new T[1]), Throws.ArgumentException.With.Message.Contains("The bias needs 2 elements, but 1 are given"));
            Assert.That(() => Tensors.Kernels.MatrixProduct.Multiply<T>(2, 2, 2, six, false, six, false, six, accumulate: true, bias: six), Throws.ArgumentException.With.Message.Contains("accumulated"));
            Assert.That(() => Tensors.Kernels.MatrixProduct.Multiply<T>(-1, 2, 2, six, false, six, false, six), Throws.ArgumentException.With.Message.Contains("negative"));
        });
    }

    private static void Compare(int rows, int columns, int depth, bool transposeA, bool transposeB, Addend addend)
    {
        T[] a = TestData.Uniform<T>(rows * depth, 3), b = TestData.Uniform<T>(depth * columns, 4), before = TestData.Uniform<T>(rows * columns, 5);
        T[] bias = addend == Addend.Bias ? TestData.Uniform<T>(columns, 6) : [];
        bool accumulate = addend == Addend.Accumulate;
        var actual = accumulate ? new Guarded<T>(before) : Guarded<T>.ForOutput(rows * columns);
        double[] expected = accumulate ? before.ToDouble() : TestData.OtherGarbage(rows * columns);

        Tensors.Kernels.MatrixProduct.Multiply<T>(
            rows, columns, depth, new Guarded<T>(a).Span, transposeA, new Guarded<T>(b).Span, transposeB, actual.Span, accumulate, bias);
        Reference.MatrixProduct.Multiply<double>(
            rows, columns, depth, a.ToDouble(), transposeA, b.ToDouble(), transposeB, expected, accumulate, bias.ToDouble());
        Check.Close(actual, expected, Tolerance.Sum<T>(depth), $"[{rows}, {depth}]{(transposeA ? "'" : "")}·[{depth}, {columns}]{(transposeB ? "'" : "")}, {addend}");
    }
}
