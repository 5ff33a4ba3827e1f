using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tests.Networks;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

/// <summary>Images conditioned on small versions of themselves.</summary>
public sealed class UpscalingSourceTests
{
    private static readonly ImageSet Images = ImageSet.Of(
        (new RandomSource(2).For(Purpose.Data).At(0).Uniform<float>([10, 4, 6, 2]) * 2) - 1, (int[])[0, 1, 2, 0, 1, 2, 0, 1, 2, -1]);

    [Test]
    public void A_pixel_of_the_small_image_is_the_mean_of_a_block()
    {
        // Two channels: the second is ten times the first.
        var image = Tensor<double>.From([1, 2, 4, 2], [.. ((double[])[1, 3, 5, 7, 2, 6, 9, 11]).SelectMany(value => new[] { value, 10 * value })]);
        var small = UpscalingSource<double>.Shrunk(image, 2);
        Assert.That(small.Shape, Is.EqualTo(new Shape(1, 1, 2, 2)));
        Assert.That(small.Span.ToArray(), Is.EqualTo((double[])[3, 30, 8, 80]), "(1 + 3 + 2 + 6)/4 and (5 + 7 + 9 + 11)/4");
        var large = UpscalingSource<double>.Enlarged(small, 2);
        Assert.That(large.Shape, Is.EqualTo(image.Shape));
        Assert.That(large.Span.ToArray(), Is.EqualTo((double[])[3, 30, 3, 30, 8, 80, 8, 80, 3, 30, 3, 30, 8, 80, 8, 80]));
    }

    [TestCase(2)]
    [TestCase(4)]
    [TestCase(3)]
    [TestCase(5)]
    public void Small_images_come_back_from_large_ones(int factor)
    {
        var small = TestUNets.Numbers<double>([3, 2, 5, 3], 1);
        var back = UpscalingSource<double>.Shrunk(UpscalingSource<double>.Enlarged(small, factor), factor);

        // Sums of equal numbers are exact where their number is a power of two.
        Assert.That(back.Span.ToArray(), Is.EqualTo(small.Span.ToArray()).Within(factor is 2 or 4 ? 0 : 1e-15));
        Assert.That(back.Shape, Is.EqualTo(small.Shape));
        Assert.That(UpscalingSource<double>.Enlarged(small, 1).Span.SequenceEqual(small.Span));
    }

    [Test]
    public void A_batch_is_that_of_the_images_with_their_own_means_beside_it()
    {
        var flipping = new ImageSource<float>(Images) { FlipHorizontally = true };
        var source = new UpscalingSource<float>(flipping, 2);
        for (long step = 0; step < 3; step++)
        {
            var (x0, labels, values) = Batch(source, step);
            var alone = Tensor<float>.Zeros(x0.Shape);
            int[] own = new int[7];
            flipping.Fill(alone, own, values: null, new RandomSource(4).At(step));
            Assert.That(x0.Span.SequenceEqual(alone.Span));
            Assert.That(labels, Is.EqualTo(own));
            Assert.That(values.Span.SequenceEqual(UpscalingSource<float>.Enlarged(UpscalingSource<float>.Shrunk(x0, 2), 2).Span), "of the image as it is shown, mirrored too");
            var again = Batch(new UpscalingSource<float>(new ImageSource<float>(Images) { FlipHorizontally = true }, 2), step);
            Assert.That(again.X0.Span.SequenceEqual(x0.Span) && again.Values.Span.SequenceEqual(values.Span), "the same batch for the same step");
        }

        Assert.That(Batch(source, 0).X0.Span.SequenceEqual(Batch(source, 1).X0.Span), Is.False);
    }

