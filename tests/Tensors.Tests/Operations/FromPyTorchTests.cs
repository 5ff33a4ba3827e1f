using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Operations;

/// <summary>Lines that a user of PyTorch writes: they compile, and have the shapes that PyTorch gives.</summary>
public sealed class FromPyTorchTests
{
    [Test]
    public void Ordinary_lines_work()
    {
        var a = Tensor<float>.From([4, 8, 3], TestData.Uniform<float>(96, 1));
        Assert.Multiple(() =>
        {
            Has(a.Transpose(1, 2), 4, 3, 8);
            Has(a.Permute(0, 2, 1), 4, 3, 8);
            Has(a[.., 3..7], 4, 4, 3);
            Has(a.Slice(1, 3, 7), 4, 4, 3);
            Has(Tensor<float>.Stack([a, a], 0), 2, 4, 8, 3);
            Has(Tensor<float>.Concatenate([a, a], 0), 8, 8, 3);
            Has(a.Gather(1, [1, 2]), 4, 2, 3);
            Has(a.Max(1), 4, 3);
            Assert.That(a.ArgMax(1).Shape, Is.EqualTo(new Shape(4, 3)));
            Has(a.Clamp(-1, 1), 4, 8, 3);
            Has(a.Where(x => x > 0, 0), 4, 8, 3);
            Has(a.Abs(), 4, 8, 3);
            Has(a.Pow(2), 4, 8, 3);
            Has(a.Mean([0, 1]), 3);
            Has(a.Var(0), 8, 3);
            Has(a.Exp(), 4, 8, 3);
            Has(a + 1f, 4, 8, 3);
            Has(a * 2f, 4, 8, 3);
            Has(-a, 4, 8, 3);
            Has(a / 2f, 4, 8, 3);
            Has(a > -a, 4, 8, 3);
            Has(a.Map(x => x * x), 4, 8, 3);
            Has(a.Sum(^1), 4, 8);
            Has(a.MatMul(a, transposeB: true), 4, 8, 8);
            Assert.That(() => a.MatMul(a), Throws.ArgumentException, "as in PyTorch: the inner extents are 3 and 8");
            Has(Tensor<float>.Arange(10), 10);
            Has(a.Squeeze(), 4, 8, 3);
        });
    }

    private static void Has(Tensor<float> actual, params int[] extents) => Assert.That(actual.Shape, Is.EqualTo(new Shape(extents)));
}
