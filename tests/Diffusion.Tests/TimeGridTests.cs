using Diffusion.Sampling;
using Diffusion.Schedules;
using NUnit.Framework;

namespace Diffusion.Tests;

public sealed class TimeGridTests
{
    private static readonly NoiseSchedule[] Schedules =
    [
        NoiseSchedule.Cosine(1), NoiseSchedule.Cosine(2), NoiseSchedule.Cosine(5), NoiseSchedule.Cosine(50), NoiseSchedule.Linear(50), NoiseSchedule.Sigmoid(50),
    ];

    [Test]
    public void Times_fall_from_T_to_0_for_any_number_of_steps()
    {
        foreach (var schedule in Schedules)
        {
            foreach (var spacing in Enum.GetValues<StepSpacing>())
            {
                for (int steps = 1; steps <= schedule.T; steps++)
                {
                    double[] times = TimeGrid.Of(schedule, spacing, steps), whole = TimeGrid.ToIntegers(times);
                    Assert.That((times.Length, times[0], times[^1]), Is.EqualTo((steps + 1, (double)schedule.T, 0.0)));
                    Assert.That((whole.Length, whole[0], whole[^1]), Is.EqualTo((steps + 1, (double)schedule.T, 0.0)));
                    for (int i = 0; i < steps; i++)
                    {
                        Assert.That(times[i + 1], Is.LessThan(times[i]), $"{schedule}, {spacing}, {steps} steps");
                        Assert.That(whole[i] - whole[i + 1], Is.GreaterThanOrEqualTo(1), $"{schedule}, {spacing}, {steps} whole steps");
                        Assert.That(whole[i], Is.EqualTo(Math.Floor(whole[i])));
                    }
                }
            }
        }
    }

    [Test]
    public void Spacings_are_equal_in_their_measure()
    {
        var schedule = NoiseSchedule.Cosine(50);
        Assert.That(TimeGrid.Of(schedule, StepSpacing.Uniform, 50), Is.EqualTo(Enumerable.Range(0, 51).Select(i => 50.0 - i)));
        Assert.That(TimeGrid.Of(schedule, StepSpacing.Quadratic, 5), Is.EqualTo((double[])[50, 32, 18, 8, 2, 0]).Within(1e-12));
        double[] lambdas = [.. TimeGrid.Of(schedule, StepSpacing.LogSnr, 9, 45, 2).Select(schedule.LambdaAt)];
        for (int i = 1; i < lambdas.Length; i++)
            Assert.That(lambdas[i] - lambdas[i - 1], Is.EqualTo((lambdas[^1] - lambdas[0]) / 9).Within(1e-10));
        Assert.That(TimeGrid.Of(schedule, StepSpacing.LogSnr, 9)[^2], Is.EqualTo(1), "the last step but one");
        Assert.That(TimeGrid.ToIntegers([20, 3.2, 2.9, 2.6, 0]), Is.EqualTo((double[])[20, 4, 3, 2, 0]).Or.EqualTo((double[])[20, 5, 4, 3, 0]));
    }

    [Test]
    public void Impossible_grids_are_refused()
    {
        var schedule = NoiseSchedule.Cosine(10);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => TimeGrid.Of(schedule, StepSpacing.Uniform, 11), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("1 to 10"));
            Assert.That(() => TimeGrid.Of(schedule, StepSpacing.Uniform, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => TimeGrid.Of(schedule, StepSpacing.Uniform, 3, 10.5), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => TimeGrid.Of(schedule, StepSpacing.Uniform, 3, 4, 4), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => TimeGrid.Of(schedule, (StepSpacing)5, 3), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => TimeGrid.ToIntegers([3, 2.5, 2, 1.5, 1]), Throws.ArgumentException.With.Message.Contains("do not fit"));
        }
    }
}
