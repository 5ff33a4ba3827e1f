using System.Globalization;
using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>Heun's method and Runge-Kutta's with few steps, on their default grid and on others, against the exact flow.</summary>
public sealed class SolverGridTests
{
    private static readonly RandomSource Random = new(64);
    private static readonly GaussianMixture Mixture = GaussianMixture.TwoPixel;
    private static readonly NoiseSchedule[] Schedules = [NoiseSchedule.Cosine(1000), NoiseSchedule.Straight(1000), NoiseSchedule.VarianceExploding(1000)];

    [Test]
    public void With_few_steps_the_default_grid_leaves_a_fraction_of_the_error([Values("heun", "rk4")] string name, [ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        var fine = Sample("rk4", schedule, 400, StepSpacing.LogSnr);
        double Error(StepSpacing? spacing, int steps) => RootMeanSquare(Sample(name, schedule, steps, spacing), fine);
        int[] steps = [3, 5, 8, 12, 18, 50];
        double[] log = [.. steps.Select(n => Error(StepSpacing.LogSnr, n))], standard = [.. steps.Select(n => Error(null, n))];
        TestContext.Out.WriteLine($"{name}, {schedule.Kind}: LogSnr {Told(log)}; default {Told(standard)}");
        using (Assert.EnterMultipleScope())
        {
            // Diverged there, a tenth or less here; and no grid of ends left out, on which the error would stop to fall.
            Assert.That(standard[0], Is.LessThan(log[0] / 5));
            Assert.That(standard[1], Is.LessThan(log[1] / 2));
            Assert.That(standard[1], Is.LessThan(name == "heun" ? .3 : .1));
            for (int i = 1; i < steps.Length - 1; i++)
                Assert.That(standard[i], Is.LessThan(standard[i - 1]), $"{steps[i]} steps");
            Assert.That(standard[^1], Is.LessThan(.005));
        }
    }

    // From pure noise, where sigma is infinite, to data, where it is 0.
    [Test]
    public void The_logistic_grid_has_both_ends()
    {
        foreach (var schedule in (NoiseSchedule[])[NoiseSchedule.Cosine(50), NoiseSchedule.Straight(50), NoiseSchedule.Cosine(50).WithZeroTerminalSnr()])
        {
            double[] times = TimeGrid.Of(schedule, StepSpacing.Logistic, 7);
            double[] shares = [.. times.Select(t => 1 / (1 + Math.Pow(schedule.At(t).S / schedule.At(t).G, -.6)))];
            for (int i = 1; i <= 7; i++)
                Assert.That(shares[i - 1] - shares[i], Is.EqualTo(shares[0] / 7).Within(1e-9), $"{schedule.Kind}, step {i}");
        }
    }

    // These start below T, so that T whole steps do not fit: without a number it is as many as do.
    [Test]
    public void Whole_times_are_as_many_as_fit([Values("heun", "rk4", "dpm++2m", "ddim")] string name, [Values(1, 2, 5, 50, 1000)] int timesteps)
    {
        var schedule = NoiseSchedule.Cosine(timesteps);
        double[] whole = Samplers.Find(name).Create<float>(new SamplerSettings { IntegerTimes = true }).TimesFor(schedule);
        double[] free = Samplers.Find(name).Create<float>(new SamplerSettings()).TimesFor(schedule);
        Assert.That(whole, Is.EqualTo(Enumerable.Range(0, (int)Math.Round(free[0]) + 1).Reverse().Select(t => (double)t)));
        double[] end = Samplers.Find(name).Create<float>(new SamplerSettings { IntegerTimes = true, StartTime = timesteps, EndTime = timesteps * .5 }).TimesFor(schedule);
        Assert.That(end.Zip(end.Skip(1), (a, b) => a - b), Is.All.EqualTo(1));
    }

    private static Tensor<float> Sample(string name, NoiseSchedule schedule, int steps, StepSpacing? spacing)
    {
        var sampler = Samplers.Find(name).Create<float>(new SamplerSettings { Steps = steps, Spacing = spacing });
        var start = Start.Draw<float>(Random, [500, 2, 1], schedule, sampler.TimesFor(schedule)[0]);
        return sampler.Sample(new ExactDenoiser<float>(Mixture, schedule), schedule, start, default, Random);
    }

    private static double RootMeanSquare(Tensor<float> points, Tensor<float> others) =>
        Math.Sqrt(points.Span.ToArray().Zip(others.Span.ToArray(), (a, b) => (double)(a - b) * (a - b)).Sum() / points.Shape[0]);

    private static string Told(double[] errors) => string.Join(" ", errors.Select(e => e.ToString("0.####", CultureInfo.InvariantCulture)));
}
