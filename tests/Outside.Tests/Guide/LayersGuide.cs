using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>The code of docs/guide/04-layers.md.</summary>
internal static class LayersGuide
{
    public static void Start()
    {
        var random = new RandomSource(0);
        var block = new ResidualBlock<float>(16, 16, features: 32, new WeightInitializer(random));
        using var tape = Tape<float>.Start();
        var x = tape.Variable(random.At(0).Normal([2, 8, 8, 16]), name: "x");
        var time = tape.Variable(random.At(1).Normal([2, 32]), name: "time and class");
        _ = block.Forward(tape, x, new TableRows<float>(time, [0, 1]));
        Console.Write(tape.ToMermaid());
    }

    public static void Start_2()
    {
        var digits = new MnistUNet<float>(new MnistUNetConfiguration { Timesteps = 400 }, new RandomSource(0));
        var pixels = new TwoPixelUNet<float>(new TwoPixelUNetConfiguration { Timesteps = 50 }, new RandomSource(0));
        Console.WriteLine($"digits {digits.Parameters.Sum(p => (long)p.Value.Length)} parameters, two pixels {pixels.Parameters.Sum(p => (long)p.Value.Length)}");
    }

    public static void Normalising_in_groups()
    {
        foreach (int channels in (int[])[32, 64, 128])
        {
            var norm = new GroupNorm<double>(32, channels);
            using var tape = Tape<double>.StartInference();
            var y = norm.Forward(tape.Variable(new RandomSource(3).For(Purpose.Data).At(0).Normal<double>([1, 1, channels]))).Value;
            var sizes = y.Abs().Span.ToArray().Select(v => Math.Round(v, 1)).Distinct().Order().ToArray();
            Console.WriteLine($"{channels / 32} in a group: {(sizes.Length < 4 ? $"all are ± {string.Join(", ", sizes)}" : "numbers of many sizes")}");
        }
    }

    public static void Telling_the_time()
    {
        var fourier = new GaussianFourierFeatures<double>(20_000, new WeightInitializer(new RandomSource(0)));
        double Likeness(double u, double v)
        {
            var rows = Tensor<double>.Uninitialized([2, 20_000]);
            fourier.Features([u, v], rows);
            return (rows[..1] * rows[1..]).Sum() / 10_000;
        }
        Console.WriteLine($"t/T: 10/50 and 11/50 {Likeness(0.20, 0.22):F1}, 10/50 and 30/50 {Likeness(0.2, 0.6):F1};  t: 10 and 11 {Likeness(10, 11):F1}, 10 and 10 {Likeness(10, 10):F1}");
    }
}
