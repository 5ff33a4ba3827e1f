using Diffusion.Generation;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tests.Networks;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Generation;

/// <summary>Changed, filled-in and interpolated samples of models whose answers are known: class 1 is a Gaussian of deviation .1 about (.75, -.45).</summary>
public sealed class GeneratorEditsTests
{
    private const int Count = 2000;

    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(50);
    private static readonly Model<double> Model = MixtureNetwork.Model(Schedule);
    private static readonly Tensor<double> Far = Tensor<double>.Full([Count, 2, 1], 2);

    private static Generator<double> Deterministic => new(Model, new() { Steps = 30, Seed = 2 });

    // By whole steps of DDPM the mean keeps the share g²d²/(g²d² + S²) of what was given, as with the sampler alone.
    [TestCase(.02)]
    [TestCase(.1)]
    [TestCase(.4)]
    public void An_edit_keeps_the_share_of_the_data_that_its_strength_leaves(double strength)
    {
        var level = Schedule.At(strength * Schedule.T);
        var edited = new Generator<double>(Model, new() { Sampler = "ddpm", Steps = null, Seed = 2 }).Edit(Far, strength, 1);
        double left = (edited.Mean(0)[0, 0] - .75) / (2 - .75), share = level.A * .01 / ((level.A * .01) + level.B);
        TestContext.Out.WriteLine($"{strength}: {left:F4} of {share:F4}");
        Assert.That(left, Is.EqualTo(share).Within(4 * .1 / 1.25 / Math.Sqrt(Count)));
    }

    [Test]
    public void A_strength_that_tends_to_nothing_keeps_the_data()
    {
        double Change(double strength) => (Deterministic.Edit(Far, strength, 1) - Far).Abs().Max();
        double[] changes = [Change(1e-1), Change(1e-3), Change(1e-5)];
        TestContext.Out.WriteLine(string.Join(", ", changes));
        Assert.That(changes, Is.Ordered.Descending);
        Assert.That(changes[0], Is.GreaterThan(.5));
        Assert.That(changes[2], Is.LessThan(1e-2));
    }

    // At full strength the data are as good as forgotten, with any sampler: the same times, the same noise.
    [Test]
    public void Full_strength_is_generation([Values("dpm++2m", "ddim", "ddpm", "deis2")] string sampler)
    {
        var generator = new Generator<double>(Model, new() { Sampler = sampler, Steps = 15, Seed = 2 });
        Tensor<double> edited = generator.Edit(Far, 1, 1), sampled = generator.Sample(Count, 1);
        TestContext.Out.WriteLine($"{sampler}: {(edited - sampled).Abs().Max():E2}");
        Assert.That((edited - sampled).Abs().Max(), Is.LessThan(2e-3));
        Assert.That(edited.Std(0).Span.ToArray(), Is.EqualTo(sampled.Std(0).Span.ToArray()).Within(1e-4));
    }

    [Test]
    public void Where_the_end_is_pure_noise_nothing_is_left()
    {
        var model = MixtureNetwork.Model(NoiseSchedule.Straight(50));
        var generator = new Generator<double>(model, new() { Sampler = "ddim", Steps = 15, Seed = 2 });
        Assert.That(generator.Edit(Far, 1, 1).Span.SequenceEqual(generator.Sample(Count, 1).Span));
    }

    [Test]
    public void An_edit_in_batches_tells_of_them_and_ends_when_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var generator = new Generator<double>(Model, new() { Batch = 900 });
        var done = new List<int>();
        _ = generator.Edit(Far, .5, 1, done.Add);
        Assert.That(done, Is.EqualTo((int[])[900, 1800, 2000]));
        Assert.That(() => generator.Edit(Far, .5, 1, _ => cancellation.Cancel(), cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        foreach (double strength in (double[])[0, -1, 1.001, double.NaN])
            Assert.That(() => generator.Edit(Far, strength), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"The strength is {strength}; accepted is above 0 to 1"));
        Assert.That(() => generator.Edit(Far, .5, (int[])[0, 1]), Throws.ArgumentException.With.Message.Contains("2 labels were given for 2000"));
    }

