using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Tensors.Kernels;

/// <summary>Fills spans with the numbers of a <see cref="RandomStream"/>.</summary>
internal static class RandomKernels
{
    /// <summary>A word as a number in [0, 1).</summary>
    public static double ToUnit(uint word) => word * (1.0 / 4294967296.0);

    /// <summary>destination[s·perSample + e] ~ N(0, 1) by Box and Muller: each block of four words gives two pairs.</summary>
    public static void Normal<T>(in RandomStream stream, Span<T> destination, int perSample, int firstSample)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckSamples(destination.Length, perSample);
        if (typeof(T) == typeof(float) && Vector256.IsHardwareAccelerated)
        {
            PhiloxKernel.Fill(stream, MemoryMarshal.Cast<T, float>(destination), perSample, firstSample, uniform: false);
            return;
        }

        int samples = destination.Length / perSample;
        for (int sample = 0; sample < samples; sample++)
        {
            var values = destination.Slice(sample * perSample, perSample);
            for (int block = 0; 4 * block < values.Length; block++)
            {
                var (x0, x1, x2, x3) = stream.Block((uint)block, (uint)(firstSample + sample));
                var (a, b) = BoxMuller<T>(x0, x1);
                var (c, d) = BoxMuller<T>(x2, x3);
                var rest = values[(4 * block)..];
                rest[0] = a;
                if (rest.Length > 1)
                    rest[1] = b;
                if (rest.Length > 2)
                    rest[2] = c;
                if (rest.Length > 3)
                    rest[3] = d;
            }
        }
    }

    /// <summary>destination[s·perSample + e] uniform in [0, 1).</summary>
    public static void Uniform<T>(in RandomStream stream, Span<T> destination, int perSample, int firstSample)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckSamples(destination.Length, perSample);
        if (typeof(T) == typeof(float) && Vector256.IsHardwareAccelerated)
        {
            PhiloxKernel.Fill(stream, MemoryMarshal.Cast<T, float>(destination), perSample, firstSample, uniform: true);
            return;
        }

        int samples = destination.Length / perSample;
        Span<uint> words = stackalloc uint[4];
        for (int sample = 0; sample < samples; sample++)
        {
            var values = destination.Slice(sample * perSample, perSample);
            for (int i = 0; i < values.Length; i++)
            {
                if (i % 4 == 0)
                    (words[0], words[1], words[2], words[3]) = stream.Block((uint)(i / 4), (uint)(firstSample + sample));
                values[i] = typeof(T) == typeof(float)
                    ? T.CreateTruncating((words[i % 4] >> 8) * (1.0 / 16777216.0))
                    : T.CreateTruncating(ToUnit(words[i % 4]));
            }
        }
    }

    // (-2 ln u)^(1/2) (cos, sin)(2 pi v) with u in (0, 1), v in [0, 1).
    private static (T First, T Second) BoxMuller<T>(uint word0, uint word1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double radius = Math.Sqrt(-2 * Math.Log((word0 + 0.5) * (1.0 / 4294967296.0)));
        var (sin, cos) = Math.SinCos(2 * Math.PI * ToUnit(word1));
        return (T.CreateTruncating(radius * cos), T.CreateTruncating(radius * sin));
    }

    private static void CheckSamples(int length, int perSample)
    {
        if (perSample < 1 || length % perSample != 0)
            throw new ArgumentException($"{length} numbers cannot be split into samples of {perSample}.", nameof(perSample));
    }
}
