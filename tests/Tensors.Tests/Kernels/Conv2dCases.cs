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

    private static Gen<(int Size, int Kernel, int Stride, int Padding, int Dilation)> Axis() =>
        from kernel in Gen.Choose(1, 4)
        from dilation in Gen.Choose(1, 4)
        from padding in Gen.Choose(0, 4)
        from stride in Gen.Choose(1, 4)
        from more in Gen.Choose(0, 7)
        let least = Math.Max(1, (dilation * (kernel - 1)) + 1 - (2 * padding))
        select (least + more, kernel, stride, padding, dilation);
}
