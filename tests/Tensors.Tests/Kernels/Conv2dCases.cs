using System.Numerics;
using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>Geometries of two-dimensional convolutions that exist.</summary>
internal static class Conv2dCases
{
    private static readonly (int Batch, int In, int Out)[] Channels =
        [(1, 1, 1), (3, 4, 8), (2, 8, 4), (1, 16, 32), (2, 12, 20), (3, 5, 17), (1, 32, 16), (2, 33, 3), (9, 4, 4), (1, 48, 48)];

    /// <summary>Every combination of kernel, stride, padding, dilation, groups and size that is a convolution, square and not, with channels in turn.</summary>
    public static IEnumerable<Conv2dShape> Grid()
    {
        int turn = 0;
        foreach (var kernel in (Size2d[])[1, 2, 3, (1, 3), (4, 2)])
        {
            foreach (var stride in (Size2d[])[1, 2, (3, 1)])
            {
                foreach (var padding in (Size2d[])[0, 1, (0, 2)])
                {
                    foreach (var dilation in (Size2d[])[1, (2, 3)])
                    {
                        foreach (int groups in (int[])[1, 4])
                        {
                            foreach (var size in (Size2d[])[1, (3, 2), (4, 9), 7, (11, 6)])
                            {
                                if (!Fits(size.Height, kernel.Height, padding.Height, dilation.Height) || !Fits(size.Width, kernel.Width, padding.Width, dilation.Width))
                                    continue;
                                (int batch, int inChannels, int outChannels) = Channels[turn++ % Channels.Length];
                                if (inChannels % groups != 0 || outChannels % groups != 0)
                                    (batch, inChannels, outChannels) = (2, 4 * (1 + (turn % 3)), 4 * (1 + (turn % 5)));
                                yield return new Conv2dShape(batch, size.Height, size.Width, inChannels, outChannels, kernel, stride, padding, dilation, groups);
                            }
                        }
                    }
                }
            }
        }

        static bool Fits(int size, int kernel, int padding, int dilation) => (dilation * (kernel - 1)) + 1 <= size + (2 * padding);
    }

    /// <summary>Large enough for several tasks, for windows that are cut along both dimensions, and for panels of all widths; the layers of an image model.</summary>
    public static IEnumerable<Conv2dShape> Large() =>
    [
        new(2, 28, 28, 32, 32, 3, padding: 1),
        new(3, 14, 14, 64, 64, 3, padding: 1),
        new(5, 7, 7, 64, 96, 3, padding: 1),
        new(2, 28, 28, 32, 32, 3, stride: 2, padding: 1),
        new(3, 7, 7, 64, 64, 3, stride: 2, padding: 1),
        new(2, 14, 14, 32, 48, 4, stride: 2, padding: 1),
        new(9, 28, 28, 1, 32, 3, padding: 1),
        new(2, 28, 28, 32, 1, 3, padding: 1),
        new(2, 14, 14, 64, 96, 1),
        new(2, 14, 14, 64, 32, 1, stride: 2),
        new(2, 8, 8, 16, 32, 2, stride: 2),
        new(2, 30, 40, 64, 16, 3, padding: 1),
        new(1, 2, 90, 256, 8, (2, 3), padding: (0, 1)),
        new(2, 12, 12, 32, 32, 3, padding: 2, dilation: 2, groups: 2),
        new(0, 8, 8, 4, 4, 3, padding: 1),
    ];

    /// <summary>Valid geometries of any kind, small enough to compare quickly.</summary>
    public static Gen<Conv2dShape> Any() =>
        from height in Axis()
        from width in Axis()
        from groups in Gen.Choose(1, 3)
        from groupIn in Gen.Choose(1, 12)
        from groupOut in Gen.Choose(1, 12)
        from batch in Gen.Choose(0, 3)
        select new Conv2dShape(
            batch, height.Size, width.Size, groups * groupIn, groups * groupOut, (height.Kernel, width.Kernel),
            (height.Stride, width.Stride), (height.Padding, width.Padding), (height.Dilation, width.Dilation), groups);

