using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>The code of docs/guide/06-objectives.md.</summary>
internal static class ObjectivesGuide
{
    public static void The_exact_noise_of_a_mixture()
    {
        var level = NoiseSchedule.Cosine(50).At(20);
        var (x0, _) = GaussianMixture.TwoPixel.Sample<double>(200_000, new RandomSource(0).At(0).For(Purpose.Data));
        double total = 0, left = 0, right = 0;
        for (int i = 0; i < x0.Shape[0]; i++)
        {
            double a = (0.3 - (level.G * x0[i, 0, 0])) / level.S, b = (0.2 - (level.G * x0[i, 1, 0])) / level.S;
            double weight = Math.Exp(-((a * a) + (b * b)) / 2);
            (total, left, right) = (total + weight, left + (weight * a), right + (weight * b));
        }
        var exact = GaussianMixture.TwoPixel.At(level).Noise(0.3, 0.2);
        Console.WriteLine($"at (0.3, 0.2), t = 20: weighed draws {left / total:F2}, {right / total:F2}; formula {exact.Left:F2}, {exact.Right:F2}");
    }

    public static void Why_sums_of_exponentials_are_taken_in_the_log()
    {
        var level = NoiseSchedule.Cosine(50).At(1);
        var data = GaussianMixture.TwoPixel;
        double v = (level.A * 0.01) + level.B;
        double Term(int k) => data.Components[k].Weight * Math.Exp(-(Math.Pow(8 - (level.G * data.Components[k].Left), 2) + Math.Pow(8 - (level.G * data.Components[k].Right), 2)) / (2 * v));
        double[] r = new double[2];
        data.At(level).Responsibilities(8, 8, r);
        Console.WriteLine($"as written: {Term(0) / (Term(0) + Term(1))}; in the log: {r[0]:F6} + {r[1]:F6}");
        Console.WriteLine($"log q(8, 8) = {data.At(level).LogDensity(8, 8):F1}, its exponential {data.At(level).Density(8, 8)}");
    }

    public static void The_loss_floor()
    {
        var (data, schedule, random) = (GaussianMixture.TwoPixel, NoiseSchedule.Cosine(50), new RandomSource(0));
        int[] t = random.At(0).Integers(1, 51, 100_000);
        var (x0, _) = data.Sample<double>(t.Length, random.At(0).For(Purpose.Data));
        var noise = random.For(Purpose.Noise).At(0).Normal<double>(x0.Shape);
        double[] times = [.. t.Select(step => (double)step)];
        var predicted = new ExactDenoiser<double>(data, schedule).Predict(schedule.QSample(x0, times, noise), times, default);
        double loss = (predicted.Noise - noise).Square().Mean([0, 1, 2]).ToScalar();
        Console.WriteLine($"floor {OptimalVariance.For(data, schedule).MeanLossFloor(schedule):F2}, loss of the exact denoiser {loss:F2}, of one that says 0 {noise.Square().Mean([0, 1, 2]).ToScalar():F2}");
    }

    public static void How_an_error_is_magnified()
    {
        foreach (int steps in (int[])[50, 1000])
        {
            var schedule = NoiseSchedule.Cosine(steps);
            NoiseLevel last = schedule.At(steps), before = schedule.At(steps - 1);
            double inStep = schedule.Betas[steps] / (last.S * Math.Sqrt(schedule.Alphas[steps])), share = schedule.PosteriorOf(steps, steps - 1).MeanCoefX0;
            Console.WriteLine($"T = {steps}: in x_0 {last.Rho:F0} (1/sqrt(alpha-bar) is {1 / last.G:F0}); sigma one step before {before.Rho:F0}");
            Console.WriteLine($"  in x_(T-1) {inStep:F2}, which is {last.Rho:F0} times the factor of x_0 in the step, {share:F6}: {last.Rho * share:F2}");
        }
    }
}
