using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Nn;

/// <summary>
/// The first values of weights, as PyTorch chooses them. Each weight has a random stream of its own, by the order in which
/// layers are made: so a layer added at the end changes no other.
/// </summary>
/// <param name="random">The source of the run.</param>
public sealed class WeightInitializer(RandomSource random)
{
    private long _next;

    /// <summary>Uniform in [-bound, bound].</summary>
    public Tensor<T> Uniform<T>(Shape shape, double bound)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var tensor = Tensor<T>.Uninitialized(shape);
        random.For(Purpose.Weights).At(_next++).Uniform(tensor.Span, Math.Max(1, tensor.Length));
        foreach (ref var element in tensor.Span)
            element = T.CreateTruncating(bound) * ((element + element) - T.One);
        return tensor;
    }

    /// <summary>
    /// Uniform in ±1/√fanIn: what Kaiming's initialisation with a = √5 comes to, PyTorch's default for linear and
    /// convolution layers and their biases.
    /// </summary>
    public Tensor<T> FanIn<T>(Shape shape, int fanIn)
        where T : unmanaged, IFloatingPointIeee754<T> => Uniform<T>(shape, 1 / Math.Sqrt(Math.Max(1, fanIn)));

    /// <summary>Normal with mean 0 and a standard deviation.</summary>
    public Tensor<T> Normal<T>(Shape shape, double standardDeviation = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var tensor = Tensor<T>.Uninitialized(shape);
        random.For(Purpose.Weights).At(_next++).Normal(tensor.Span, Math.Max(1, tensor.Length));
        foreach (ref var element in tensor.Span)
            element *= T.CreateTruncating(standardDeviation);
        return tensor;
    }
}
