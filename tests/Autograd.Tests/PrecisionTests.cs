using System.Numerics;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>What is checked in double is what runs in float: the same code gives the same numbers, to the rounding of float.</summary>
public sealed class PrecisionTests
{
    // A few hundred operations of float on numbers of size 1; their errors stay below a hundred epsilons.
    private const double Allowed = 100.0 / (1 << 23);

    [Test]
    public void Float_agrees_with_double()
    {
        double[][] expected = Run<double>(), actual = Run<float>();
        for (int i = 0; i < expected.Length; i++)
        {
            double size = expected[i].Max(Math.Abs);
            for (int j = 0; j < expected[i].Length; j++)
                Assert.That(actual[i][j], Is.EqualTo(expected[i][j]).Within(Allowed * Math.Max(size, 1e-3)), $"result {i}, element {j}");
        }
    }

    private static double[][] Run<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var tape = Tape<T>.Start();
        Variable<T> Input(Shape shape, int seed)
        {
            var random = new Random(seed);
            var tensor = Tensor<T>.Uninitialized(shape);
            foreach (ref var element in tensor.Span)
                element = T.CreateTruncating((float)((2 * random.NextDouble()) - 1));
            return tape.Variable(tensor, requiresGradient: true);
        }

        Variable<T>[] inputs = [Input([5, 6, 8], 1), Input([3, 8, 12], 2), Input([12], 3), Input([12], 4), Input([12], 5), Input([4, 12, 8], 6), Input([8, 7], 7), Input([4, 7], 8), Input([3, 3, 7, 9], 9), Input([9], 10), Input([4, 3, 9, 5], 11)];
        var h = inputs[0].Conv1d(inputs[1], inputs[2], padding: 1).GroupNorm(4, inputs[3], inputs[4], silu: true);
        h = h.ConvTranspose1d(inputs[5], stride: 2, padding: 1).Tanh();
        h = h.Linear(inputs[6]).AddRows(new TableRows<T>(inputs[7], [0, 3, 3, 1, 2]));
        h = h.Reshape([5, 3, 4, 7]).Conv2d(inputs[8], inputs[9], padding: 1).ConvTranspose2d(inputs[10], stride: 2, padding: (1, 0));
        var loss = Loss.Huber(h.Softmax(), h.Gelu(), 0.5);
        tape.Backward(loss);
        return [Numbers(loss.Value), .. inputs.Select(input => Numbers(input.Gradient!))];
    }

    private static double[] Numbers<T>(Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(tensor.Span.ToArray(), double.CreateChecked);
}
