using System.Numerics;
using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class ConvTranspose2dTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Strides_paddings_dilations_and_groups_agree_with_the_reference()
    {
        foreach (var shape in Conv2dCases.Grid())
            Compare(Adjoint(shape));
    }

    [Test]
    public void Large_transposed_convolutions_agree()
    {
        foreach (var shape in Conv2dCases.Large())
            Compare(Adjoint(shape));
    }

    [Test]
    public void Output_padding_beyond_the_stride_agrees()
    {
        Gen<(int Length, int Kernel, int Stride, int Padding, int OutputPadding, int Dilation)> axis =
            from kernel in Gen.Choose(1, 3)
            from stride in Gen.Choose(1, 3)
            from dilation in Gen.Choose(1, 4)
            from outputPadding in Gen.Choose(0, Math.Max(stride, dilation) - 1)
            from length in Gen.Choose(1, 6)
            from padding in Gen.Choose(0, (((length - 1) * stride) + (dilation * (kernel - 1)) + outputPadding) / 2)
            select (length, kernel, stride, padding, outputPadding, dilation);
        Check.ForAll(
            from height in axis
            from width in axis
            from groups in Gen.Choose(1, 2)
            from channels in Gen.Choose(1, 9)
            select new ConvTranspose2dShape(
                2, height.Length, width.Length, groups * channels, groups * (10 - channels), (height.Kernel, width.Kernel), (height.Stride, width.Stride),
                (height.Padding, width.Padding), (height.OutputPadding, width.OutputPadding), (height.Dilation, width.Dilation), groups),
            Compare, count: 200);
    }

    [Test]
    public void Any_transposed_convolution_agrees() => Check.ForAll(Conv2dCases.Any(), shape => Compare(Adjoint(shape)), count: 200);

    [Test]
    public void Wrong_lengths_are_named()
    {
        var shape = new ConvTranspose2dShape(2, 4, 3, 6, 4, 2, stride: 2);
        T[] x = new T[shape.Input.Length], weight = new T[shape.Weight.Length], y = new T[shape.Output.Length];
        const string Message = "A transposed convolution of [2, 4, 3, 6] with [2, 2, 6, 4] to [2, 8, 6, 4] got";
        Assert.Multiple(() =>
        {
            Assert.That(() => Tensors.Kernels.ConvTranspose2d.Forward<T>(shape, x.AsSpan(1), weight, [], y), Throws.ArgumentException.With.Message.Contains(Message));
            Assert.That(() => Tensors.Kernels.ConvTranspose2d.Forward<T>(shape, x, weight, new T[3], y), Throws.ArgumentException.With.Message.Contains("bias"));
            Assert.That(() => Tensors.Kernels.ConvTranspose2d.InputGradient<T>(shape, y, weight.AsSpan(1), x, false), Throws.ArgumentException.With.Message.Contains(Message));
            Assert.That(() => Tensors.Kernels.ConvTranspose2d.WeightGradient<T>(shape, x, y.AsSpan(1), weight, false), Throws.ArgumentException.With.Message.Contains(Message));
        });
    }

    // The transposed convolution whose input gradient is this convolution: what the stride leaves open is output padding.
    private static ConvTranspose2dShape Adjoint(Conv2dShape shape)
    {
        static int Open(int size, int outSize, int stride, int padding, int span) => size - (((outSize - 1) * stride) - (2 * padding) + span);
        return new ConvTranspose2dShape(
            shape.Batch, shape.OutSize.Height, shape.OutSize.Width, shape.OutChannels, shape.InChannels, shape.Kernel, shape.Stride, shape.Padding,
            (Open(shape.Size.Height, shape.OutSize.Height, shape.Stride.Height, shape.Padding.Height, shape.Span.Height),
             Open(shape.Size.Width, shape.OutSize.Width, shape.Stride.Width, shape.Padding.Width, shape.Span.Width)),
            shape.Dilation, shape.Groups);
    }

    private static void Compare(ConvTranspose2dShape shape)
    {
        using var use = new WinogradScope(WinogradUse.Off);
        T[] x = TestData.Uniform<T>(shape.Input.Length, 1), weight = TestData.Uniform<T>(shape.Weight.Length, 2), bias = TestData.Uniform<T>(shape.Output[3], 3);
        T[] dy = TestData.Uniform<T>(shape.Output.Length, 4);
        double[] x64 = x.ToDouble(), weight64 = weight.ToDouble(), dy64 = dy.ToDouble();
        var adjoint = shape.Adjoint;

        foreach (bool withBias in (bool[])[false, true])
        {
            T[] b = withBias ? bias : [];
            var y = Guarded<T>.ForOutput(shape.Output.Length);
            double[] expected = TestData.OtherGarbage(shape.Output.Length);
            Tensors.Kernels.ConvTranspose2d.Forward<T>(shape, new Guarded<T>(x).Span, new Guarded<T>(weight).Span, b, y.Span);
            Reference.ConvTranspose2d.Forward<double>(shape, x64, weight64, b.ToDouble(), expected);
            Check.Close(y, expected, Tolerance.Sum<T>(adjoint.Kernel.Area * adjoint.GroupOut), $"Forward of {shape}, bias {withBias}");
        }

        foreach (bool accumulate in (bool[])[false, true])
        {
            var dx = accumulate ? new Guarded<T>(x) : Guarded<T>.ForOutput(x.Length);
            double[] expected = accumulate ? x.ToDouble() : TestData.OtherGarbage(x.Length);
            Tensors.Kernels.ConvTranspose2d.InputGradient<T>(shape, new Guarded<T>(dy).Span, new Guarded<T>(weight).Span, dx.Span, accumulate);
            Reference.ConvTranspose2d.InputGradient<double>(shape, dy64, weight64, expected, accumulate);
            Check.Close(dx, expected, Tolerance.Sum<T>(adjoint.Kernel.Area * adjoint.GroupIn), $"Input gradient of {shape}, accumulate {accumulate}");

            var dWeight = accumulate ? new Guarded<T>(weight) : Guarded<T>.ForOutput(weight.Length);
            expected = accumulate ? weight.ToDouble() : TestData.OtherGarbage(weight.Length);
            Tensors.Kernels.ConvTranspose2d.WeightGradient<T>(shape, new Guarded<T>(x).Span, new Guarded<T>(dy).Span, dWeight.Span, accumulate);
            Reference.ConvTranspose2d.WeightGradient<double>(shape, x64, dy64, expected, accumulate);
            Check.Close(dWeight, expected, Tolerance.Sum<T>(adjoint.Batch * adjoint.OutSize.Area), $"Weight gradient of {shape}, accumulate {accumulate}");
        }
    }
}
