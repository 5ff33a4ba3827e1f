using Diffusion.Data;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

public sealed class TensorSourceTests
{
    [Test]
    public void Each_sample_comes_with_its_own_label()
    {
        var source = new TensorSource<float>(Tensor<float>.From([5, 1], [0, 1, 2, 3, 4]), new[] { 0, 1, 2, 3, 4 });
        var x0 = Tensor<float>.Zeros([8, 1]);
        int[] labels = new int[8];
        source.Fill(x0, labels, null, new RandomSource(3).At(2));
        Assert.That(labels, Is.EqualTo(x0.Span.ToArray().Select(value => (int)value)));
        Assert.That(labels, Is.Not.Ordered);
    }

    [Test]
    public void Labels_and_values_that_are_not_one_for_each_sample_are_refused()
    {
        var data = Tensor<float>.Zeros([2, 1]);
        Assert.That(() => new TensorSource<float>(Tensor<float>.Zeros([0, 1])), Throws.ArgumentException.With.Message.Contains("shape [0, 1]"));
        Assert.That(() => new TensorSource<float>(data, new[] { 1 }), Throws.ArgumentException.With.Message.Contains("1 labels were given for 2 samples"));
        Assert.That(() => new TensorSource<float>(data, new[] { 1, -2 }), Throws.ArgumentException.With.Message.Contains("A label is -2"));
        foreach (Shape values in (Shape[])[[3, 1], []])
            Assert.That(() => new TensorSource<float>(data, values: Tensor<float>.Zeros(values)), Throws.ArgumentException.With.Message.Contains($"values have the shape {values}, but there are 2 samples"));
    }
}
