using System.Numerics.Tensors;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests;

public sealed class TensorTests
{
    private static readonly Tensor<float> Counting = Tensor<float>.From([2, 3, 4], [.. Enumerable.Range(0, 24).Select(i => (float)i)]);

    [Test]
    public void Indices_are_equal_where_they_take_the_same()
    {
        TensorIndex one = 2, last = ^1, range = 2..3, nothing = 2..2;
        Assert.That((one == 2, one.Equals((object)(TensorIndex)2), last == ^1, range == 2..3), Is.EqualTo((true, true, true, true)));
        Assert.That((one != 3, one == range, one == nothing, one.Equals("2"), range == 2..4), Is.EqualTo((true, false, false, false, false)));
        Assert.That(one.GetHashCode(), Is.EqualTo(((TensorIndex)2).GetHashCode()));
    }

    [Test]
    public void Indices_are_row_major()
    {
        var tensor = Counting.Clone();
        Assert.That(tensor[1, 2, 3], Is.EqualTo(23));
        Assert.That(tensor[1, 0, 2], Is.EqualTo(14));
        tensor[0, 1, 1] = -1;
        Assert.That(tensor.Span[5], Is.EqualTo(-1));
        Assert.That(Tensor<float>.Scalar(4)[[]], Is.EqualTo(4));
    }