    [Test]
    public void It_says_what_it_is()
    {
        var images = new ImageSource<float>(ImageSet.Of(Tensor<float>.Zeros([2, 12, 12, 1]), (int[])[0, 1]));
        UpscalingSource<float> by2 = new(images, 2), by3 = new(images, 3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new[] { images.Description, by2.Description, by3.Description }, Is.Unique);
            Assert.That(by2.Description, Is.EqualTo($"{images.Description}, conditioned on 2 x 2 means"));
            Assert.That((by2.Classes, by2.BatchShape(5), by2.ValuesShape(5)), Is.EqualTo((2, new Shape(5, 12, 12, 1), (Shape?)new Shape(5, 12, 12, 1))));
        }
    }

    [Test]
    public void A_network_learns_from_it_and_listens_to_the_small_image()
    {
        var source = new UpscalingSource<float>(new ImageSource<float>(ImageSet.Of(Images.ToTensor<float>())), 2);
        var network = new UNet<float>(TestUNets.Images(4, 6, channels: 2, image: 2), new RandomSource(1));
        var settings = new TrainingConfiguration { Iterations = 150, Batch = 16, LearningRate = 1e-2, Warmup = 5, LabelDropout = 0, Ema = .9, Seed = 2 };
        var trainer = new Trainer<float>(network, NoiseSchedule.Cosine(TestUNets.Timesteps), new SimpleObjective<float>(Parameterisation.X0), source, settings);
        trainer.Run();
        double first = trainer.Losses.Take(15).Average(), last = trainer.Losses.TakeLast(15).Average();

        // x_0 of pure noise: the best without the small image is the mean, whose error is the variance of the data, 1/3.
        var (x0, _, values) = Batch(source, 1000);
        var noise = TestUNets.Numbers<float>(x0.Shape, 5);
        double Error(Tensor<float> shown) => network.Predict(noise, [TestUNets.Timesteps], shown).Zip(x0.Span.ToArray(), (p, x) => (p - x) * (p - x)).Average();
        var others = Tensor<float>.Concatenate([values.Rows(1, 7), values.Rows(0, 1)], 0);
        TestContext.Out.WriteLine($"loss {first:F3} to {last:F3}; error at pure noise {Error(values):F3} with its own small image, {Error(others):F3} with another's");
        Assert.That(last, Is.LessThan(.7 * first));
        Assert.That(Error(values), Is.LessThan(.8 * Error(others)));
    }

    [TestCase(0)]
    [TestCase(1)]
    public void A_training_shows_the_small_images_or_drops_them_all(double dropout)
    {
        var source = new UpscalingSource<float>(new ImageSource<float>(ImageSet.Of(Images.ToTensor<float>())), 2);
        var network = new UNet<float>(TestUNets.Images(4, 6, channels: 2, image: 2), new RandomSource(1));
        var objective = new Watching();
        var settings = new TrainingConfiguration { Iterations = 3, Batch = 5, LearningRate = 1e-3, LabelDropout = dropout, Ema = .9, Seed = 2 };
        new Trainer<float>(network, NoiseSchedule.Cosine(TestUNets.Timesteps), objective, source, settings).Run();
        Assert.That(objective.AskedOfNone, Is.EqualTo(Enumerable.Repeat(dropout == 1, 3)));
    }

    [Test]
    public void What_has_no_small_version_is_refused()
    {
        var images = new ImageSource<float>(Images);
        static void Refuses(Action make, string message) => Assert.That(make, Throws.InstanceOf<ArgumentException>().With.Message.Contains(message));
        using (Assert.EnterMultipleScope())
        {
            Refuses(() => _ = new UpscalingSource<float>(images, 1), "The factor is 1 for images [1, 4, 6, 2]; accepted is 2 or more");
            Refuses(() => _ = new UpscalingSource<float>(images, 3), "The factor is 3 for images [1, 4, 6, 2]");
            Refuses(() => _ = new UpscalingSource<float>(images, 4), "by which height and width can be divided");
            Refuses(() => _ = new UpscalingSource<float>(new TensorSource<float>(Tensor<float>.Zeros([5, 4])), 2), "the shape [1, 4]; accepted are images [N, H, W, C]");
            Refuses(() => _ = new UpscalingSource<float>(new UpscalingSource<float>(images, 2), 2), "have conditions of the shape [1, 4, 6, 2] already");
            Refuses(() => UpscalingSource<float>.Shrunk(Tensor<float>.Zeros([4, 4, 1]), 2), "for images [4, 4, 1]");
            Refuses(() => UpscalingSource<float>.Enlarged(Tensor<float>.Zeros([4, 4]), 2), "shape [4, 4]; accepted is [N, H, W, C]");
            Refuses(() => UpscalingSource<float>.Enlarged(Tensor<float>.Zeros([1, 4, 4, 1]), 0), "factor");
            Refuses(() => new UpscalingSource<float>(images, 2).Fill(Tensor<float>.Zeros([2, 4, 6, 2]), new int[2], values: null, default), "values");
        }
    }

    private static (Tensor<float> X0, int[] Labels, Tensor<float> Values) Batch(UpscalingSource<float> source, long step)
    {
        Tensor<float> x0 = Tensor<float>.Zeros(source.BatchShape(7)), values = Tensor<float>.Zeros(source.ValuesShape(7)!.Value);
        int[] labels = new int[7];
        source.Fill(x0, labels, values, new RandomSource(4).At(step));
        return (x0, labels, values);
    }

    private sealed class Watching : SimpleObjective<float>
    {
        public List<bool> AskedOfNone { get; } = [];

        protected override Variable<float> LossOf(TrainingBatch<float> batch)
        {
            AskedOfNone.Add(batch.Condition.IsNone);
            return base.LossOf(batch);
        }
    }
}
