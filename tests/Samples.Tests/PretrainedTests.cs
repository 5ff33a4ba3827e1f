using Diffusion.Data;
using Diffusion.Digits;
using Diffusion.Generation;
using Diffusion.Images;
using Diffusion.Images.Experiments;
using Diffusion.Images.Running;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The files that come with the program of the digits.</summary>
[TestFixture]
internal sealed class PretrainedTests
{
    private const int MiB = 1 << 20;

    private static PretrainedFiles Pretrained => DigitsPreset.Files;

    [Test]
    public void The_model_is_small_and_says_how_it_was_trained()
    {
        var model = ModelFile.Load<float>(Pretrained.Model);
        var run = (DigitsRun)new DigitsPreset().LoadRun(Pretrained.Configuration);
        Assert.Multiple(() =>
        {
            Assert.That(new FileInfo(Pretrained.Model).Length, Is.LessThanOrEqualTo(8 * MiB));
            Assert.That(model.Training, Is.EqualTo(run.ToTraining()));
            Assert.That(((MnistUNet<float>)model.Network).Configuration.Widths, Is.EqualTo(run.Widths));
            Assert.That(model.Schedule.T, Is.EqualTo(run.Timesteps));
            Assert.That(run.ToJson(), Is.EqualTo(new DigitsRun().ToJson()), "the documented command has no options");
        });
    }

    [Test]
    public void The_metrics_are_those_of_the_standard_settings()
    {
        var metrics = ImageMetrics.Load(Pretrained.File("metrics.json"));
        Assert.Multiple(() =>
        {
            Assert.That(metrics.Guidance, Is.EqualTo(DigitsPreset.StandardGeneration.Guidance));
            Assert.That(metrics.Settings, Is.EqualTo(DigitsPreset.StandardGeneration.Describe()));
            Assert.That(metrics.Count, Is.EqualTo(10_000));
        });
    }

    [Test]
    public void The_classifier_tells_real_digits_apart()
    {
        Assert.That(new FileInfo(Pretrained.Classifier).Length, Is.LessThan(MiB));
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DIFFUSION_DATA")))
            Assert.Ignore("DIFFUSION_DATA is not set, so there are no real digits to test with.");
        var data = Data.Mnist.Load(new MnistOptions());
        var (classifier, _) = ClassifierFile.Load<float>(Pretrained.Classifier);
        Assert.That(classifier.Accuracy(data.Test), Is.GreaterThanOrEqualTo(0.992));
    }

    [Test]
    [Explicit(Long.Why)]
    [Category(Long.Name)]
    public void Generated_digits_are_those_that_were_asked_for()
    {
        // 40 digits, one in 200 of which the classifier sees otherwise: four or more of them come once in 100,000 runs.
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 10)];
        var images = new Generator<float>(ModelFile.Load<float>(Pretrained.Model), DigitsPreset.StandardGeneration with { Steps = 12 }).Sample(40, labels);
        var (classifier, _) = ClassifierFile.Load<float>(Pretrained.Classifier);
        Assert.That(classifier.Classify(images).Classes.Zip(labels).Count(pair => pair.First == pair.Second), Is.GreaterThanOrEqualTo(37));
    }

    [Test]
    public void Generating_stops_after_the_step_under_way()
    {
        using var cancellation = new CancellationTokenSource();
        var denoiser = new CancelsAtSecondCall(cancellation);
        var generator = new Generator<float>(ModelFile.Load<float>(Pretrained.Model), DigitsPreset.StandardGeneration with { Sampler = "ddpm", Steps = null });
        var start = Tensor<float>.Zeros([2, 28, 28, 1]);
        Assert.That(() => generator.Sample(denoiser, start, new[] { 1, 2 }, new RandomSource(0), cancellation: cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(denoiser.Calls, Is.EqualTo(2));
    }

    private sealed class CancelsAtSecondCall(CancellationTokenSource source) : IDenoiser<float>
    {
        public int Calls { get; private set; }

        public void Predict(Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition, Prediction<float> prediction)
        {
            prediction.Fill(Parameterisation.X0, [new NoiseLevel(t[0], 0.6, 0.8)], xt, Tensor<float>.Zeros(xt.Shape));
            if (++Calls == 2)
                source.Cancel();
        }
    }
}
