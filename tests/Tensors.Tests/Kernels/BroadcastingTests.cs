using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class BroadcastingTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly (Shape From, Shape To)[] Cases =
    [
        ([], []), ([], [3]), ([], [2, 3]), ([1], [1]), ([1], [4]), ([3], [2, 3]), ([1, 3], [2, 3]), ([2, 1], [2, 3]), ([1, 1], [4, 1]), ([1, 1], [1, 4]),
        ([2, 1, 1], [2, 4, 1]), ([2, 1, 3], [2, 4, 3]), ([1, 4, 1], [2, 4, 3]), ([4, 1], [2, 4, 3]), ([2, 1, 3, 1], [2, 5, 3, 4]), ([7], [300, 7]),
        ([65], [400, 65]), ([1, 33], [600, 33]), ([1], [0]), ([3, 1], [3, 0]), ([0], [2, 0]), ([2, 1, 1, 1, 1, 3], [2, 3, 1, 2, 2, 3]), ([1, 1, 20000], [2, 1, 20000]),
    ];

    [Test]
    public void Shapes_of_all_kinds_agree_with_the_reference()
    {
        foreach (var (from, to) in Cases)
            Compare(from, to);
    }

    [Test]
    public void Any_shapes_agree()
    {
        var shapes = from extents in Gen.ArrayOf(Gen.Choose(0, 5), 4)
                     from rank in Gen.Choose(0, 4)
                     from dropped in Gen.Choose(0, 4)
                     from ones in Gen.ArrayOf(Gen.Choose(0, 1), 4)
                     let to = new Shape(extents.AsSpan(0, rank))
                     let skip = Math.Min(dropped, rank)
                     let rest = to.ToArray().Skip(skip).Select((extent, i) => ones[i] == 1 ? 1 : extent).ToArray()
                     select (From: new Shape(rest), To: to);
        Check.ForAll(shapes, pair => Compare(pair.From, pair.To), count: 500);
    }

    [Test]
    public void The_common_shape_is_that_of_NumPy()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Tensors.Kernels.Broadcasting.Common([2, 1, 3], [4, 1]), Is.EqualTo(new Shape(2, 4, 3)));
            Assert.That(Tensors.Kernels.Broadcasting.Common([], [5]), Is.EqualTo(new Shape(5)));
            Assert.That(Tensors.Kernels.Broadcasting.Common([1], [0]), Is.EqualTo(new Shape(0)));
            Assert.That(() => Tensors.Kernels.Broadcasting.Common([2, 3], [2, 4]), Throws.ArgumentException.With.Message.Contains("[2, 3] and [2, 4] cannot be broadcast"));
            Assert.That(Tensors.Kernels.Broadcasting.CanBroadcast([2, 1], [2, 3]), Is.True);
            Assert.That(Tensors.Kernels.Broadcasting.CanBroadcast([2, 3], [2, 1]), Is.False);
            Assert.That(Tensors.Kernels.Broadcasting.CanBroadcast([1, 2, 3], [2, 3]), Is.False);
        });
    }

    private static void Compare(Shape from, Shape to)
    {
        T[] x = TestData.Uniform<T>(from.Length, 1), dy = TestData.Uniform<T>(to.Length, 2);
        var y = Guarded<T>.ForOutput(to.Length);
        double[] expected = TestData.OtherGarbage(to.Length);
        Tensors.Kernels.Broadcasting.Expand<T>(from, to, new Guarded<T>(x).Span, y.Span);
        Reference.Broadcasting.Expand<double>(from, to, x.ToDouble(), expected);
        Check.Close(y, expected, 0, $"Expand from {from} to {to}");

        foreach (bool accumulate in (bool[])[false, true])
        {
            var dx = accumulate ? new Guarded<T>(x) : Guarded<T>.ForOutput(from.Length);
            expected = accumulate ? x.ToDouble() : TestData.OtherGarbage(from.Length);
            Tensors.Kernels.Broadcasting.Reduce<T>(from, to, new Guarded<T>(dy).Span, dx.Span, accumulate);
            Reference.Broadcasting.Reduce<double>(from, to, dy.ToDouble(), expected, accumulate);
            Check.Close(dx, expected, Tolerance.Sum<T>(to.Length), $"Reduce from {to} to {from}, accumulate {accumulate}", floor: 1);
        }
    }
}
