namespace Diffusion.Tensors.Threading;

/// <summary>How a length is cut into tasks of equal size, the last one perhaps smaller; right up to the largest length.</summary>
internal static class Parts
{
    /// <summary>How many parts of <paramref name="size"/> there are: ⌈length / size⌉.</summary>
    public static int Count(int length, int size) => (length / size) + (length % size == 0 ? 0 : 1);

    /// <summary>Where part number <paramref name="part"/> begins and ends.</summary>
    public static (int From, int To) Range(int part, int size, int length)
    {
        int from = part * size;
        return (from, from + Math.Min(size, length - from));
    }
}
