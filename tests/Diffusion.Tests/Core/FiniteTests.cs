using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Whatever is asked of a sampler, its states are finite, or it is refused: a number that is none never comes out.</summary>
public sealed class FiniteTests
{
    private const int Samples = 40;

    private static readonly double[] Weights = [-1, 0, 1, 7, 100];

    private static IEnumerable<TestCaseData> Names() => Samplers.All.Where(entry => entry.Name is not ("ddpm-optimal" or "ddpm-learned")).Select(entry => new TestCaseData(entry.Name));

    private static IEnumerable<NoiseSchedule> Schedules(int timesteps)
    {
        yield return NoiseSchedule.Cosine(timesteps);
        yield return NoiseSchedule.Linear(timesteps);
        yield return NoiseSchedule.Sigmoid(timesteps);
        yield return NoiseSchedule.Straight(timesteps);
        if (timesteps > 1)
        {
            yield return NoiseSchedule.Cosine(timesteps).WithZeroTerminalSnr();
            yield return NoiseSchedule.VarianceExploding(timesteps);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void States_are_finite_or_the_run_is_refused(string name)
    {
        int runs = 0, refused = 0;
        var notFinite = new List<string>();
        foreach (int timesteps in (int[])[1, 2, 3, 10, 1000])
        {
            foreach (var schedule in Schedules(timesteps))
            {
                foreach (int steps in ((int[])[1, 2, Math.Min(timesteps, 30)]).Where(steps => steps <= timesteps).Distinct())
                {
                    foreach (double end in (double[])[0, 1e-8, 1e-3])
                    {
                        foreach (double w in Weights)
                        {
                            runs++;
                            switch (Run(name, schedule, steps, end, w))
                            {
                                case null:
                                    break;
                                case ArgumentException:
                                    refused++;
                                    break;
                                case var e:
                                    notFinite.Add($"{schedule}, {steps} steps to {end}, w = {w}: {e.Message}");
                                    break;
                            }
                        }
                    }
                }
            }
        }

        TestContext.Out.WriteLine($"{runs} runs, {refused} refused, {notFinite.Count} not finite");
        Assert.That(notFinite.Take(5), Is.Empty);
        Assert.That(refused, Is.LessThan(runs / 10), "most things that can be asked for are given");
    }

    // Null where all is finite.
    private static Exception? Run(string name, NoiseSchedule schedule, int steps, double end, double w)
    {
        try
        {
            var mixture = GaussianMixture.TwoPixel;
            var sampler = Samplers.Find(name).Create<double>(new SamplerSettings { Steps = steps, EndTime = end });
            var random = new RandomSource(3);
            var denoiser = new ClassifierFreeGuidance<double>(new ExactDenoiser<double>(mixture, schedule), w);
            var start = Start.Draw<double>(random, [Samples, 2, 1], schedule, sampler.TimesFor(schedule)[0]);
            var x = sampler.Sample(denoiser, schedule, start, 0, random);
            foreach (double value in x.Span)
            {
                if (!double.IsFinite(value))
                    Assert.Fail($"{name} on {schedule} with {steps} steps to {end} and w = {w} gave {value} without a word");
            }

            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return e;
        }
    }

    [Test]
    public void A_state_that_is_no_number_is_told_with_its_step()
    {
        var schedule = NoiseSchedule.Cosine(10);
        var denoiser = new ClassifierFreeGuidance<float>(new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule), 1e38);
        var random = new RandomSource(1);
        Assert.That(
            () => new DdimSampler<float>(new SamplerSettings { Steps = 5 }).Sample(denoiser, schedule, Start.Draw<float>(random, [9, 2, 1]), 1, random),
            Throws.InvalidOperationException.With.Message.Matches("^After step [1-5] of 5 of ddim, from t = [0-9.]+ to t = [0-9.]+, the state is no longer finite"));
    }

    // Rounding gave the posterior more variance than there is noise.
    [Test]
    public void Ddim_with_all_the_noise_ends_as_near_to_the_data_as_asked()
    {
        var schedule = NoiseSchedule.Linear(10);
        var random = new RandomSource(1);
        var x = new DdimSampler<double>(new SamplerSettings { Steps = 2, EndTime = 1e-8 }) { Eta = 1 }.Sample(
            new ExactDenoiser<double>(GaussianMixture.TwoPixel, schedule), schedule, Start.Draw<double>(random, [500, 2, 1]), default, random);
        Assert.That(x.Span.ToArray(), Has.All.InRange(-2, 2));
    }
}
