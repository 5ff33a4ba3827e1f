using System.Numerics;
using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class StridedTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly Shape[] Shapes = [[5], [0], [3, 4], [37, 65], [2, 3, 5], [4, 33, 31], [3, 0, 4], [2, 3, 4, 5], [1, 7, 1, 9], [2, 1, 3, 2, 5, 4], [3, 130, 70], [20_001]];

    [Test]
    public void Exchanged_dimensions_agree_with_the_reference()
    {
        foreach (var shape in Shapes)
        {
            for (int a = 0; a < shape.Rank; a++)
            {
                for (int b = a; b < shape.Rank; b++)
                {
                    var (i, j) = (a, b);
                    Compare($"Transpose {a}, {b}", shape, Views.Transpose(shape, a, b), index => Exchanged(index, i, j));
                }
            }
        }
    }

    [Test]
    public void Any_order_agrees()
    {
        var orders = from extents in Gen.ArrayOf(Gen.Choose(0, 6), 6) from rank in Gen.Choose(1, 6) from order in Gen.Shuffle(Enumerable.Range(0, rank)) select (extents, order);
        Check.ForAll(orders, sample =>
        {
            var shape = new Shape(sample.extents.AsSpan(0, sample.order.Length));
            Compare(
                $"Permute {string.Join(',', sample.order)}", shape, Views.Permute(shape, Array.ConvertAll(sample.order, i => (Index)i)),
                index => [.. Enumerable.Range(0, index.Length).Select(i => index[Array.IndexOf(sample.order, i)])]);
        }, count: 200);
    }

    [Test]
    public void Slices_and_flips_agree_with_the_reference()
    {
        foreach (var shape in Shapes)
        {
            for (int d = 0; d < shape.Rank; d++)
            {
                int at = d, extent = shape[d], from = extent / 3, step = 1 + (extent / 5);
                Compare($"Slice {d}", shape, Views.Slice(shape, at, from, extent), index => With(index, at, index[at] + from));
                Compare($"Slice {d} by {step}", shape, Views.Slice(shape, at, from, ^0, step), index => With(index, at, (index[at] * step) + from));
                Compare($"Flip {d}", shape, Views.Flip(shape, [at]), index => With(index, at, extent - 1 - index[at]));
            }
        }
    }

    [Test]
    public void Repetition_agrees_with_the_reference()
    {
        Compare("rows", [7], Layout.Of([7]).Expand([300, 7]), index => [index[1]]);
        Compare("columns", [9, 1], Layout.Of([9, 1]).Expand([9, 70]), index => [index[0], 0]);
        Compare("middle", [3, 1, 5], Layout.Of([3, 1, 5]).Expand([3, 4, 5]), index => [index[0], 0, index[2]]);
        Compare("part, turned", [4, 5], Layout.Of([4, 5]).Slice(0, 3, 1).Expand([6, 5]).Permute([1, 0]), index => [3, index[0]]);
        Compare("number", [1], Layout.Of([1]).Expand([20_000]), _ => [0]);
    }

    [Test]
    public void Wrong_spans_are_named() => Assert.Multiple(() =>
    {
        Assert.That(() => Strided.Read<T>(Layout.Of([2, 3]), new T[5], new T[6]), Throws.ArgumentException.With.Message.Contains("[2, 3] looks at the numbers 0 to 5 of a span of 5"));
        Assert.That(() => Strided.Read<T>(Layout.Of([2, 3]), new T[6], new T[5]), Throws.ArgumentException.With.Message.Contains("span of 5"));
        Assert.That(() => Strided.Copy<T>(Layout.Of([2, 3]), new T[6], Layout.Of([6]), new T[6]), Throws.ArgumentException.With.Message.Contains("from the shape [2, 3] to [6]"));
    });

    // Reading, reading and adding, writing back, and the gradient.
    private static void Compare(string name, Shape shape, Layout layout, Func<int[], int[]> where)
    {
        string what = $"{name} of {shape}";
        T[] x = TestData.Uniform<T>(shape.Length, 1), before = TestData.Uniform<T>(layout.Shape.Length, 2);
        double[] seen = TestData.OtherGarbage(before.Length);
        Reference.Strided.Read<double>(shape, layout.Shape, where, x.ToDouble(), seen);
        var y = Guarded<T>.ForOutput(before.Length);
        Strided.Read<T>(layout, new Guarded<T>(x).Span, y.Span);
        Check.Close(y, seen, 0, what);

        var sum = new Guarded<T>(before);
        Strided.Read<T>(layout, x, sum.Span, accumulate: true);
        Check.Close(sum, [.. before.ToDouble().Zip(seen, (a, b) => a + b)], Tolerance.Arithmetic<T>(), $"{what}, added", floor: 1);

        int terms = 1 + (layout.Shape.Length / Math.Max(1, x.Length));
        foreach (bool accumulate in (bool[])[false, true])
        {
            var dx = accumulate ? new Guarded<T>(x) : Guarded<T>.ForOutput(x.Length);
            double[] expected = accumulate ? x.ToDouble() : new double[x.Length];
            Strided.ReadBackward<T>(layout, new Guarded<T>(before).Span, dx.Span, accumulate);
            Reference.Strided.AddInto<double>(shape, layout.Shape, where, before.ToDouble(), expected);

            double[] squares = accumulate ? Squared(x) : new double[x.Length];
            Reference.Strided.AddInto<double>(shape, layout.Shape, where, Squared(before), squares);
            dx.Verify(what);
            Check.Close<T>(dx.Span, expected, Tolerance.Sum<T>(terms), $"Gradient of {what}, accumulate {accumulate}", Array.ConvertAll(squares, Tolerance.SizeOfSum));
        }

        if (layout.Repeats)
            return;
        var written = new Guarded<T>(x);
        double[] whole = x.ToDouble();
        Strided.Write<T>(layout, before, written.Span);
        for (int i = 0; i < before.Length; i++)
            whole[Reference.Strided.Place(shape, where(Reference.Strided.Indices(layout.Shape, i)))] = double.CreateChecked(before[i]);
        Check.Close(written, whole, 0, $"{what}, written");
    }

    private static double[] Squared(T[] values) => Array.ConvertAll(values.ToDouble(), value => value * value);

    private static int[] Exchanged(int[] index, int a, int b)
    {
        int[] result = [.. index];
        (result[a], result[b]) = (index[b], index[a]);
        return result;
    }

    private static int[] With(int[] index, int at, int value)
    {
        int[] result = [.. index];
        result[at] = value;
        return result;
    }
}
