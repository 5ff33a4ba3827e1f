using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Peers.Cases;

/// <summary>The same inputs on every run.</summary>
internal static class Inputs
{
    /// <summary>Standard normal numbers; another <paramref name="stream"/> gives others.</summary>
    public static Tensor<float> Normal(Shape shape, int stream)
    {
        var tensor = Tensor<float>.Uninitialized(shape);
        new RandomSource(7).At(stream).For(Purpose.Data).Normal(tensor.Span, Math.Max(1, tensor.Length));
        return tensor;
    }
}
