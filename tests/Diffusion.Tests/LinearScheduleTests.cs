using Diffusion.Schedules;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>The linear schedule with another number of steps than a thousand.</summary>
public sealed class LinearScheduleTests
{
    // Scaled and clipped, T = 5 had betas .02, .999, .999, .999, .999.
    [TestCase(1)]
    [TestCase(5)]
    [TestCase(50)]
    [TestCase(250)]
    public void Linear_of_other_steps_is_the_published_one_at_even_distances(int timesteps)
    {
        var published = NoiseSchedule.Linear(1000);
        var schedule = NoiseSchedule.Linear(timesteps);
        for (int t = 1; t <= timesteps; t++)
            Assert.That(schedule.AlphasCumprod[t], Is.EqualTo(published.AlphasCumprod[1000 / timesteps * t]).Within(1e-9).Percent, "1 - beta loses digits where almost nothing is left");
        double between = schedule.AlphaCumprodAt(timesteps * 0.3123);
        Assert.That(between, Is.EqualTo(published.AlphaCumprodAt(312.3)).Within(1e-10).Percent, "the times between are those of the published one too");
    }

    [Test]
    public void Files_of_the_first_version_keep_their_linear_betas()
    {
        const string First = """{"Kind":"Linear","Timesteps":5,"CosineOffset":0.008,"MaxBeta":0.999,"LinearStart":0.0001,"LinearEnd":0.02,"SigmoidStart":-3,"SigmoidEnd":3,"SigmoidTau":1}""";
        var schedule = (VariancePreservingSchedule)ScheduleKinds.FromJson(First);
        Assert.That(schedule.Betas[1..].ToArray(), Is.EqualTo(new[] { 0.02, .999, .999, .999, .999 }).Within(1e-15));
        Assert.That(((VariancePreservingSchedule)ScheduleKinds.FromJson(schedule.ToJson())).Betas.SequenceEqual(schedule.Betas), "written again they are what they were");
        Assert.That(ScheduleKinds.FromJson(NoiseSchedule.Linear(5).ToJson()).ToJson(), Is.EqualTo(NoiseSchedule.Linear(5).ToJson()));
        Assert.That(ScheduleKinds.FromJson(First.Replace("Linear", "Cosine", StringComparison.Ordinal).Replace("CosineStart", "LinearStart", StringComparison.Ordinal).Replace("CosineEnd", "LinearEnd", StringComparison.Ordinal)).ToJson(), Is.EqualTo(NoiseSchedule.Cosine(5).ToJson()), "of the others nothing has changed");
    }
}
