using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Generation;
using Diffusion.Metrics;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>The code of docs/guide/09-images.md.</summary>
internal static class ImagesGuide
{
    public static void Numbers_in_1_1()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(b => (byte)b)], back = new byte[256];
        float[] numbers = new float[256];
        ImageSet.ToNumbers<float>(bytes, numbers);
        ImageSet.ToBytes<float>(numbers, back);
        Console.WriteLine($"0 -> {numbers[0]}, 255 -> {numbers[255]}, all bytes come back: {back.AsSpan().SequenceEqual(bytes)}");
    }

    public static void Why_larger_images_need_more_noise()
    {
        var level = NoiseSchedule.Cosine(400).At(200);
        var smooth = Tensor<double>.Full([200, 16, 16, 1], 0.5);
        var noise = new RandomSource(0).For(Purpose.Noise).At(0).Normal<double>(smooth.Shape);
        var noisy = NoiseSchedule.Cosine(400).QSample(smooth, [200.0], noise);
        using var tape = Tape<double>.StartInference();
        var blocks = tape.Variable(noisy).AvgPool2d(4).Value;                        // [200, 4, 4, 1]
        Console.WriteLine($"variance of the noise in units of S²: pixels {noisy.Var() / level.B:F2}, blocks of 4 x 4 {blocks.Var() / level.B:F2}; 1/16 = {1 / 16.0}");
    }

    public static void A_small_network_trained_here()
    {
        var bars = new StreamSource<float>("upright and lying bars", [8, 8, 1], (draw, x0, labels) =>
        {
            draw.For(Purpose.Data).Integers(0, 16, labels);                          // class and place in one number
            for (int i = 0; i < x0.Length; i++)
                x0.Span[i] = (labels[i / 64] < 8 ? i % 8 : i % 64 / 8) == labels[i / 64] % 8 ? 1 : -1;
            for (int i = 0; i < labels.Length; i++)
                labels[i] /= 8;
        }, classes: 2);
        var sizes = new UNetConfiguration { Height = 8, Width = 8, Channels = 1, Classes = 2, Levels = [new() { Width = 16 }, new() { Width = 32 }], Embedding = 32, Timesteps = 100 };
        UNet<float> Network() => new(sizes, new RandomSource(0));
        var trainer = new Trainer<float>(Network(), NoiseSchedule.Cosine(100), new SimpleObjective<float>(Parameterisation.V), bars, new() { Iterations = 200, Batch = 16, LearningRate = 3e-3, Ema = 0.95 });
        trainer.Run();

        int[] asked = [.. Enumerable.Range(0, 40).Select(i => i % 2)];
        var images = new Generator<float>(Model<float>.Of(trainer, Network()), new() { Guidance = 1, ClampX0 = new(-1, 1) }).Sample(40, asked);
        Tensor<float> ofColumns = images.Mean([1, 3]).Var(1), ofRows = images.Mean([2, 3]).Var(1);
        int right = asked.Where((label, i) => label == (ofColumns[i] > ofRows[i] ? 0 : 1)).Count();
        Console.WriteLine($"at least 36 of 40 bars lie as was asked: {right >= 36}");
    }

    public static void The_judge()
    {
        var random = new RandomSource(0).For(Purpose.Metrics);
        foreach (int n in (int[])[250, 1000, 4000])
        {
            double[] floors = [.. Enumerable.Range(0, 6).Select(i => FrechetDistance.Between(random.At(2 * i).Normal<double>([n, 16]), random.At((2 * i) + 1).Normal<double>([n, 16])))];
            Console.WriteLine($"{n} draws each: {floors.Average():F2}, of which the means explain {2.0 / n * 16:F3}");
        }
    }
}
