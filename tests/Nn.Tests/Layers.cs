using Diffusion.Autograd;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Nn.Tests;

/// <summary>Small things that the tests of layers and optimisers share.</summary>
internal static class Layers
{
    public static WeightInitializer Weights(ulong seed = 1) => new(new RandomSource(seed));

    public static Tensor<double> Numbers(Shape shape, int seed)
    {
        var random = new Random(seed);
        var tensor = Tensor<double>.Uninitialized(shape);
        foreach (ref double element in tensor.Span)
            element = (2 * random.NextDouble()) - 1;
        return tensor;
    }

    /// <summary>Gives a parameter exactly this gradient: that of Σ parameter·gradient.</summary>
    public static void SetGradient(Parameter<double> parameter, params double[] gradient)
    {
        parameter.ClearGradient();
        using var tape = Tape<double>.Start();
        tape.Backward((parameter * tape.Variable(Tensor<double>.From(parameter.Shape, gradient))).Sum());
    }
}
