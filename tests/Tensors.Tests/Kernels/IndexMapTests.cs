using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class IndexMapTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static IEnumerable<TestCaseData> Cases() =>
        from axis in (Axis[])[new(1, 1, 1), new(4, 5, 1), new(3, 9, 17), new(1, 7, 200), new(2, 3, 9001), new(0, 3, 4), new(3, 4, 0)]
        from count in (int[])[0, 1, 6, 130]
        select new TestCaseData(axis, count).SetArgDisplayNames($"{axis.Outer}, {axis.Extent}, {axis.Inner}", $"{count}");

    [TestCaseSource(nameof(Cases))]
    public void Picked_and_added_numbers_agree_with_the_reference(object of, int count)
    {
        var axis = (Axis)of;
        var (outer, extent, inner) = axis;
        int many = outer * extent * inner, few = outer * count * inner;
        T[] x = TestData.Uniform<T>(many, 1), dy = TestData.Uniform<T>(few, 2);
        int[] list = TestData.Indices(count, extent, 3), each = TestData.Indices(few, extent, 4);

        void Picks(string name, Action<Span<T>> fast, Action<double[]> plain)
        {
            var y = Guarded<T>.ForOutput(few);
            double[] expected = TestData.OtherGarbage(few);
            fast(y.Span);
            plain(expected);
            Check.Close(y, expected, 0, name);
        }

        void Adds(string name, Action<Span<T>> fast, Action<double[]> plain)
        {
            var sum = new Guarded<T>(x);
            double[] expected = x.ToDouble();
            fast(sum.Span);
            plain(expected);
            Check.Close(sum, expected, Tolerance.Sum<T>(count + 1), name, floor: 1);
        }

        Picks("Select", y => IndexMap.Select<T>(axis, list, new Guarded<T>(x).Span, y), y => Reference.IndexMap.Select<double>(outer, extent, inner, list, x.ToDouble(), y));
        Picks("Pick", y => IndexMap.Pick<T>(axis, each, count, new Guarded<T>(x).Span, y), y => Reference.IndexMap.Pick<double>(outer, extent, inner, each, count, x.ToDouble(), y));
        Adds("SelectAdd", y => IndexMap.SelectAdd<T>(axis, list, new Guarded<T>(dy).Span, y), y => Reference.IndexMap.SelectAdd<double>(outer, extent, inner, list, dy.ToDouble(), y));
        Adds("PickAdd", y => IndexMap.PickAdd<T>(axis, each, count, new Guarded<T>(dy).Span, y), y => Reference.IndexMap.PickAdd<double>(outer, extent, inner, each, count, dy.ToDouble(), y));
    }

    [Test]
    public void Wrong_lengths_are_named() => Assert.Multiple(() =>
    {
        Assert.That(() => IndexMap.Select<T>(new(2, 3, 4), [0], new T[23], new T[8]), Throws.ArgumentException.With.Message.Contains("1 indices along [2, 3, 4] got 23 and 8 elements"));
        Assert.That(() => IndexMap.PickAdd<T>(new(2, 3, 4), new int[7], 1, new T[8], new T[24]), Throws.ArgumentException.With.Message.Contains("and 7 indices"));
        Assert.That(() => IndexMap.Check([0, 3], [2, 3], 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Index 1 is 3"));
    });
}
