using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Benchmarks;

/// <summary>The same data on every run.</summary>
internal static class Data
{
    public static float[] Empty { get; } = [];

    /// <summary>Standard normal numbers in aligned memory, as tensors have it.</summary>
    public static Tensor<float> Normal(int length, int stream = 0)
    {
        var tensor = Tensor<float>.Uninitialized([length]);
        new RandomSource(1).At(stream).For(Purpose.Data).Normal(tensor.Span, Math.Max(1, length));
        return tensor;
    }

    public static Tensor<float> Zeros(int length) => Tensor<float>.Zeros([length]);

    /// <summary>Whole numbers in [0, below).</summary>
    public static int[] Indices(int count, int below)
    {
        int[] indices = new int[count];
        new RandomSource(1).At(0).For(Purpose.Time).Integers(0, below, indices);
        return indices;
    }
}
