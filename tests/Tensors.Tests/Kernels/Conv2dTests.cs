using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class Conv2dTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Strides_paddings_dilations_and_groups_agree_with_the_reference()
    {
        foreach (var shape in Conv2dCases.Grid())
            Compare(shape);
    }

    [Test]
    public void Large_convolutions_agree()
    {
        foreach (var shape in Conv2dCases.Large())
            Compare(shape);
    }

    [Test]
    public void Any_convolution_agrees() => Check.ForAll(Conv2dCases.Any(), Compare, count: 200);

    [Test]
    public void NaN_reaches_the_outputs_that_see_it_and_no_others()
    {
        var shape = new Conv2dShape(2, 8, 8, 4, 6, 3, padding: 1);
        T[] x = TestData.Uniform<T>(shape.Input.Length, 1), weight = TestData.Uniform<T>(shape.Weight.Length, 2), y = new T[shape.Output.Length];
        x[(((((1 * 8) + 5) * 8) + 2) * 4) + 3] = T.NaN;
        Tensors.Kernels.Conv2d.Forward<T>(shape, x, weight, [], y);
        for (int at = 0; at < y.Length; at++)
        {
            int n = at / (8 * 8 * 6), i = at / (8 * 6) % 8, j = at / 6 % 8;
            Assert.That(T.IsNaN(y[at]), Is.EqualTo(n == 1 && i is >= 4 and <= 6 && j is >= 1 and <= 3), $"image {n}, position ({i}, {j})");
        }
    }

    [Test]
    public void Wrong_lengths_are_named()
    {
        var shape = new Conv2dShape(2, 8, 7, 4, 6, 3, padding: 1);
        T[] x = new T[shape.Input.Length], weight = new T[shape.Weight.Length], y = new T[shape.Output.Length];
        const string Message = "A convolution of [2, 8, 7, 4] with [3, 3, 4, 6] to [2, 8, 7, 6] got";
        Assert.Multiple(() =>
        {
            Assert.That(() => Tensors.Kernels.Conv2d.Forward<T>(shape, x.AsSpan(1), weight, [], y), Throws.ArgumentException.With.Message.Contains(Message));
            Assert.That(() => Tensors.Kernels.Conv2d.Forward<T>(shape, x, weight, new T[5], y), Throws.ArgumentException.With.Message.Contains("bias"));
            Assert.That(() => Tensors.Kernels.Conv2d.InputGradient<T>(shape, y, weight.AsSpan(1), x, false), Throws.ArgumentException.With.Message.Contains(Message));
            Assert.That(() => Tensors.Kernels.Conv2d.WeightGradient<T>(shape, x, y.AsSpan(1), weight, false), Throws.ArgumentException.With.Message.Contains(Message));
        });
    }

    [Test]
    public void Geometries_that_cannot_be_are_named()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new Conv2dShape(1, 2, 9, 4, 4, 3), Throws.ArgumentException.With.Message.Contains("covers 3 positions, but the height is only 2, with 0 of padding"));
            Assert.That(() => new Conv2dShape(1, 9, 9, 4, 4, 3, stride: (1, 0)), Throws.ArgumentException.With.Message.Contains("The stride of a convolution is 0"));
            Assert.That(() => new Conv2dShape(1, 9, 9, 4, 4, 3, padding: -1), Throws.ArgumentException.With.Message.Contains("The padding of a convolution is -1"));
            Assert.That(() => new Conv2dShape(1, 9, 9, 4, 6, 3, groups: 4), Throws.ArgumentException.With.Message.Contains("outChannels").And.Message.Contains("4 groups"));
            Assert.That(() => new ConvTranspose2dShape(1, 9, 9, 4, 4, 3, stride: 2, outputPadding: (0, 2)), Throws.ArgumentException.With.Message.Contains("outputPadding"));
            Assert.That(() => new ConvTranspose2dShape(1, 1, 9, 4, 4, 3, padding: 2), Throws.ArgumentException.With.Message.Contains("must have at least 1"));
        });
    }

    [Test]
    public void Padding_may_be_as_large_as_a_shape()
    {
        const int Padding = 1_000_000_000;
        Assert.That(new Conv2dShape(1, 1, 1, 1, 1, (3, 1), padding: (Padding, 0)).OutSize, Is.EqualTo(new Size2d((2 * Padding) - 1, 1)));
        Assert.That(new Conv2dShape(1, 1, 1, 1, 1, (1, 3), padding: (0, Padding)).OutSize, Is.EqualTo(new Size2d(1, (2 * Padding) - 1)));
    }

    private static void Compare(Conv2dShape shape)
    {
        using var use = new WinogradScope(WinogradUse.Off);
        _ = Conv2dCases.Compare<T>(
            shape, Tolerance.Sum<T>(shape.Kernel.Area * shape.GroupIn), Tolerance.Sum<T>(shape.Kernel.Area * shape.GroupOut), Tolerance.Sum<T>(shape.Batch * shape.OutSize.Area));
    }
}
