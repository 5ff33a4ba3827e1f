using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Operations;

public sealed class ChoiceTests
{
    private static readonly Shape[] Shapes = [[9], [4, 3], [5, 7, 101], [3, 200, 2], [2, 3, 4, 5]];

    [Test]
    public void Picks_agree_with_loops_and_scatter_is_their_adjoint()
    {
        foreach (var shape in Shapes)
        {
            for (int d = 0; d < shape.Rank; d++)
            {
                int at = d;
                var x = Tensor<double>.From(shape, TestData.Uniform<double>(shape.Length, 1));
                int[] list = TestData.Indices(11, shape[at], 2);
                var selected = x.IndexSelect(at, list);
                var seen = new double[selected.Length];
                Reference.Strided.Read<double>(shape, selected.Shape, index => [.. index.Select((v, k) => k == at ? list[v] : v)], x.Span, seen);
                Assert.That(selected.Span.ToArray(), Is.EqualTo(seen), $"select along {at} of {shape}");
                Assert.That(x.Gather(at, list).Span.ToArray(), Is.EqualTo(seen));

                var where = new IndexTensor(selected.Shape, TestData.Indices(selected.Length, shape[at], 3));
                int[] Picked(int[] index) => [.. index.Select((v, k) => k == at ? where[index] : v)];
                Reference.Strided.Read<double>(shape, where.Shape, Picked, x.Span, seen);
                Assert.That(x.Gather(at, where).Span.ToArray(), Is.EqualTo(seen), $"gather along {at} of {shape}");
                double[] sums = x.Span.ToArray();
                Reference.Strided.AddInto<double>(shape, where.Shape, Picked, selected.Span, sums);
                Check.Close<double>(x.ScatterAdd(at, where, selected).Span, sums, 1e-13, $"scatter along {at} of {shape}", floor: 1);
            }
        }
    }

    [Test]
    public void Nothing_is_picked_from_anything_and_errors_name_the_index() => Assert.Multiple(() =>
    {
        var x = Tensor<double>.Zeros([2, 3]);
        Assert.That(x.IndexSelect(1).Shape, Is.EqualTo(new Shape(2, 0)));
        Assert.That(Tensor<double>.Zeros([0, 3]).IndexSelect(1, 2, 2).Shape, Is.EqualTo(new Shape(0, 2)));
        Assert.That(() => x.IndexSelect(1, 0, 3), Throws.InstanceOf<ArgumentException>().With.Message.Contains("Index 1 is 3, but dimension 1 of [2, 3] has 3"));
        Assert.That(() => x.IndexSelect(0, -1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("Index 0 is -1"));
        Assert.That(() => x.Gather(1, new IndexTensor([2, 1], [0, 5])), Throws.InstanceOf<ArgumentException>().With.Message.Contains("Index 1 is 5"));
        Assert.That(() => x.Gather(1, new IndexTensor([3, 1], [0, 0, 0])), Throws.InstanceOf<ArgumentException>().With.Message.Contains("[3, 1] do not go with a tensor of shape [2, 3]"));
        Assert.That(() => x.ScatterAdd(1, new IndexTensor([2, 1], [0, 0]), x), Throws.InstanceOf<ArgumentException>().With.Message.Contains("not [2, 3]"));
        Assert.That(() => new IndexTensor([2], [1]), Throws.ArgumentException.With.Message.Contains("[2] holds 2 indices, but 1"));
    });
}
