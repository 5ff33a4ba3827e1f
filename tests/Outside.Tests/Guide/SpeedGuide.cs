using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>The code of docs/guide/10-speed.md.</summary>
internal static class SpeedGuide
{
    public static void The_matrix_product()
    {
        foreach (var (rows, vectors) in new[] { (1, 1), (4, 1), (4, 2), (6, 2), (8, 2) })
        {
            int registers = (rows * vectors) + vectors + 1;
            Console.WriteLine($"{rows} x {vectors}: {registers} registers{(registers > 16 ? ", too many" : "")}, {rows * vectors / (double)(rows + vectors):F2} multiply-adds for each load");
        }
    }

    public static void Winograds_f2_3()
    {
        double[] d = [1, 2, 3, 4], g = [0.5, -1, 2];
        double m1 = (d[0] - d[2]) * g[0], m2 = (d[1] + d[2]) * (g[0] + g[1] + g[2]) / 2, m3 = (d[2] - d[1]) * (g[0] - g[1] + g[2]) / 2, m4 = (d[1] - d[3]) * g[2];
        Console.WriteLine($"Winograd {m1 + m2 + m3}, {m2 - m3 - m4}; definition {(d[0] * g[0]) + (d[1] * g[1]) + (d[2] * g[2])}, {(d[1] * g[0]) + (d[2] * g[1]) + (d[3] * g[2])}");
    }

    public static void When_winograd_is_taken()
    {
        int TileFor(long batch, long side)
        {
            long Multiplications(long tile) => (tile + 2) * (tile + 2) * ((batch * ((side + tile - 1) / tile) * ((side + tile - 1) / tile)) + 8);
            long definition = 9 * batch * side * side, two = Multiplications(2), four = Multiplications(4);
            return definition <= Math.Min(two, four) ? 0 : two < four ? 2 : 4;
        }
        foreach (int batch in (int[])[1, 64])
            Console.WriteLine($"batch {batch}: " + string.Join(", ", ((int[])[28, 14, 7, 4]).Select(side => $"{side} x {side}: {TileFor(batch, side) switch { 0 => "definition", var tile => $"F({tile}x{tile}, 3x3)" }}")));
    }

    public static void When_winograd_is_taken_2()
    {
        double Error(int channels)
        {
            var stream = new RandomSource(0).For(Purpose.Data);
            Tensor<double> x = stream.At(0).Normal<double>([4, 16, 16, channels]), w = stream.At(1).Normal<double>([3, 3, channels, channels]);
            using var tape = Tape<double>.StartInference();
            using var single = Tape<float>.StartInference();
            var exact = tape.Variable(x).Conv2d(tape.Variable(w), null, padding: 1).Value;
            var rounded = single.Variable(x.To<float>()).Conv2d(single.Variable(w.To<float>()), null, padding: 1).Value;
            return (rounded.To<double>() - exact).Abs().Max() / exact.Abs().Max();
        }
        Console.WriteLine($"relative error below 1e-5: by Winograd {Error(16) < 1e-5}, by the definition {Error(15) < 1e-5}; Winograd's is larger: {Error(16) > Error(15)}");
    }

    public static void Threads_and_the_same_bytes()
    {
        float[] numbers = [1e8f, 1, -1e8f, 1];
        Console.WriteLine($"from the left {((numbers[0] + numbers[1]) + numbers[2]) + numbers[3]}, in pairs {(numbers[0] + numbers[2]) + (numbers[1] + numbers[3])}");
    }
}
