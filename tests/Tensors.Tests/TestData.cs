using System.Numerics;

namespace Diffusion.Tensors.Tests;

/// <summary>Numbers to test with, the same in every run.</summary>
internal static class TestData
{
    /// <summary>Around the widths of vectors (4 to 16), of tiles (8 rows, 32 columns), and beyond.</summary>
    public static readonly int[] Sizes = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 101, 257];

    /// <summary>Lengths around those of one and two tasks of the element-wise loops.</summary>
    public static readonly int[] Lengths = [0, .. Sizes, 8191, 8192, 8193, 16384, 16385, 24577];

    public static T[] Uniform<T>(int length, int seed, double from = -1, double to = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var values = new T[length];
        for (int i = 0; i < length; i++)
            values[i] = T.CreateTruncating(from + ((to - from) * random.NextDouble()));
        return values;
    }

    public static int[] Indices(int count, int bound, int seed)
    {
        var random = new Random(seed);
        int[] indices = new int[count];
        for (int i = 0; i < count; i++)
            indices[i] = random.Next(bound);
        return indices;
    }

    public static double[] ToDouble<T>(this T[] values)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(values, double.CreateChecked);

    /// <summary>What the reference's output holds before: nothing like <see cref="Guarded{T}.ForOutput"/>'s, so that untouched elements show.</summary>
    public static double[] OtherGarbage(int length)
    {
        double[] values = new double[length];
        Array.Fill(values, -777.0);
        return values;
    }
}
