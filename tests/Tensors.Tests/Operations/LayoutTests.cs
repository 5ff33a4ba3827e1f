using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Operations;

public sealed class LayoutTests
{
    // [[1, 2, 3], [4, 5, 6]]
    private static readonly Tensor<double> X = Tensor<double>.From([2, 3], 1, 2, 3, 4, 5, 6);

    [Test]
    public void Dimensions_are_exchanged_dropped_and_added() => Assert.Multiple(() =>
    {
        Holds(X.Transpose(0, ^1), [3, 2], 1, 4, 2, 5, 3, 6);
        Holds(X.Permute(1, 0), [3, 2], 1, 4, 2, 5, 3, 6);
        Holds(X.Unsqueeze(1), [2, 1, 3], 1, 2, 3, 4, 5, 6);
        Holds(X.Unsqueeze(^0), [2, 3, 1], 1, 2, 3, 4, 5, 6);
        Holds(X.Reshape(1, 2, 1, 3).Squeeze(), [2, 3], 1, 2, 3, 4, 5, 6);
        Holds(X.Reshape(1, 2, 1, 3).Squeeze(2), [1, 2, 3], 1, 2, 3, 4, 5, 6);
        Holds(X.Flatten(), [6], 1, 2, 3, 4, 5, 6);
        Holds(X.Reshape(2, 1, 3).Flatten(1), [2, 3], 1, 2, 3, 4, 5, 6);
        Holds(Tensor<double>.Scalar(7).Flatten(), [1], 7);
        Holds(Tensor<double>.Zeros([2, 0, 3]).Flatten(1), [2, 0]);
        Assert.That(() => X.Permute(0, 0), Throws.InstanceOf<ArgumentException>().With.Message.Contains("(0, 0) does not name each dimension of [2, 3] once"));
        Assert.That(() => X.Permute(0), Throws.InstanceOf<ArgumentException>().With.Message.Contains("(0)"));
        Assert.That(() => X.Transpose(0, 2), Throws.InstanceOf<ArgumentException>().With.Message.Contains("[2, 3] has 2 dimensions, and 2 is none"));
        Assert.That(() => X.Squeeze(1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("has the extent 3"));
        Assert.That(() => X.Unsqueeze(3), Throws.InstanceOf<ArgumentException>().With.Message.Contains("put at 3"));
        Assert.That(() => X.Flatten(2), Throws.InstanceOf<ArgumentException>().With.Message.Contains("2 dimensions"));
    });

    [Test]
    public void Indices_and_ranges_take_parts_and_set_them()
    {
        var x = X.Clone();
        Assert.Multiple(() =>
        {
            Assert.That(x[1, 2], Is.EqualTo(6), "numbers alone are an element");
            Holds(x[.., 1..], [2, 2], 2, 3, 5, 6);
            Holds(x[^1, ..], [3], 4, 5, 6);
            Holds(x[.., ^1], [2], 3, 6);
            Holds(x[1..], [1, 3], 4, 5, 6);
            Holds(x[^1, ^1], [], 6);
            Holds(x[..0], [0, 3]);
            Assert.That(() => x[.., 2..5], Throws.InstanceOf<ArgumentException>().With.Message.Contains("2..5 is not inside dimension 1 of the shape [2, 3]"));
            Assert.That(() => x[^3, ..], Throws.InstanceOf<ArgumentException>().With.Message.Contains("^3 of dimension 0"));
            Assert.That(() => x[.., .., ..], Throws.InstanceOf<ArgumentException>().With.Message.Contains("at most 2 indices, not 3"));
        });
        x[.., 1..] = Tensor<double>.From([2], 8, 9);
        x[^1, ..1] = Tensor<double>.Scalar(7);
        Holds(x, [2, 3], 1, 8, 9, 7, 8, 9);
        Assert.That(() => x[.., 1..] = X, Throws.InstanceOf<ArgumentException>().With.Message.Contains("[2, 3] cannot be broadcast to [2, 2]"));
    }

    [Test]
    public void Slices_flips_and_repeats() => Assert.Multiple(() =>
    {
        Holds(X.Slice(1, 1, 3), [2, 2], 2, 3, 5, 6);
        Holds(X.Slice(^1, 0, ^0, 2), [2, 2], 1, 3, 4, 6);
        Holds(X.Flip(1), [2, 3], 3, 2, 1, 6, 5, 4);
        Holds(X.Flip(0, 1), [2, 3], 6, 5, 4, 3, 2, 1);
        Holds(X.Repeat(1, 2), [2, 6], 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6);
        Holds(X.Repeat(2, 1), [4, 3], 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6);
        Holds(X.Repeat(0, 2), [0, 6]);
        Assert.That(() => X.Slice(1, 2, 1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("2..1"));
        Assert.That(() => X.Slice(1, 0, 4), Throws.InstanceOf<ArgumentException>().With.Message.Contains("0..4"));
        Assert.That(() => X.Slice(1, 0, 3, 0), Throws.InstanceOf<ArgumentException>().With.Message.Contains("step"));
        Holds(X.Slice(1, 0, 3, int.MaxValue), [2, 1], 1, 4);
        Assert.That(() => X.Flip(1, ^1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("named twice"));
        Assert.That(() => X.Repeat(2), Throws.InstanceOf<ArgumentException>().With.Message.Contains("takes 2 repeats, not 1"));
        Assert.That(() => X.Repeat(1, -1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("-1 times"));
        Assert.That(() => X.Repeat(1, int.MaxValue), Throws.InstanceOf<ArgumentException>());
    });

    [Test]
    public void Tensors_are_joined_and_taken_apart() => Assert.Multiple(() =>
    {
        Holds(Tensor<double>.Concatenate([X, X], 0), [4, 3], 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6);
        Holds(Tensor<double>.Concatenate([X, X.Slice(1, 0, 0), X.Slice(1, 0, 1)], ^1), [2, 4], 1, 2, 3, 1, 4, 5, 6, 4);
        Holds(Tensor<double>.Stack([X[0, ..], X[^1, ..]], 0), [2, 3], 1, 2, 3, 4, 5, 6);
        Holds(Tensor<double>.Stack([X[..1], X[..1]], ^0), [1, 3, 2], 1, 1, 2, 2, 3, 3);
        Assert.That(X.Split(2, 1).Select(part => part.Shape), Is.EqualTo(new Shape[] { [2, 2], [2, 1] }));
        Holds(X.Split(2, 1)[1], [2, 1], 3, 6);
        Assert.That(X.Chunk(2, ^1).Select(part => part.Shape), Is.EqualTo(new Shape[] { [2, 2], [2, 1] }));
        Assert.That(X.Slice(1, 0, 0).Split(2, 1).Select(part => part.Shape), Is.EqualTo(new Shape[] { [2, 0] }));
        Assert.That(() => Tensor<double>.Concatenate([X, X], 2), Throws.InstanceOf<ArgumentException>().With.Message.Contains("2 dimensions"));
        Assert.That(() => Tensor<double>.Concatenate([X, X.Transpose()], 0), Throws.InstanceOf<ArgumentException>().With.Message.Contains("[2, 3] and [3, 2] cannot be concatenated"));
        Assert.That(() => Tensor<double>.Concatenate([], 0), Throws.InstanceOf<ArgumentException>().With.Message.Contains("nothing"));
        Assert.That(() => Tensor<double>.Stack([X, X.Transpose()], 0), Throws.InstanceOf<ArgumentException>().With.Message.Contains("[2, 3] and [3, 2] cannot be stacked"));
        Assert.That(() => X.Split(0, 1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("at least 1"));
        Assert.That(() => X.Chunk(0, 1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("at least 1"));
    });

    [Test]
    public void Pads_are_constant_or_mirrored() => Assert.Multiple(() =>
    {
        Holds(X.Pad(1), [2, 5], 0, 1, 2, 3, 0, 0, 4, 5, 6, 0);
        Holds(X.Pad(0, 1, 0, value: 9), [3, 3], 9, 9, 9, 1, 2, 3, 4, 5, 6);
        Holds(X.Pad(1, 2, 1, Padding.Reflect), [2, 6], 3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5);
        Holds(X.Pad(1, 0, 2, Padding.Reflect), [2, 5], 1, 2, 3, 2, 1, 4, 5, 6, 5, 4);
        Holds(X.Pad(0, 0, 1, Padding.Reflect), [3, 3], 1, 2, 3, 4, 5, 6, 1, 2, 3);
        Holds(Tensor<double>.Zeros([0]).Pad(1, value: 5), [2], 5, 5);
        Assert.That(() => X.Pad(1, 3, 0, Padding.Reflect), Throws.InstanceOf<ArgumentException>().With.Message.Contains("padded by 3 and 0"));
        Assert.That(() => X.Pad(-1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("-1"));
        Assert.That(() => X.Pad(int.MaxValue), Throws.InstanceOf<ArgumentException>());
    });

    private static void Holds(Tensor<double> actual, Shape shape, params double[] values)
    {
        Assert.That(actual.Shape, Is.EqualTo(shape));
        Assert.That(actual.Span.ToArray(), Is.EqualTo(values));
    }
}
