using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>Geometries of convolutions that exist.</summary>
internal static class Conv1dCases
{
    private static readonly (int Batch, int In, int Out)[] Channels =
        [(1, 1, 1), (3, 4, 8), (2, 8, 4), (1, 16, 32), (2, 12, 36), (3, 5, 17), (1, 32, 16), (2, 33, 3), (9, 4, 4), (1, 64, 64)];

    /// <summary>Every combination of kernel, stride, padding, dilation, groups and length that is a convolution, with channels in turn.</summary>
    public static IEnumerable<Conv1dShape> Grid()
    {
        int turn = 0;
        foreach (int kernel in (int[])[1, 2, 3, 5])
        {
            foreach (int stride in (int[])[1, 2, 3])
            {
                foreach (int padding in (int[])[0, 1, 3])
                {
                    foreach (int dilation in kernel == 1 ? (int[])[1, 2] : [1, 2, 3])
                    {
                        foreach (int groups in (int[])[1, 2, 4])
                        {
                            foreach (int length in (int[])[1, 2, 3, 6, 11, 16])
                            {
                                if ((dilation * (kernel - 1)) + 1 > length + (2 * padding))
                                    continue;
                                (int batch, int inChannels, int outChannels) = Channels[turn++ % Channels.Length];
                                if (inChannels % groups != 0 || outChannels % groups != 0)
                                    (batch, inChannels, outChannels) = (2, 4 * (1 + (turn % 3)), 4 * (1 + (turn % 5)));
                                yield return new Conv1dShape(batch, length, inChannels, outChannels, kernel, stride, padding, dilation, groups);
                            }
                        }
                    }
                }
            }
        }
    }

    /// <summary>Large enough for several tasks, for depths beyond a block, and for panels of all widths.</summary>
    public static IEnumerable<Conv1dShape> Large() =>
    [
        new(1, 100, 32, 48, 3, padding: 1),
        new(40, 2, 64, 64, 2),
        new(20, 2, 128, 70, 3, padding: 1),
        new(3, 65, 33, 31, 5, stride: 2, padding: 2),
        new(2, 64, 32, 64, 4, stride: 4),
        new(5, 33, 16, 16, 3, padding: 2, dilation: 2, groups: 4),
        new(600, 4, 3, 2, 3, padding: 1),
        new(0, 8, 4, 4, 3, padding: 1),
    ];

    /// <summary>Valid geometries of any kind, small enough to compare quickly.</summary>
    public static Gen<Conv1dShape> Any() =>
        from kernel in Gen.Choose(1, 5)
        from dilation in Gen.Choose(1, 3)
        from padding in Gen.Choose(0, 4)
        from stride in Gen.Choose(1, 4)
        from groups in Gen.Choose(1, 3)
        from groupIn in Gen.Choose(1, 18)
        from groupOut in Gen.Choose(1, 18)
        from batch in Gen.Choose(0, 4)
        from more in Gen.Choose(0, 12)
        let least = Math.Max(1, (dilation * (kernel - 1)) + 1 - (2 * padding))
        select new Conv1dShape(batch, least + more, groups * groupIn, groups * groupOut, kernel, stride, padding, dilation, groups);
}
