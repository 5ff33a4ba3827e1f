using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>The code of docs/guide/02-tape.md.</summary>
internal static class TapeGuide
{
    public static void Start()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Tensor<double>.From([1, 2], 0.5, -1), name: "x");
        var w = new Variable<double>(Tensor<double>.From([2, 1], 2, 1), requiresGradient: true) { Name = "w" };
        var loss = x.Linear(w).Silu().Square().Sum();
        Console.Write(tape.ToMermaid());
    }

    public static void What_the_backward_pass_keeps_and_why()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Tensor<double>.From([1, 2], 0.5, -1));
        var w = new Variable<double>(Tensor<double>.From([2, 1], 2, 1), requiresGradient: true);
        tape.Backward(x.Linear(w).Silu().Square().Sum());

        // z = x·w = 0, so y = z·σ(z) = 0, and dL/dy = 2y = 0: this point is a bad test of anything.
        Console.WriteLine($"at w = (2, 1): {string.Join(", ", w.Gradient!.Span.ToArray())}");

        // z = 0.5·2 - 1·3 = -2; dz = 2y·σ(z)·(1 + z·(1 - σ(z))), dw = x·dz.
        w.Value[1, 0] = 3;
        w.ClearGradient();
        using var second = Tape<double>.Start();
        second.Backward(second.Variable(Tensor<double>.From([1, 2], 0.5, -1)).Linear(w).Silu().Square().Sum());
        double z = -2, s = 1 / (1 + Math.Exp(-z)), dz = 2 * z * s * s * (1 + (z * (1 - s)));
        Console.WriteLine($"at w = (2, 3): tape {w.Gradient![0, 0]:F6}, {w.Gradient![1, 0]:F6}; by hand {0.5 * dz:F6}, {-dz:F6}");
    }

    public static void The_memory_of_a_tape()
    {
        var random = new RandomSource(0);
        var network = new MlpDenoiser<float>(new() { Dimensions = 2, Width = 64, Timesteps = 50 }, random);
        var x = random.For(Purpose.Data).At(0).Normal<float>([128, 2, 1]);
        List<long> bytes = [];
        for (int step = 0; step < 20; step++)
        {
            using var tape = Tape<float>.Start();
            tape.Backward(network.Forward(tape, x, [25.0], default).Square().Mean());
            bytes.Add(tape.AllocatedBytes);
        }
        Console.WriteLine($"grew after the second step: {bytes[^1] > bytes[1]}; operations are forgotten, memory is not: {bytes[^1] > 0}");
    }
}
