using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>The number of threads changes no bit of any result.</summary>
[NonParallelizable]
public sealed class ThreadTests
{
    [Test]
    public void Samples_and_metrics_are_the_same_for_any_number_of_threads()
    {
        int before = Workers.ThreadCount;
        try
        {
            var results = new List<(float[] Samples, double Sliced, double Energy, double SlicedInThree, double Covariance)>();
            foreach (int threads in (int[])[1, 2, 5])
            {
                Workers.ThreadCount = threads;
                var random = new RandomSource(15);
                var schedule = NoiseSchedule.Cosine(5);
                var x = new DdpmSampler<float>().Sample(
                    new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule), schedule, Start.Draw<float>(random, [10_001, 2, 1]), default, random);
                var data = GaussianMixture.TwoPixel.Sample<float>(7000, random.For(Purpose.Data).At(0)).X0;
                double slicedInThree = SlicedWasserstein.Between(x.Rows(0, 9999).Reshape(6666, 3), data.Rows(0, 6999).Reshape(4666, 3));
                results.Add((x.Span.ToArray(), SlicedWasserstein.Between(x, data), EnergyDistance.Between(x, data, 500), slicedInThree, OptimalVariance.For(GaussianMixture.TwoPixel, schedule).Covariance(3)));
            }

            foreach (var result in results)
            {
                Assert.That(result.Samples.AsSpan().SequenceEqual(results[0].Samples));
                Assert.That((result.Sliced, result.Energy, result.SlicedInThree, result.Covariance), Is.EqualTo((results[0].Sliced, results[0].Energy, results[0].SlicedInThree, results[0].Covariance)));
            }
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }
}
