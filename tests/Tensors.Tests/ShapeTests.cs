using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests;

public sealed class ShapeTests
{
    [Test]
    public void An_extent_of_0_makes_a_shape_empty_wherever_it_stands()
    {
        foreach (int[] extents in (int[][])[[0, 65536, 65536], [65536, 0, 65536], [65536, 65536, 0], [int.MaxValue, int.MaxValue, 0, int.MaxValue]])
            Assert.That(new Shape(extents).Length, Is.Zero);
    }

    [Test]
    public void Extents_count_from_either_end()
    {
        Shape shape = [64, 2, 3];
        Assert.Multiple(() =>
        {
            Assert.That(shape.Rank, Is.EqualTo(3));
            Assert.That(shape.Length, Is.EqualTo(384));
            Assert.That(shape[0], Is.EqualTo(64));
            Assert.That(shape[^1], Is.EqualTo(3));
            Assert.That(shape.ToArray(), Is.EqualTo([64, 2, 3]));
            Assert.That(shape.ToString(), Is.EqualTo("[64, 2, 3]"));
            Assert.That(() => shape[3], Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("[64, 2, 3] has 3 dimensions"));
            Assert.That(() => shape[^4], Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void A_scalar_has_no_dimensions_and_one_element()
    {
        Shape scalar = [];
        Assert.Multiple(() =>
        {
            Assert.That(scalar.Length, Is.EqualTo(1));
            Assert.That(scalar.Rank, Is.Zero);
            Assert.That(scalar, Is.EqualTo(default(Shape)));
            Assert.That(scalar.ToString(), Is.EqualTo("[]"));
        });
    }

    [Test]
    public void Equal_extents_make_equal_shapes() => Check.ForAll(Gen.ArrayOf(Gen.Choose(0, 5)).Where(extents => extents.Length <= Shape.MaxRank), extents =>
    {
        Shape a = new(extents), b = [.. extents];
        bool same = a == b && a.Equals((object)b) && a.GetHashCode() == b.GetHashCode() && !(a != b);
        bool product = a.Length == extents.Aggregate(1, (length, extent) => length * extent);
        if (!same || !product || (extents.Length > 0 && a == a.With(0, extents[0] + 1)))
            throw new AssertionException($"{a}");
    });

    [Test]
    public void Shapes_that_cannot_be_are_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new Shape(1, 2, 3, 4, 5, 6, 7), Throws.ArgumentException.With.Message.Contains("at most 6 dimensions, not 7"));
            Assert.That(() => new Shape(2, -1), Throws.ArgumentException.With.Message.Contains("Extent 1 of a shape is -1"));
            Assert.That(() => new Shape(65536, 65536), Throws.ArgumentException.With.Message.Contains("[65536, 65536] has more"));
            Assert.That(() => new Shape(0, -1), Throws.ArgumentException.With.Message.Contains("Extent 1 of a shape is -1"));
        });
    }

    [TestCase(65536, 65536, 0)]
    [TestCase(65536, 0, 65536)]
    [TestCase(0, 65536, 65536)]
    [TestCase(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, 0)]
    public void An_extent_of_0_makes_any_shape_empty(params int[] extents)
    {
        Shape shape = new(extents);
        Assert.Multiple(() =>
        {
            Assert.That(shape.Length, Is.Zero);
            Assert.That(shape.ToArray(), Is.EqualTo(extents));
            Assert.That(Tensor<float>.Zeros(shape).Span.Length, Is.Zero);
        });
    }

    [Test]
    public void With_changes_one_extent()
    {
        Shape shape = [4, 5, 6];
        Assert.That(shape.With(^1, 7), Is.EqualTo(new Shape(4, 5, 7)));
        Assert.That(shape.With(0, 0), Is.EqualTo(new Shape(0, 5, 6)));
        Assert.That(() => shape.With(3, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    // The compiler would make an array of as many numbers as the shape has elements.
    [Test]
    public void A_shape_in_front_of_another_is_not_spread_wrongly()
    {
        Shape image = [1, 3];
        Assert.That(image.Prepend(5), Is.EqualTo(new Shape(5, 1, 3)));
        Assert.That(() => { Shape spread = [5, .. image]; return spread.Rank; }, Throws.InstanceOf<NotSupportedException>().With.Message.Contains("AsSpan"));
        Assert.That(() => new Shape(1, 2, 3, 4, 5, 6).Prepend(1), Throws.ArgumentException);
    }
}