    /// <summary>
    /// Forward pass and gradients against the reference in double precision: without bias and overwriting, then with bias and
    /// adding to what is there. Gives the largest errors relative to the largest numbers.
    /// </summary>
    public static (double Forward, double Input, double Weight) Compare<T>(Conv2dShape shape, double forward, double input, double weight)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] x = TestData.Uniform<T>(shape.Input.Length, 1), w = TestData.Uniform<T>(shape.Weight.Length, 2), bias = TestData.Uniform<T>(shape.OutChannels, 3);
        T[] dy = TestData.Uniform<T>(shape.Output.Length, 4);
        double[] x64 = x.ToDouble(), w64 = w.ToDouble(), dy64 = dy.ToDouble();
        double[] y64 = TestData.OtherGarbage(dy.Length), dx64 = TestData.OtherGarbage(x.Length), dw64 = TestData.OtherGarbage(w.Length);
        Reference.Conv2d.Forward<double>(shape, x64, w64, [], y64);
        Reference.Conv2d.InputGradient<double>(shape, dy64, w64, dx64, accumulate: false);
        Reference.Conv2d.WeightGradient<double>(shape, x64, dy64, dw64, accumulate: false);

        double worstForward = 0, worstInput = 0, worstWeight = 0;
        foreach (bool again in (bool[])[false, true])
        {
            var y = Guarded<T>.ForOutput(dy.Length);
            double[] expected = again ? [.. y64.Select((value, i) => value + double.CreateChecked(bias[i % bias.Length]))] : y64;
            Tensors.Kernels.Conv2d.Forward<T>(shape, new Guarded<T>(x).Span, new Guarded<T>(w).Span, again ? bias : [], y.Span);
            Check.Close(y, expected, forward, $"Forward of {shape}, bias {again}");
            worstForward = Math.Max(worstForward, Error<T>(y.Span, expected));

            var dx = again ? new Guarded<T>(x) : Guarded<T>.ForOutput(x.Length);
            expected = again ? [.. dx64.Zip(x64, (value, before) => value + before)] : dx64;
            Tensors.Kernels.Conv2d.InputGradient<T>(shape, new Guarded<T>(dy).Span, new Guarded<T>(w).Span, dx.Span, again);
            Check.Close(dx, expected, input, $"Input gradient of {shape}, accumulate {again}");
            worstInput = Math.Max(worstInput, Error<T>(dx.Span, expected));

            var dw = again ? new Guarded<T>(w) : Guarded<T>.ForOutput(w.Length);
            expected = again ? [.. dw64.Zip(w64, (value, before) => value + before)] : dw64;
            Tensors.Kernels.Conv2d.WeightGradient<T>(shape, new Guarded<T>(x).Span, new Guarded<T>(dy).Span, dw.Span, again);
            Check.Close(dw, expected, weight, $"Weight gradient of {shape}, accumulate {again}");
            worstWeight = Math.Max(worstWeight, Error<T>(dw.Span, expected));
        }

        return (worstForward, worstInput, worstWeight);
    }

    private static double Error<T>(ReadOnlySpan<T> actual, double[] expected)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double worst = 0, size = 1e-30;
        for (int i = 0; i < expected.Length; i++)
            (worst, size) = (Math.Max(worst, Math.Abs(double.CreateChecked(actual[i]) - expected[i])), Math.Max(size, Math.Abs(expected[i])));
        return worst / size;
    }

    private static Gen<(int Size, int Kernel, int Stride, int Padding, int Dilation)> Axis() =>
        from kernel in Gen.Choose(1, 4)
        from dilation in Gen.Choose(1, 4)
        from padding in Gen.Choose(0, 4)
        from stride in Gen.Choose(1, 4)
        from more in Gen.Choose(0, 7)
        let least = Math.Max(1, (dilation * (kernel - 1)) + 1 - (2 * padding))
        select (least + more, kernel, stride, padding, dilation);
}