    [Test]
    public void What_is_known_is_kept_to_the_bit_and_the_rest_goes_with_it()
    {
        var random = new RandomSource(7);
        Tensor<double> known = random.For(Purpose.Data).At(0).Normal<double>([200, 2, 1]) * .02, mask = Tensor<double>.Zeros([200, 2, 1]);
        for (int i = 0; i < 200; i++)
            (known[i, 0, 0], known[i, 1, 0], mask[i, 0, 0]) = (known[i, 0, 0] + .75, double.NaN, 1);
        var generator = new Generator<double>(Model, new() { Sampler = "ddpm", Steps = 25, Seed = 4 });
        var filled = generator.Inpaint(known, mask);
        for (int i = 0; i < 200; i++)
        {
            Assert.That(filled[i, 0, 0], Is.EqualTo(known[i, 0, 0]), "to the bit");
            Assert.That(filled[i, 1, 0], Is.EqualTo(-.45).Within(5 * .1), "the first pixel says which peak it is");
        }

        var how = new Inpainting { Resamplings = 2 };
        var expected = how.Sample(generator.Sampler, Model.Denoiser, Schedule, known, mask, 1, new RandomSource(4));
        Assert.That(generator.Inpaint(known, mask, 1, how).Span.SequenceEqual(expected.Span));
        Assert.That(() => generator.Inpaint(known, known), Throws.ArgumentException.With.Message.Contains("The mask holds"));
        Assert.That(() => generator.Inpaint(known, mask, cancellation: new(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void A_walk_ends_where_plain_generations_are()
    {
        var generator = new Generator<double>(Model, new() { Steps = 30, Guidance = .5, Seed = 2 });
        Tensor<double> noise = generator.Noise(4), first = noise[..2], second = noise[2..];
        double[] shares = [0, .25, .5, .75, 1];
        var walks = generator.Walk(first, second, (int[])[0, 1], (int[])[1, -1], shares);
        Tensor<double> begins = generator.Watch(first, (int[])[0, 1]), ends = generator.Watch(second, (int[])[1, -1]);
        Assert.That(walks.Shape, Is.EqualTo(new Shape(10, 2, 1)));
        for (int walk = 0; walk < 2; walk++)
        {
            Assert.That(walks.Rows(5 * walk, (5 * walk) + 1).Span.ToArray(), Is.EqualTo(begins.Rows(walk, walk + 1).Span.ToArray()).Within(1e-10), $"the beginning of walk {walk}");
            Assert.That(walks.Rows((5 * walk) + 4, (5 * walk) + 5).Span.ToArray(), Is.EqualTo(ends.Rows(walk, walk + 1).Span.ToArray()).Within(1e-10), $"the end of walk {walk}");
        }

        // Between noises alone it is a generation from the noise in between; one walk alone is the same as beside another.
        var between = generator.Watch(Start.Between(first, second, .25), 1);
        var alone = generator.Walk(first, second, 1, 1, [.25]);
        Assert.That(alone.Span.ToArray(), Is.EqualTo(between.Span.ToArray()).Within(1e-10));
        Assert.That(generator.Walk(first[1..], second[1..], 1, -1, shares).Span.ToArray(), Is.EqualTo(walks.Rows(5, 10).Span.ToArray()).Within(1e-10));
        Assert.That(generator.Walk(first, second, 0, 1, []).Shape, Is.EqualTo(new Shape(0, 2, 1)));
    }

    [Test]
    public void Walks_that_do_not_fit_are_refused()
    {
        var generator = Deterministic;
        Tensor<double> two = generator.Noise(2), three = generator.Noise(3);
        void Refuses(Action walk, string message) => Assert.That(walk, Throws.InstanceOf<ArgumentException>().With.Message.Contains(message));
        using (Assert.EnterMultipleScope())
        {
            foreach (double share in (double[])[-.1, 1.1, double.NaN])
                Assert.That(() => generator.Walk(two, two, 0, 1, [0, share]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"The share {share} is outside of [0, 1]"));
            Refuses(() => generator.Walk(two, three, 0, 1, [0]), "shapes [2, 2, 1] and [3, 2, 1]");
            Refuses(() => generator.Walk(three, two, 0, 1, [0]), "shapes [3, 2, 1] and [2, 2, 1]");
            Refuses(() => generator.Walk(two, two.Reshape(2, 2), 0, 1, [0]), "shapes [2, 2, 1] and [2, 2]");
            Refuses(() => generator.Walk(two, two, (int[])[0, 1, 1], 1, [0]), "3 labels were given for 2 samples");
            Refuses(() => generator.Walk(two, two, 0, (int[])[0, 1, 1], [0]), "3 labels were given for 2 samples");
        }
    }

    [Test]
    public void Walks_are_between_images_that_all_of_them_share()
    {
        var network = new UNet<float>(TestUNets.Images(4, 3, image: 2), new RandomSource(5));
        var model = new Model<float>(network, NoiseSchedule.Cosine(TestUNets.Timesteps), new SimpleObjective<float>(Parameterisation.V), new TrainingConfiguration(), "none");
        var generator = new Generator<float>(model, new() { Steps = 4, ClampX0 = new(-1, 1) });
        Tensor<float> noise = generator.Noise(2), images = TestUNets.Numbers<float>([2, 4, 3, 2], 1);
        var walks = generator.Walk(noise, noise, images[..1], images[1..], [0, 1]);
        for (int walk = 0; walk < 2; walk++)
        {
            for (int end = 0; end < 2; end++)
            {
                var plain = generator.Watch(noise.Rows(walk, walk + 1), images.Rows(end, end + 1));
                Assert.That(walks.Rows((2 * walk) + end, (2 * walk) + end + 1).Span.ToArray(), Is.EqualTo(plain.Span.ToArray()).Within(1e-4f));
            }
        }

        Assert.That(() => generator.Walk(noise, noise, images, images, [0]), Throws.ArgumentException.With.Message.Contains("values that are the same for all"));
    }
}
