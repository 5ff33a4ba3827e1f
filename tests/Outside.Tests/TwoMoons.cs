using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Outside.Tests;

/// <summary>Data of the tests: two half circles that reach into each other.</summary>
internal static class TwoMoons
{
    /// <summary>Points [N, 2] of variance about 1, and which moon each is of.</summary>
    public static (Tensor<float> Points, int[] Labels) Draw(int count, int step)
    {
        var stream = new RandomSource(17).For(Purpose.Data).At(step);
        float[] angles = new float[count];
        stream.Uniform<float>(angles);
        var points = new RandomSource(17).For(Purpose.Noise).At(step).Normal<float>([count, 2]) * 0.05f;
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 2)];
        for (int i = 0; i < count; i++)
        {
            var (sin, cos) = MathF.SinCos(MathF.PI * angles[i]);
            points[i, 0] += 1.2f * (labels[i] == 0 ? cos - 0.5f : 0.5f - cos);
            points[i, 1] += 1.6f * (labels[i] == 0 ? sin - 0.25f : 0.25f - sin);
        }

        return (points, labels);
    }
}
