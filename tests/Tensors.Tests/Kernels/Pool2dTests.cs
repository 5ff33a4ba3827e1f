using System.Numerics;
using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class Pool2dTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Channels_around_vector_widths_agree_with_the_reference()
    {
        foreach (int channels in TestData.Sizes)
            Compare(new Pool2dShape(2, 5, 4, channels, 2));
    }

    // Several tasks; windows that overlap, that leave gaps, and that hang over the edges; no image.
    [Test]
    public void Larger_images_agree()
    {
        Compare(new Pool2dShape(9, 28, 28, 32, 2));
        Compare(new Pool2dShape(3, 14, 13, 48, 3, 2, 1));
        Compare(new Pool2dShape(5, 17, 12, 33, (3, 2), (1, 3), (1, 0)));
        Compare(new Pool2dShape(2, 9, 9, 64, 2, 4));
        Compare(new Pool2dShape(1, 7, 7, 96, 7));
        Compare(new Pool2dShape(0, 7, 7, 8, 2));
    }

    [Test]
    public void Any_shape_agrees()
    {
        var shapes = from batch in Gen.Choose(0, 3)
                     from height in Gen.Choose(1, 9)
                     from width in Gen.Choose(1, 9)
                     from channels in Gen.Choose(1, 20)
                     from kernelHeight in Gen.Choose(1, 4)
                     from kernelWidth in Gen.Choose(1, 4)
                     from strideHeight in Gen.Choose(1, 4)
                     from strideWidth in Gen.Choose(1, 4)
                     from paddingHeight in Gen.Choose(0, kernelHeight / 2)
                     from paddingWidth in Gen.Choose(0, kernelWidth / 2)
                     where kernelHeight <= height + (2 * paddingHeight) && kernelWidth <= width + (2 * paddingWidth)
                     select new Pool2dShape(batch, height, width, channels, (kernelHeight, kernelWidth), (strideHeight, strideWidth), (paddingHeight, paddingWidth));
        Check.ForAll(shapes, Compare, count: 200);
    }

    [Test]
    public void The_first_of_equal_numbers_gets_the_gradient([Values(1, 4, 16)] int channels)
    {
        var shape = new Pool2dShape(1, 2, 2, channels, 2);
        T[] x = new T[4 * channels], y = new T[channels], place = new T[channels], dy = TestData.Uniform<T>(channels, 1), dx = new T[x.Length];
        MaxPool2d.Forward<T>(shape, x, y, place);
        MaxPool2d.Backward<T>(shape, place, dy, dx, accumulate: false);
        Check.Same<T>(dx.AsSpan(0, channels), dy, "the first tap");
        Assert.That(dx[channels..], Is.All.Zero);
    }

    [Test]
    public void NaN_and_infinities_in_a_window_show_in_its_result_alone([Values(0, 1, 2, 3)] int at, [Values(1, 8, 32)] int channels)
    {
        var shape = new Pool2dShape(1, 2, 4, channels, 2);
        T[] x = TestData.Uniform<T>(shape.Input.Length, 1), y = new T[shape.Output.Length];
        int tap = (((at / 2) * 4) + (at % 2)) * channels;
        foreach (T value in (T[])[T.NaN, T.PositiveInfinity])
        {
            x[tap] = value;
            MaxPool2d.Forward<T>(shape, x, y, []);
            Assert.That(y[0], Is.EqualTo(value));
            Assert.That(y[1..].All(T.IsFinite));
        }

        x[tap] = T.NegativeInfinity;
        MaxPool2d.Forward<T>(shape, x, y, []);
        Assert.That(y.All(T.IsFinite));
    }

    [Test]
    public void Wrong_lengths_and_sizes_are_named()
    {
        var shape = new Pool2dShape(1, 4, 4, 2, 2);
        Assert.Multiple(() =>
        {
            Assert.That(() => MaxPool2d.Forward<T>(shape, new T[31], new T[8], []), Throws.ArgumentException.With.Message.Contains("spans of 31, 8"));
            Assert.That(() => MaxPool2d.Backward<T>(shape, new T[7], new T[8], new T[32], false), Throws.ArgumentException.With.Message.Contains("7 elements"));
            Assert.That(() => AvgPool2d.Forward<T>(shape, true, new T[32], new T[9]), Throws.ArgumentException.With.Message.Contains("spans of 32 and 9"));
            Assert.That(() => AvgPool2d.Backward<T>(shape, true, new T[8], new T[33], false), Throws.ArgumentException);
            Assert.That(() => new Pool2dShape(1, 4, 4, 2, 5), Throws.ArgumentException.With.Message.Contains("5x5 does not fit into an image of 4x4"));
            Assert.That(() => new Pool2dShape(1, 4, 4, 2, 3, padding: 2), Throws.ArgumentException.With.Message.Contains("padding of a pooling is 2x2"));
            Assert.That(() => new Pool2dShape(1, 4, 4, 2, 2, stride: 0), Throws.ArgumentException.With.Message.Contains("stride of a pooling is 0x0"));
            Assert.That(() => new Pool2dShape(0, 1, 1 << 30, 1, (2, 1), (1, 1), (1, 0)), Throws.ArgumentException, "images that no batch could have");
            Assert.That(() => new Pool2dShape(1, 4, 4, 0, 2), Throws.ArgumentException.With.Message.Contains("channels of a pooling is 0"));
        });
    }

    // Single precision tells the first 2^24 whole numbers apart.
    [Test]
    public void A_window_with_too_many_taps_to_be_numbered_is_refused_where_a_gradient_needs_the_number()
    {
        var shape = new Pool2dShape(1, 1, 1, 1, (4097, 4096), padding: (2048, 2048));
        T[] x = [T.Pi], y = new T[shape.Output.Length], place = new T[y.Length];
        MaxPool2d.Forward<T>(shape, x, y, []);
        Assert.That(y, Is.All.EqualTo(T.Pi));
        if (typeof(T) == typeof(float))
            Assert.That(() => MaxPool2d.Forward<T>(shape, x, y, place), Throws.ArgumentException.With.Message.Contains("more than the 16777216"));
        else
            MaxPool2d.Forward<T>(shape, x, y, place);
    }

    private static void Compare(Pool2dShape shape)
    {
        T[] x = TestData.Uniform<T>(shape.Input.Length, 1), dy = TestData.Uniform<T>(shape.Output.Length, 2), before = TestData.Uniform<T>(x.Length, 3);
        Guarded<T> y = Guarded<T>.ForOutput(dy.Length), place = Guarded<T>.ForOutput(dy.Length);
        double[] y64 = TestData.OtherGarbage(dy.Length), place64 = TestData.OtherGarbage(dy.Length);
        MaxPool2d.Forward<T>(shape, new Guarded<T>(x).Span, y.Span, place.Span);
        Reference.MaxPool2d.Forward<double>(shape.Batch, shape.Size, shape.Channels, shape.Kernel, shape.Stride, shape.Padding, x.ToDouble(), y64, place64);
        Check.Close(y, y64, 0, $"Maximum of {shape}");
        Check.Close(place, place64, 0, $"Place of the maximum of {shape}");
        var alone = Guarded<T>.ForOutput(dy.Length);
        MaxPool2d.Forward<T>(shape, x, alone.Span, []);
        Check.Same<T>(alone.Span, y.Span, $"Maximum of {shape} without places");

        T[] kept = place.Span.ToArray();
        double sums = Tolerance.Sum<T>(shape.Kernel.Area);
        foreach (bool accumulate in (bool[])[false, true])
        {
            var (dx, dx64) = Gradient(before, accumulate);
            MaxPool2d.Backward<T>(shape, kept, new Guarded<T>(dy).Span, dx.Span, accumulate);
            Reference.MaxPool2d.Backward<double>(shape.Batch, shape.Size, shape.Channels, shape.Kernel, shape.Stride, shape.Padding, kept.ToDouble(), dy.ToDouble(), dx64, accumulate);
            Check.Close(dx, dx64, sums, $"Gradient of the maximum of {shape}, accumulate {accumulate}", floor: 1);

            foreach (bool countPadding in (bool[])[false, true])
            {
                y = Guarded<T>.ForOutput(dy.Length);
                AvgPool2d.Forward<T>(shape, countPadding, new Guarded<T>(x).Span, y.Span);
                Reference.AvgPool2d.Forward<double>(shape.Batch, shape.Size, shape.Channels, shape.Kernel, shape.Stride, shape.Padding, countPadding, x.ToDouble(), y64);
                Check.Close(y, y64, sums, $"Average of {shape}, padding counted {countPadding}", floor: 1);

                (dx, dx64) = Gradient(before, accumulate);
                AvgPool2d.Backward<T>(shape, countPadding, new Guarded<T>(dy).Span, dx.Span, accumulate);
                Reference.AvgPool2d.Backward<double>(shape.Batch, shape.Size, shape.Channels, shape.Kernel, shape.Stride, shape.Padding, countPadding, dy.ToDouble(), dx64, accumulate);
                Check.Close(dx, dx64, sums, $"Gradient of the average of {shape}, padding counted {countPadding}, accumulate {accumulate}", floor: 1);
            }
        }
    }

    private static (Guarded<T> Fast, double[] Reference) Gradient(T[] before, bool accumulate) =>
        (accumulate ? new Guarded<T>(before) : Guarded<T>.ForOutput(before.Length), accumulate ? before.ToDouble() : TestData.OtherGarbage(before.Length));
}
