using System.Numerics;
using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class ConvTranspose1dTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Strides_paddings_dilations_and_groups_agree_with_the_reference()
    {
        foreach (var shape in Conv1dCases.Grid())
            Compare(Adjoint(shape));
    }

    [Test]
    public void Large_transposed_convolutions_agree()
    {
        foreach (var shape in Conv1dCases.Large())
            Compare(Adjoint(shape));
    }

    // Output padding below the dilation but not below the stride: the adjoint has one output more than we have inputs.
    [Test]
    public void Output_padding_beyond_the_stride_agrees()
    {
        Compare(new ConvTranspose1dShape(2, 27, 1, 7, 1, padding: 3, outputPadding: 1, dilation: 2));
        Check.ForAll(
            from kernel in Gen.Choose(1, 4)
            from stride in Gen.Choose(1, 3)
            from dilation in Gen.Choose(1, 4)
            from outputPadding in Gen.Choose(0, Math.Max(stride, dilation) - 1)
            from length in Gen.Choose(1, 9)
            from padding in Gen.Choose(0, (((length - 1) * stride) + (dilation * (kernel - 1)) + outputPadding) / 2)
            from channels in Gen.Choose(1, 17)
            select new ConvTranspose1dShape(2, length, channels, 18 - channels, kernel, stride, padding, outputPadding, dilation),
            Compare, count: 200);
    }

    [Test]
    public void Any_transposed_convolution_agrees() => Check.ForAll(Conv1dCases.Any(), shape => Compare(Adjoint(shape)), count: 200);

    [Test]
    public void Wrong_lengths_are_named()
    {
        var shape = new ConvTranspose1dShape(2, 4, 6, 4, 2, stride: 2);
        T[] x = new T[shape.Input.Length], weight = new T[shape.Weight.Length], y = new T[shape.Output.Length];
        const string Message = "A transposed convolution of [2, 4, 6] with [2, 6, 4] to [2, 8, 4] got";
        Assert.Multiple(() =>
        {
            Assert.That(() => Tensors.Kernels.ConvTranspose1d.Forward<T>(shape, x.AsSpan(1), weight, [], y), Throws.ArgumentException.With.Message.Contains(Message));
            Assert.That(() => Tensors.Kernels.ConvTranspose1d.Forward<T>(shape, x, weight, new T[3], y), Throws.ArgumentException.With.Message.Contains("bias"));
            Assert.That(() => Tensors.Kernels.ConvTranspose1d.InputGradient<T>(shape, y, weight.AsSpan(1), x, false), Throws.ArgumentException.With.Message.Contains(Message));
            Assert.That(() => Tensors.Kernels.ConvTranspose1d.WeightGradient<T>(shape, x, y.AsSpan(1), weight, false), Throws.ArgumentException.With.Message.Contains(Message));
        });
    }

    // The transposed convolution whose input gradient is this convolution: what the stride leaves open is output padding.
    private static ConvTranspose1dShape Adjoint(Conv1dShape shape)
    {
        int least = ((shape.OutLength - 1) * shape.Stride) - (2 * shape.Padding) + shape.Span;
        return new ConvTranspose1dShape(
            shape.Batch, shape.OutLength, shape.OutChannels, shape.InChannels, shape.Kernel, shape.Stride, shape.Padding, shape.Length - least, shape.Dilation, shape.Groups);
    }

    private static void Compare(ConvTranspose1dShape shape)
    {
        T[] x = TestData.Uniform<T>(shape.Input.Length, 1), weight = TestData.Uniform<T>(shape.Weight.Length, 2), bias = TestData.Uniform<T>(shape.Output[2], 3);
        T[] dy = TestData.Uniform<T>(shape.Output.Length, 4);
        double[] x64 = x.ToDouble(), weight64 = weight.ToDouble(), dy64 = dy.ToDouble();
        var adjoint = shape.Adjoint;

        foreach (bool withBias in (bool[])[false, true])
        {
            T[] b = withBias ? bias : [];
            var y = Guarded<T>.ForOutput(shape.Output.Length);
            double[] expected = TestData.OtherGarbage(shape.Output.Length);
            Tensors.Kernels.ConvTranspose1d.Forward<T>(shape, new Guarded<T>(x).Span, new Guarded<T>(weight).Span, b, y.Span);
            Reference.ConvTranspose1d.Forward<double>(shape, x64, weight64, b.ToDouble(), expected);
            Check.Close(y, expected, Tolerance.Sum<T>(adjoint.Kernel * adjoint.GroupOut), $"Forward of {shape}, bias {withBias}");
        }

        foreach (bool accumulate in (bool[])[false, true])
        {
            var dx = accumulate ? new Guarded<T>(x) : Guarded<T>.ForOutput(x.Length);
            double[] expected = accumulate ? x.ToDouble() : TestData.OtherGarbage(x.Length);
            Tensors.Kernels.ConvTranspose1d.InputGradient<T>(shape, new Guarded<T>(dy).Span, new Guarded<T>(weight).Span, dx.Span, accumulate);
            Reference.ConvTranspose1d.InputGradient<double>(shape, dy64, weight64, expected, accumulate);
            Check.Close(dx, expected, Tolerance.Sum<T>(adjoint.Kernel * adjoint.GroupIn), $"Input gradient of {shape}, accumulate {accumulate}");

            var dWeight = accumulate ? new Guarded<T>(weight) : Guarded<T>.ForOutput(weight.Length);
            expected = accumulate ? weight.ToDouble() : TestData.OtherGarbage(weight.Length);
            Tensors.Kernels.ConvTranspose1d.WeightGradient<T>(shape, new Guarded<T>(x).Span, new Guarded<T>(dy).Span, dWeight.Span, accumulate);
            Reference.ConvTranspose1d.WeightGradient<double>(shape, x64, dy64, expected, accumulate);
            Check.Close(dWeight, expected, Tolerance.Sum<T>(adjoint.Batch * adjoint.OutLength), $"Weight gradient of {shape}, accumulate {accumulate}");
        }
    }
}
