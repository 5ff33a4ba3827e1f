using System.Numerics;
using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class UpsampleTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Channels_around_vector_widths_agree_with_the_reference()
    {
        foreach (int channels in TestData.Sizes)
            Compare(new UpsampleShape(2, (3, 2), channels, 2));
        Compare(new UpsampleShape(9, (14, 13), 32, 2));
        Compare(new UpsampleShape(0, (3, 2), 4, 2));
    }

    [Test]
    public void Any_shape_agrees()
    {
        var shapes = from batch in Gen.Choose(0, 3)
                     from height in Gen.Choose(1, 6)
                     from width in Gen.Choose(1, 6)
                     from channels in Gen.Choose(1, 20)
                     from factorHeight in Gen.Choose(1, 4)
                     from factorWidth in Gen.Choose(1, 4)
                     select new UpsampleShape(batch, (height, width), channels, (factorHeight, factorWidth));
        Check.ForAll(shapes, Compare);
    }

    [Test]
    public void Wrong_lengths_are_named()
    {
        var shape = new UpsampleShape(1, (2, 3), 4, 2);
        Assert.That(() => UpsampleNearest.Forward<T>(shape, new T[24], new T[95]), Throws.ArgumentException.With.Message.Contains("[1, 2, 3, 4] to [1, 4, 6, 4]"));
        Assert.That(() => UpsampleNearest.Backward<T>(shape, new T[96], new T[23], false), Throws.ArgumentException.With.Message.Contains("23"));
    }

    private static void Compare(UpsampleShape shape)
    {
        T[] x = TestData.Uniform<T>(shape.Input.Length, 1), dy = TestData.Uniform<T>(shape.Output.Length, 2);
        var y = Guarded<T>.ForOutput(dy.Length);
        double[] y64 = TestData.OtherGarbage(dy.Length);
        UpsampleNearest.Forward<T>(shape, new Guarded<T>(x).Span, y.Span);
        Reference.UpsampleNearest.Forward<double>(shape.Batch, shape.Size, shape.Channels, shape.Factor, x.ToDouble(), y64);
        Check.Close(y, y64, 0, $"{shape}");
        foreach (bool accumulate in (bool[])[false, true])
        {
            var dx = accumulate ? new Guarded<T>(x) : Guarded<T>.ForOutput(x.Length);
            double[] dx64 = accumulate ? x.ToDouble() : TestData.OtherGarbage(x.Length);
            UpsampleNearest.Backward<T>(shape, new Guarded<T>(dy).Span, dx.Span, accumulate);
            Reference.UpsampleNearest.Backward<double>(shape.Batch, shape.Size, shape.Channels, shape.Factor, dy.ToDouble(), dx64, accumulate);
            Check.Close(dx, dx64, Tolerance.Sum<T>(shape.Factor.Area), $"Gradient of {shape}, accumulate {accumulate}", floor: 1);
        }
    }
}
