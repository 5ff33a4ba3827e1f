using Diffusion.Data;
using Diffusion.Generation;
using Diffusion.Guidance;
using Diffusion.Metrics;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.HowTo;

/// <summary>The code of docs/how-to/conditioning.md.</summary>
public sealed class ConditioningHowToTests
{
    private static readonly RandomSource Random = new(1);

    [Test]
    public void Guidance_leads_to_the_class_that_is_asked_for()
    {
        var (mixture, schedule) = (GaussianMixture.TwoPixel, NoiseSchedule.Cosine(100));
        var denoiser = new ExactDenoiser<float>(mixture, schedule);
        var classifier = new ExactClassifier<float>(mixture, schedule);
        var weaker = new ExactDenoiser<float>(new GaussianMixture([.. mixture.Components.Select(component => component with { Sigma = 0.2 })]), schedule);

        var guided = new ClassifierFreeGuidance<float>(denoiser, w: 2);                       // for images: { Rescale = 0.7 }
        var away = new ClassifierFreeGuidance<float>(denoiser, w: 1) { Negative = 1 };         // away from class 1
        var inside = new GuidanceInterval<float>(guided, denoiser, low: schedule.TimeOfLambda(3), high: schedule.TimeOfLambda(-1));
        var byClassifier = new ClassifierGuidance<float>(denoiser, classifier, schedule, scale: 1);
        var byWeaker = new Autoguidance<float>(denoiser, weaker, w: 1);                        // weaker: trained for less long, or smaller
        var projected = new AdaptiveProjectedGuidance<float>(denoiser, w: 2) { Threshold = 1 };
        var plusPlus = new CfgPlusPlusSampler<float>(lambda: 0.3, new SamplerSettings { Steps = 25 });

        var unguided = plusPlus.Sample(denoiser, schedule, Start.Draw<float>(Random, [500, 2, 1]), 0, Random);
        Assert.That(MixtureStatistics.Of(mixture, unguided).Modes[0].Weight, Is.GreaterThan(0.98));
        foreach (IDenoiser<float> each in (IDenoiser<float>[])[guided, away, inside, byClassifier, byWeaker, projected])
        {
            var samples = new DdimSampler<float>(new SamplerSettings { Steps = 25 }).Sample(each, schedule, Start.Draw<float>(Random, [500, 2, 1]), 0, Random);
            Assert.That(MixtureStatistics.Of(mixture, samples).Modes[0].Weight, Is.GreaterThan(0.98), each.GetType().Name);
        }

        // Without a condition guidance does nothing.
        var x = Random.At(0).Normal([10, 2, 1]);
        Assert.That(guided.Predict(x, [50]).X0.Span.SequenceEqual(denoiser.Predict(x, [50]).X0.Span));
    }

    [Test]
    public void A_small_image_conditions_a_large_one()
    {
        var (random, schedule) = (Random, NoiseSchedule.Cosine(100));
        var settings = new TrainingConfiguration { Iterations = 150, Batch = 16, LearningRate = 5e-3, Ema = 0.95, LabelDropout = 0.1 };
        var images = ImageSet.Of(UpscalingSource<float>.Enlarged(random.At(1).Normal([64, 4, 4, 1]).Tanh(), 2));
        var small = UpscalingSource<float>.Shrunk(images.Range(0, 4).ToTensor<float>(), 2);

        var source = new UpscalingSource<float>(new ImageSource<float>(images), factor: 2);
        var sizes = new UNetConfiguration { Height = 8, Width = 8, Channels = 1, ConditionChannels = 1, Levels = [new() { Width = 16 }], Embedding = 16, Timesteps = 100 };
        var trainer = new Trainer<float>(new UNet<float>(sizes, random), schedule, new SimpleObjective<float>(Parameterisation.V), source, settings);
        trainer.Run();

        var model = Model<float>.Of(trainer, new UNet<float>(sizes, random));
        Condition<float> asked = UpscalingSource<float>.Enlarged(small, factor: 2);                             // of [4, 4, 4, 1]
        var large = new Generator<float>(model, new() { Sampler = "ddim", Steps = 20 }).Sample(4, asked);

        double Error(int sample, int given) => (UpscalingSource<float>.Shrunk(large.Rows(sample, sample + 1), 2) - small.Rows(given, given + 1)).Square().Mean();
        for (int i = 0; i < 4; i++)
            Assert.That(Error(i, i), Is.LessThan(0.3 * Error(i, (i + 1) % 4)), "each is like its own small image, and not like another");
    }

    [Test]
    public void What_is_asked_of_each_sample_is_a_condition()
    {
        var vectors = Tensor<float>.From([3, 2], 1, 2, 3, 4, 5, 6);
        Condition<float> one = 3, each = (int[])[0, 1, -1], vector = vectors, nothing = default;
        var both = new Condition<float>((int[])[0, 1, -1], vectors, dropped: (bool[])[false, false, true]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((one.LabelOf(0), each.LabelOf(2), nothing.IsNone, vector.HasLabels), Is.EqualTo((3, -1, true, false)));
            Assert.That((both.HasValues(1), both.HasValues(2)), Is.EqualTo((true, false)));
            Assert.That(() => each.Check(2), Throws.ArgumentException.With.Message.Contains("3 labels were given for 2 samples"));
        }
    }
}
