using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>Sums (and the largest) over the channels of each group, spread over the group's channels again.</summary>
internal static unsafe class GroupSums
{
    /// <summary>
    /// channels[c] = Σ channels[c'] over the group of c. There must be room for a whole number of vectors. Where a group is a power
    /// of two within a vector, or at least a vector, lanes are exchanged and added in log₂ steps.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SumWithinGroups<TVector, T>(T* channels, int count, int groupChannels)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = TVector.Count;
        if (width > 1 && groupChannels <= width && BitOperations.IsPow2(groupChannels))
        {
            for (int c = 0; c < count; c += width)
                TVector.Store(SumLanes<TVector, T>(TVector.Load(channels + c), groupChannels), channels + c);
        }
        else if (width > 1 && groupChannels >= width)
        {
            int back = groupChannels - width;
            for (int g = 0; g < count; g += groupChannels)
            {
                T* group = channels + g;
                TVector total = TVector.Load(group);
                int c = width;
                for (; c <= back; c += width)
                    total += TVector.Load(group + c);
                if (c < groupChannels)
                    total += Tail.OnlyNew<TVector, T>(TVector.Load(group + back), back);
                total = SumLanes<TVector, T>(total, width);
                for (c = 0; c < back; c += width)
                    TVector.Store(total, group + c);
                TVector.Store(total, group + back);
            }
        }
        else
        {
            for (int g = 0; g < count; g += groupChannels)
            {
                T total = T.Zero;
                for (int c = 0; c < groupChannels; c++)
                    total += channels[g + c];
                new Span<T>(channels + g, groupChannels).Fill(total);
            }
        }
    }

    /// <summary>Each lane becomes the sum of its run of the given length, a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector SumLanes<TVector, T>(TVector x, int run)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (run > 1)
            x += TVector.Exchanged(x, 1);
        if (run > 2)
            x += TVector.Exchanged(x, 2);
        if (run > 4)
            x += TVector.Exchanged(x, 4);
        if (run > 8)
            x += TVector.Exchanged(x, 8);
        if (run > 16)
            x += TVector.Exchanged(x, 16);
        return x;
    }

    /// <summary>Each lane becomes the largest of its run of the given length, a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector MaxLanes<TVector, T>(TVector x, int run)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (run > 1)
            x = TVector.Max(x, TVector.Exchanged(x, 1));
        if (run > 2)
            x = TVector.Max(x, TVector.Exchanged(x, 2));
        if (run > 4)
            x = TVector.Max(x, TVector.Exchanged(x, 4));
        if (run > 8)
            x = TVector.Max(x, TVector.Exchanged(x, 8));
        if (run > 16)
            x = TVector.Max(x, TVector.Exchanged(x, 16));
        return x;
    }
}