    [Test]
    public void Wrong_indices_are_named()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Counting[1, 2], Throws.ArgumentException.With.Message.Contains("[2, 3, 4] takes 3 indices, not 2"));
            Assert.That(() => Counting[1, 3, 0], Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Index 3 of dimension 1"));
            Assert.That(() => Counting[-1, 0, 0], Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void Makers_fill_and_check()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Tensor<double>.Zeros([3, 2]).Span.ToArray(), Is.All.Zero);
            Assert.That(Tensor<double>.Full([3, 2], 5).Span.ToArray(), Is.All.EqualTo(5));
            Assert.That(() => Tensor<float>.From([2, 2], 1, 2, 3), Throws.ArgumentException.With.Message.Contains("[2, 2] holds 4 elements, but 3 were given"));
            Assert.That(Tensor<float>.Scalar(2.5f).ToScalar(), Is.EqualTo(2.5f));
            Assert.That(Tensor<float>.Full([1, 1], 2.5f).ToScalar(), Is.EqualTo(2.5f));
            Assert.That(() => Counting.ToScalar(), Throws.InvalidOperationException.With.Message.Contains("[2, 3, 4] is not a single number"));
            Assert.That(Tensor<float>.Zeros([0, 3]).Span.Length, Is.Zero);
        });
    }

    [Test]
    public void Reshaping_shares_memory_and_works_out_one_extent()
    {
        var tensor = Counting.Clone();
        var seen = tensor.Reshape(4, -1);
        Assert.That(seen.Shape, Is.EqualTo(new Shape(4, 6)));
        seen[3, 5] = 99;
        Assert.Multiple(() =>
        {
            Assert.That(tensor[1, 2, 3], Is.EqualTo(99));
            Assert.That(tensor.Reshape(-1).Shape, Is.EqualTo(new Shape(24)));
            Assert.That(Tensor<float>.Scalar(1).Reshape(1, -1).Shape, Is.EqualTo(new Shape(1, 1)));
            Assert.That(Tensor<float>.Zeros([0, 3]).Reshape(-1, 3).Shape, Is.EqualTo(new Shape(0, 3)));
            Assert.That(() => tensor.Reshape(5, -1), Throws.ArgumentException.With.Message.Contains("[2, 3, 4] cannot be seen as [5, -1]: 24 elements are no multiple of 5"));
            Assert.That(() => tensor.Reshape(-1, -1), Throws.ArgumentException);
            Assert.That(() => tensor.Reshape(new Shape(23)), Throws.ArgumentException.With.Message.Contains("cannot be seen as [23]"));
        });
    }

    [Test]
    public void Rows_share_memory()
    {
        var tensor = Counting.Clone();
        var rows = tensor.Rows(1, 2);
        Assert.That(rows.Shape, Is.EqualTo(new Shape(1, 3, 4)));
        rows[0, 0, 0] = 77;
        Assert.Multiple(() =>
        {
            Assert.That(tensor[1, 0, 0], Is.EqualTo(77));
            Assert.That(tensor.Rows(1, 1).Length, Is.Zero);
            Assert.That(tensor.Rows(0, 2).Span == tensor.Span, Is.True);
            Assert.That(() => tensor.Rows(1, 3), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Rows 1..3"));
            Assert.That(() => tensor.Rows(1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => Tensor<float>.Scalar(1).Rows(0, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void Copies_are_copies()
    {
        var copy = Counting.Clone();
        copy.Span.Clear();
        Assert.That(Counting[1, 2, 3], Is.EqualTo(23));
        copy.CopyFrom(Counting);
        Assert.That(copy[1, 2, 3], Is.EqualTo(23));
        Assert.That(() => copy.CopyFrom(Counting.Reshape(-1)), Throws.ArgumentException.With.Message.Contains("[24] into one of shape [2, 3, 4]"));
        Assert.That(Counting.To<double>().Span.ToArray(), Is.EqualTo(Counting.Span.ToArray()));
    }

    [Test]
    public void Tensor_spans_of_the_base_class_library_see_the_same_memory()
    {
        var tensor = Counting.Clone();
        var span = tensor.AsTensorSpan();
        Assert.That(span.Lengths.ToArray(), Is.EqualTo(new nint[] { 2, 3, 4 }));
        Assert.That(span[1, 2, 3], Is.EqualTo(23));
        span[0, 0, 1] = 50;
        Assert.That(tensor[0, 0, 1], Is.EqualTo(50));
        tensor[1, 1, 1] = 60;
        Assert.That(span[1, 1, 1], Is.EqualTo(60));
        Assert.That(tensor.AsReadOnlyTensorSpan()[1, 1, 1], Is.EqualTo(60));

        // A view of part of a tensor, too.
        tensor.Rows(1, 2).AsTensorSpan()[0, 0, 0] = 70;
        Assert.That(tensor[1, 0, 0], Is.EqualTo(70));
    }

    [TestCase(new int[0])]
    [TestCase(new[] { 5 })]
    [TestCase(new[] { 0, 3 })]
    [TestCase(new[] { 2, 1, 2, 1, 2, 1 })]
    public void Tensor_spans_of_any_rank_go_there_and_back(int[] extents)
    {
        var tensor = Tensor<double>.From(new Shape(extents), TestData.Uniform<double>(new Shape(extents).Length, 1));
        var span = tensor.AsReadOnlyTensorSpan();
        Assert.That(span.FlattenedLength, Is.EqualTo((nint)tensor.Length));
        var back = Tensor<double>.From(span);
        Assert.That(back.Length, Is.EqualTo(tensor.Length));
        Assert.That(back.Span.ToArray(), Is.EqualTo(tensor.Span.ToArray()));
        Assert.That(back.Shape, Is.EqualTo(extents.Length > 0 ? tensor.Shape : new Shape(1)));
        Assert.That(Tensor<double>.From(default(ReadOnlyTensorSpan<double>)).Shape, Is.EqualTo(new Shape(0)));
    }

    // A span may repeat one number more often than a tensor can hold it.
    [Test]
    public void A_tensor_span_that_no_tensor_holds_is_refused()
    {
        float[] one = [1];
        Assert.That(() => Tensor<float>.From(new ReadOnlyTensorSpan<float>(one, [1 << 16, 1 << 16], [0, 0])), Throws.ArgumentException.With.Message.Contains("4294967296"));
        Assert.That(() => Tensor<float>.From(new ReadOnlyTensorSpan<float>(one, [1, 1, 1, 1, 1, 1, 1])), Throws.ArgumentException.With.Message.Contains("6 dimensions"));
    }

    [Test]
    public void A_tensor_span_with_strides_is_copied_in_order()
    {
        float[] memory = [0, 1, 2, 3, 4, 5];
        var transposed = new ReadOnlyTensorSpan<float>(memory, [3, 2], [1, 3]);
        var tensor = Tensor<float>.From(transposed);
        Assert.That(tensor.Shape, Is.EqualTo(new Shape(3, 2)));
        Assert.That(tensor.Span.ToArray(), Is.EqualTo(new float[] { 0, 3, 1, 4, 2, 5 }));
    }

    [Test]
    public void Printing_shows_shape_and_an_excerpt()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Tensor<float>.Scalar(1.5f).ToString(), Is.EqualTo("Tensor<float> [] 1.5"));
            Assert.That(Tensor<double>.From([3], 1, -2.25, 1e-9).ToString(), Is.EqualTo("Tensor<double> [3] [1, -2.25, 1E-09]"));
            Assert.That(Tensor<float>.From([2, 2], 1, 2, 3, 4).ToString().ReplaceLineEndings("\n"), Is.EqualTo("Tensor<float> [2, 2]\n[[1, 2],\n [3, 4]]"));
            Assert.That(Tensor<float>.From([10], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9).ToString(), Is.EqualTo("Tensor<float> [10] [0, 1, 2, …, 7, 8, 9]"));
            Assert.That(Tensor<float>.From([7], 0, 1, 2, 3, 4, 5, 6).ToString(), Is.EqualTo("Tensor<float> [7] [0, 1, 2, …, 4, 5, 6]"));
            Assert.That(Tensor<float>.Zeros([6]).ToString(), Is.EqualTo("Tensor<float> [6] [0, 0, 0, 0, 0, 0]"));
            Assert.That(Tensor<float>.Zeros([0]).ToString(), Is.EqualTo("Tensor<float> [0] []"));
        });
    }
}
