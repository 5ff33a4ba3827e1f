using System.Globalization;
using Diffusion.Data;
using Diffusion.Schedules;
using Diffusion.TwoPixel;
using Diffusion.TwoPixel.Study;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>What few steps can do at all, and that a run says so where it is little.</summary>
public sealed class StepsWarningTests
{
    private static readonly GaussianMixture Mixture = GaussianMixture.TwoPixel;

    // The table of docs/samplers.md.
    [Test]
    public void The_exact_predictor_with_few_steps()
    {
        foreach (int timesteps in (int[])[1, 2, 5, 10, 25, 50, 1000])
        {
            string Row(NoiseSchedule schedule)
            {
                var found = StepsWarning.Exactly(Mixture, schedule);
                return string.Create(CultureInfo.InvariantCulture, $"{found.Modes[0].Weight:F3} | {100 * found.OutlierShare:F1} %");
            }

            TestContext.Out.WriteLine($"| {timesteps} | {Row(NoiseSchedule.Cosine(timesteps))} | {Row(NoiseSchedule.Linear(timesteps))} | {Row(NoiseSchedule.Sigmoid(timesteps))} |");
        }

        // What was scaled and clipped before, and what it is now: the tolerances are four standard deviations of 5,000 points.
        var before = StepsWarning.Exactly(Mixture, new VariancePreservingSchedule(new ScheduleConfiguration { Kind = ScheduleKind.Linear, Timesteps = 5, Version = 1 }));
        var now = StepsWarning.Exactly(Mixture, NoiseSchedule.Linear(5));
        Assert.That(before.Modes[0].Weight, Is.EqualTo(0.043).Within(0.012));
        Assert.That(now.Modes[0].Weight, Is.EqualTo(0.29).Within(0.027));
        Assert.That(now.OutlierShare, Is.EqualTo(0.29).Within(0.026));
    }

    [Test]
    public void A_run_that_cannot_come_near_the_data_says_so_and_no_other()
    {
        var standard = new RunConfiguration();
        Assert.That(StepsWarning.Of(standard), Is.Empty, "the study as it is");
        string[] told = [.. StepsWarning.Of(standard with { Schedule = ScheduleKind.Linear, Timesteps = [50, 5] })];
        Assert.That(told, Has.Length.EqualTo(1));
        Assert.That(told[0], Does.StartWith("With T = 5 and the linear schedule even the exact predictor leaves 2").And.Contain("in place of 0.350 and 0.650"));
        Assert.That(StepsWarning.Of(standard with { Timesteps = [1, 2] }).Count(), Is.EqualTo(2));
    }
}
