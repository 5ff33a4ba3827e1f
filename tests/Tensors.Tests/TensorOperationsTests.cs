using NUnit.Framework;

namespace Diffusion.Tensors.Tests;

public sealed class TensorOperationsTests
{
    private static readonly Tensor<double> X = Tensor<double>.From([2, 3], 1, 2, 3, 4, 5, 6);

    [Test]
    public void Arithmetic_broadcasts()
    {
        Tensor<double> row = Tensor<double>.From([3], 1, 2, 4), column = Tensor<double>.From([2, 1], 10, 20);
        Assert.Multiple(() =>
        {
            Assert.That((X + row).Span.ToArray(), Is.EqualTo([2.0, 4, 7, 5, 7, 10]));
            Assert.That((X - column).Span.ToArray(), Is.EqualTo([-9.0, -8, -7, -16, -15, -14]));
            Assert.That((row * column).Span.ToArray(), Is.EqualTo([10.0, 20, 40, 20, 40, 80]));
            Assert.That((row * column).Shape, Is.EqualTo(new Shape(2, 3)));
            Assert.That((X / row).Span.ToArray(), Is.EqualTo([1.0, 1, 0.75, 4, 2.5, 1.5]));
            Assert.That((2.0 * X).Span.ToArray(), Is.EqualTo([2.0, 4, 6, 8, 10, 12]));
            Assert.That((X + Tensor<double>.Scalar(1)).Span.ToArray(), Is.EqualTo([2.0, 3, 4, 5, 6, 7]));
            Assert.That(row.BroadcastTo([2, 3]).Span.ToArray(), Is.EqualTo([1.0, 2, 4, 1, 2, 4]));
            Assert.That(() => X + Tensor<double>.Zeros([2]), Throws.ArgumentException.With.Message.Contains("[2, 3] and [2] cannot be broadcast"));
            Assert.That(() => X.BroadcastTo([2]), Throws.ArgumentException.With.Message.Contains("[2, 3] cannot be broadcast to [2]"));
        });
        Assert.That(X.Span.ToArray(), Is.EqualTo([1.0, 2, 3, 4, 5, 6]), "the operands are left alone");
    }

    [Test]
    public void Reductions_drop_or_keep_the_dimension()
    {
        Assert.Multiple(() =>
        {
            Assert.That(X.Sum(), Is.EqualTo(21));
            Assert.That(X.Mean(), Is.EqualTo(3.5));
            Assert.That((X.Max(), X.Min()), Is.EqualTo((6.0, 1.0)));
            Assert.That(X.Sum(0).Shape, Is.EqualTo(new Shape(3)));
            Assert.That(X.Sum(0, keepDimensions: true).Shape, Is.EqualTo(new Shape(1, 3)));
            Assert.That(X.Sum(0).Span.ToArray(), Is.EqualTo([5.0, 7, 9]));
            Assert.That(X.Sum(^1).Span.ToArray(), Is.EqualTo([6.0, 15]));
            Assert.That(X.Mean(^1).Span.ToArray(), Is.EqualTo([2.0, 5]));
            Assert.That(Tensor<double>.From([3], 1, double.NaN, 2).Max(), Is.NaN);
            Assert.That(Tensor<double>.Zeros([0]).Sum(), Is.Zero);
            Assert.That(Tensor<double>.Zeros([0]).Mean(), Is.NaN);
            Assert.That(() => Tensor<double>.Zeros([0]).Max(), Throws.ArgumentException);
            Assert.That(() => X.Sum(2), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void Products_and_transposes_are_those_of_matrices()
    {
        var transposed = X.Transpose();
        double[] gram = [14, 32, 32, 77];
        Assert.Multiple(() =>
        {
            Assert.That(transposed.Shape, Is.EqualTo(new Shape(3, 2)));
            Assert.That(transposed.Span.ToArray(), Is.EqualTo([1.0, 4, 2, 5, 3, 6]));
            Assert.That(X.MatMul(transposed).Span.ToArray(), Is.EqualTo(gram));
            Assert.That(X.MatMul(X, transposeB: true).Span.ToArray(), Is.EqualTo(gram));
            Assert.That(transposed.MatMul(transposed, transposeA: true).Span.ToArray(), Is.EqualTo(gram));
            Assert.That(transposed.MatMul(X, transposeA: true, transposeB: true).Span.ToArray(), Is.EqualTo(gram));
            Assert.That(() => X.MatMul(X), Throws.ArgumentException.With.Message.Contains("[2, 3] has 3, [2, 3] has 2"));
            Assert.That(() => X.MatMul(Tensor<double>.Zeros([])), Throws.ArgumentException.With.Message.Contains("not [2, 3] and []"));
            Assert.That(() => Tensor<double>.Zeros([3]).Transpose(), Throws.ArgumentException);
        });
    }
}
