using System.Text.RegularExpressions;
using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>The training loop of README.md is this method, which is compiled and run.</summary>
public sealed partial class ReadmeTests
{
    [Test]
    public void The_loop_of_the_readme_trains_and_samples()
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "images.csv");

        // From here on as in README.md, but for the number of steps and the place of the file.
        const int Steps = 600, Batch = 512;
        var random = new RandomSource(Seed: 0);
        var data = GaussianMixture.TwoPixel;
        var model = new TwoPixelUNet<float>(new TwoPixelUNetConfiguration { Timesteps = 50 }, random);
        var optimiser = new Adam<float>(model.Parameters) { LearningRate = 2e-3 };
        var schedule = NoiseSchedule.Cosine(timesteps: 50);

        for (int step = 0; step < Steps; step++)
        {
            using var tape = Tape<float>.Start();                  // its memory returns when it ends

            var draw = random.At(step);                            // this step's own streams
            var (x0, label) = data.Sample(Batch, draw);            // [N, 2, 1], [N]
            int[] t = draw.Integers(1, schedule.T + 1, Batch);     // [N]
            var noise = draw.Normal(x0.Shape);
            var xt = schedule.QSample(x0, t, noise);               // assignment eq. 3

            var loss = Loss.MeanSquared(model.Forward(tape, xt, t, label), noise);   // assignment eq. 9
            tape.Backward(loss);
            optimiser.Step();
        }

        // A thousand images of class 0: assignment eq. 13.
        var denoiser = new NetworkDenoiser<float>(model, Parameterisation.Epsilon, schedule);
        var start = Start.Draw<float>(random, [1000, 2, 1]);
        var images = new DdpmSampler<float>().Sample(denoiser, schedule, start, 0, random);
        PointFile.WriteCsv(file, images, [0]);

        Assert.That(File.ReadLines(file).Count(), Is.EqualTo(1001));
        Assert.That(MixtureStatistics.Of(data, images).Modes[0].Weight, Is.GreaterThan(0.95), "they are of the class that was asked for");
    }

    [Test]
    public void The_readme_says_what_is_run()
    {
        string[] own = [.. Lines(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Outside.Tests", "ReadmeTests.cs")))];
        var told = Code().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md"))).Single(block => block.Value.Contains("TwoPixelUNet", StringComparison.Ordinal)).Groups[1].Value;
        string[] lines = [.. Lines(told).Where(line => !line.StartsWith("using Diffusion", StringComparison.Ordinal) && !line.StartsWith("const int Steps", StringComparison.Ordinal)
            && !line.StartsWith("PointFile", StringComparison.Ordinal))];
        Assert.That(lines, Has.Length.GreaterThan(20));
        Assert.That(lines, Is.SubsetOf(own));
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();
}
