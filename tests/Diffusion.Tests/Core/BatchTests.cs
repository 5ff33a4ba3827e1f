using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Many samples come in batches: each as if it ran alone, with progress, and until they are cancelled.</summary>
public sealed class BatchTests
{
    private static readonly RandomSource Random = new(41);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(20);
    private static readonly ExactDenoiser<float> Exact = new(GaussianMixture.TwoPixel, Schedule);

    [Test]
    public void Each_batch_is_a_run_with_numbers_of_its_own()
    {
        var start = Start.Draw<float>(Random, [25, 2, 1]);
        int[] labels = [.. Enumerable.Range(0, 25).Select(i => (i % 3) - 1)];
        var sampler = new DdpmSampler<float>();
        var done = new List<int>();
        var all = sampler.SampleInBatches(Exact, Schedule, start, labels, Random, batch: 10, done.Add);
        Assert.That(done, Is.EqualTo(new[] { 10, 20, 25 }));
        for (int k = 0; k < 3; k++)
        {
            int from = 10 * k, to = Math.Min(25, from + 10);
            var part = sampler.Sample(Exact, Schedule, start.Rows(from, to), labels[from..to], Random.Derive((uint)k));
            Assert.That(all.Rows(from, to).Span.SequenceEqual(part.Span), $"batch {k}");
        }

        Assert.That(sampler.SampleInBatches(Exact, Schedule, Tensor<float>.Zeros([0, 2, 1]), default, Random).Shape, Is.EqualTo(new Shape(0, 2, 1)));
        Assert.That(() => sampler.SampleInBatches(Exact, Schedule, start, labels[..9], Random), Throws.ArgumentException.With.Message.Contains("9 labels"));
        Assert.That(() => sampler.SampleInBatches(Exact, Schedule, start, labels, Random, batch: 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Work_that_is_cancelled_ends()
    {
        using var cancellation = new CancellationTokenSource();
        var start = Start.Draw<float>(Random, [30, 2, 1]);
        int last = 0;
        Assert.That(
            () => new DdimSampler<float>().SampleInBatches(Exact, Schedule, start, default, Random, 10, count => { last = count; cancellation.Cancel(); }, cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(last, Is.EqualTo(10));
    }
}
