using Diffusion.Data;

namespace Diffusion.Tests;

/// <summary>Grey images whose classes a small classifier learns in little time: a bar whose height says the class, in noise.</summary>
internal static class BarImages
{
    /// <summary>Images of classes drawn uniformly; the side is at least 2 · (classes + 2).</summary>
    public static ImageSet Draw(int count, int seed, int side = 28, int classes = 10)
    {
        var random = new Random(seed);
        byte[] images = new byte[count * side * side];
        int[] labels = new int[count];
        for (int n = 0; n < count; n++)
        {
            labels[n] = random.Next(classes);
            for (int i = 0; i < side * side; i++)
                images[(n * side * side) + i] = (byte)((i / side / 2) - 2 == labels[n] ? 200 + random.Next(56) : random.Next(56));
        }

        return ImageSet.Of(images, [side, side, 1], labels);
    }
}
