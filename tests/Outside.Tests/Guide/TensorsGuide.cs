using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Nn;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>The code of docs/guide/01-tensors.md.</summary>
internal static class TensorsGuide
{
    public static void Start()
    {
        var (x0, labels) = GaussianMixture.TwoPixel.Sample(1200, new RandomSource(Seed: 0).At(0));
        Console.WriteLine($"shape {x0.Shape}, {x0.Length} numbers, {labels.Length} labels");
    }

    public static void Where_an_element_stands()
    {
        var a = Tensor<float>.From([2, 3], 1, 2, 3, 4, 5, 6);
        var reshaped = a.Reshape(3, 2);
        var turned = a.Transpose();
        a[0, 1] = 20;
        Console.WriteLine($"reshaped sees the change: {reshaped[0, 1]}; the transpose does not: {turned[1, 0]}");
        Console.WriteLine($"memory of a:         {string.Join(" ", a.Span.ToArray())}");
        Console.WriteLine($"memory of transpose: {string.Join(" ", turned.Span.ToArray())}");
    }

    public static void Why_channels_come_last()
    {
        var random = new RandomSource(1).For(Purpose.Data).At(0);
        var x = random.Normal<double>([1, 6, 4]);                                     // [N, L, C]
        var w = random.Normal<double>([2, 4, 3]);                                     // [K, C, Cout]
        using var tape = Tape<double>.Start();
        var y = tape.Variable(x).Conv1d(tape.Variable(w), null, stride: 2).Value;     // [1, 3, 3]
        var product = x.Reshape(3, 8).MatMul(w.Reshape(8, 3));                        // [Lout, K·C]·[K·C, Cout]
        Console.WriteLine($"{y.Shape}, largest difference {(y.Reshape(3, 3) - product).Abs().Max():F12}");
    }

    public static void Memory_that_is_used_again()
    {
        var pool = new TensorPool<float>();
        foreach (int n in (int[])[64, 65, 129, 1000, 1025])
        {
            long before = pool.AllocatedBytes;
            _ = pool.Rent([n]);
            Console.WriteLine($"{n} numbers asked, room for {(pool.AllocatedBytes - before) / sizeof(float)}");
        }
    }
}
