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
}
