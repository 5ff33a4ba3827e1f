using Diffusion.Tensors.Randomness;

namespace Diffusion.Tests.Metrics;

/// <summary>Strokes of lines and arcs, 28 x 28 in [-1, 1], each a little different: a formation can be made of them where there are no digits.</summary>
internal static class DrawnStrokes
{
    public const int Width = 28, Shapes = 4;

    /// <summary>Images, and their shapes as labels: an S, a loop with a tail, a hook and a spiral.</summary>
    public static (float[][] Images, int[] Labels) Make(int count, ulong seed)
    {
        double[] numbers = new double[5 * count];
        new RandomSource(seed).For(Purpose.Data).At(0).Uniform<double>(numbers);
        int[] labels = [.. Enumerable.Range(0, count).Select(n => n % Shapes)];
        return ([.. labels.Select((shape, n) => Draw(shape, numbers.AsSpan(5 * n, 5)))], labels);
    }

    private static float[] Draw(int shape, ReadOnlySpan<double> random)
    {
        double size = 6.5 + (2.5 * random[0]), wide = 0.7 + (0.35 * random[1]), slant = 0.4 * (random[2] - 0.5), x0 = 13.5 + (2 * (random[3] - 0.5)), y0 = 13.5 + (2 * (random[4] - 0.5));
        (double X, double Y)[] points = [.. Enumerable.Range(0, 101).Select(k => At(shape, k / 100.0)).Select(point => (x0 + (size * wide * (point.X - (slant * point.Y))), y0 + (size * point.Y)))];
        return [.. Enumerable.Range(0, Width * Width).Select(p =>
        {
            double distance = points.Min(point => Math.Sqrt(Math.Pow(point.X - (p % Width), 2) + Math.Pow(point.Y - (p / Width), 2)));
            return (float)Math.Clamp(1 - (2 * (distance - 1)), -1, 1);
        })];
    }

    // Points of [-1, 1] along the pen's way.
    private static (double X, double Y) At(int shape, double way) => shape switch
    {
        0 => (Math.Cos((2 * Math.PI * way) + 0.3), (2 * way) - 1),
        1 => way < 0.65 ? (0.6 * Math.Cos(2 * Math.PI * way / 0.65), (0.6 * Math.Sin(-2 * Math.PI * way / 0.65)) - 0.4) : (0.6, -0.4 + (4 * (way - 0.65))),
        2 => (Math.Cos((1.7 * Math.PI * way) - 2.8), Math.Sin((1.7 * Math.PI * way) - 2.8)),
        _ => ((0.3 + (0.7 * way)) * Math.Cos(9 * way), (0.3 + (0.7 * way)) * Math.Sin(9 * way)),
    };
}
