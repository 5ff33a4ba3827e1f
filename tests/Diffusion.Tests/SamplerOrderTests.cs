using System.Globalization;
using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>Solvers of the probability-flow ODE reach their theoretical order on the exact predictor of the mixture, in double.</summary>
public sealed class SamplerOrderTests
{
    private const int Points = 48, First = 80, Halvings = 3;

    private static readonly RandomSource Random = new(61);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(1000);
    private static readonly ExactDenoiser<double> Exact = new(GaussianMixture.TwoPixel, Schedule);

    private static IEnumerable<string> Solvers => Samplers.All.Where(entry => entry.Order is not null).Select(entry => entry.Name);

    // From lambda -2.5 to 2, away from both ends, where the schedule is smooth; multistep methods start from exact values.
    [TestCaseSource(nameof(Solvers))]
    public void The_error_falls_as_the_order_says(string name)
    {
        var entry = Samplers.Find(name);
        bool isMultistep = name is not ("heun" or "rk4");
        double from = Schedule.TimeOfLambda(-2.5), to = Schedule.TimeOfLambda(2);
        var start = Noisy(from);
        var truth = Reference(start, from, to);
        double[] errors = new double[Halvings + 1];
        for (int k = 0; k <= Halvings; k++)
        {
            var sampler = (GridSampler<double>)entry.Create<double>(new SamplerSettings { Steps = First << k, StartTime = from, EndTime = to });
            double[] times = sampler.TimesFor(Schedule);
            var starts = new List<Tensor<double>> { start };
            for (int i = 1; isMultistep && i < entry.Order; i++)
                starts.Add(Reference(starts[^1], times[i - 1], times[i], 40));
            errors[k] = MeanError(sampler.Sample(Exact, Schedule, starts, [], Random), truth);
        }

        double[] slopes = [.. Enumerable.Range(0, Halvings).Select(k => Math.Log2(errors[k] / errors[k + 1]))];
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: errors {string.Join(" ", errors.Select(e => e.ToString("E2", CultureInfo.InvariantCulture)))}, slopes {string.Join(" ", slopes.Select(s => s.ToString("F3", CultureInfo.InvariantCulture)))}"));
        Assert.That(slopes, Is.All.EqualTo(entry.Order!.Value).Within(.25));
    }

    // From noise where lambda is -5.1 to the data, warm-up and last step included: what a user sees at few steps.
    [Test]
    public void Few_steps_from_noise_to_data_are_near_the_solution()
    {
        double from = Schedule.TimeOfLambda(-5.1);
        var start = Start.Draw<double>(Random, [200, 2, 1]);
        var truth = Reference(start, from, Schedule.TimeOfLambda(9));
        double Error(string name, StepSpacing spacing, int steps)
        {
            var sampler = Samplers.Find(name).Create<double>(new SamplerSettings { Steps = steps, Spacing = spacing, StartTime = from });
            return MeanError(sampler.Sample(Exact, Schedule, start, [], Random), truth);
        }

        TestContext.Out.WriteLine("mean error at 10, 20, 40 steps by spacing: uniform | quadratic | log SNR");
        foreach (string name in Solvers)
        {
            var spacings = Enum.GetValues<StepSpacing>().Select(spacing => string.Join(" ", ((int[])[10, 20, 40]).Select(steps => Error(name, spacing, steps).ToString("E1", CultureInfo.InvariantCulture))));
            TestContext.Out.WriteLine($"{name}: {string.Join(" | ", spacings)}");
        }

        using (Assert.EnterMultipleScope())
        {
            // MATH 5 states for other points .06, .008, .0013; and .009, against .14 on the uniform grid.
            Assert.That(Error("dpm++2m", StepSpacing.LogSnr, 10), Is.LessThan(.12));
            Assert.That(Error("dpm++2m", StepSpacing.LogSnr, 20), Is.LessThan(.016));
            Assert.That(Error("dpm++2m", StepSpacing.LogSnr, 40), Is.LessThan(.0026));
            Assert.That(Error("deis3", StepSpacing.Quadratic, 10), Is.LessThan(.025));
            Assert.That(Error("deis3", StepSpacing.Uniform, 10), Is.GreaterThan(.05));
        }
    }

    // Points of q(x_t), where the solution begins.
    private static Tensor<double> Noisy(double t)
    {
        var x0 = GaussianMixture.TwoPixel.Sample<double>(Points, Random.For(Purpose.Data).At(0)).X0;
        return Schedule.QSample(x0, [t], Random.For(Purpose.Noise).At(0).Normal<double>(x0.Shape));
    }

    private static Tensor<double> Reference(Tensor<double> x, double from, double to, int steps = 4000)
    {
        double first = Schedule.LambdaAt(from), last = Schedule.LambdaAt(to);
        double[] times = [from, .. Enumerable.Range(1, steps - 1).Select(i => Schedule.TimeOfLambda(first + ((last - first) * i / steps))), to];
        return new RungeKuttaSampler<double>(new SamplerSettings { Times = [.. times] }).Sample(Exact, Schedule, x, [], Random);
    }

    private static double MeanError(Tensor<double> x, Tensor<double> truth)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i += 2)
            sum += Math.Sqrt(Math.Pow(x.Span[i] - truth.Span[i], 2) + Math.Pow(x.Span[i + 1] - truth.Span[i + 1], 2));
        return sum / (x.Length / 2);
    }
}
