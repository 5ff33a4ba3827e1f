using Diffusion.Autograd;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>The code of docs/guide/05-forward.md.</summary>
internal static class ForwardGuide
{
    public static void From_one_step_to_all_steps_equation_3()
    {
        var schedule = NoiseSchedule.Cosine(5);
        for (int t = 1; t <= 5; t++)
            Console.WriteLine($"t = {t}: beta {schedule.Betas[t]:F4}, alpha-bar {schedule.AlphasCumprod[t]:G3}, g {schedule.At(t).G:F4}, S {schedule.At(t).S:F4}");
        double Cosine(double t) => Math.Cos(((t / 5) + 0.008) / 1.008 * Math.PI / 2);
        Console.WriteLine($"beta_1 without the square: {1 - (Cosine(1) / Cosine(0)):F4}");
    }

    public static void One_step_back_if_the_data_are_known_the_posterior()
    {
        var schedule = NoiseSchedule.Cosine(50);
        double x0 = 0.75, xt = -0.4, mean = 0, square = 0, total = 0;
        var (alpha, beta) = (schedule.Alphas[20], schedule.Betas[20]);
        NoiseLevel before = schedule.At(19);
        for (double y = -6; y <= 6; y += 1e-3)
        {
            double density = Math.Exp(-(Math.Pow(xt - (Math.Sqrt(alpha) * y), 2) / (2 * beta)) - (Math.Pow(y - (before.G * x0), 2) / (2 * before.B)));
            (mean, square, total) = (mean + (y * density), square + (y * y * density), total + density);
        }
        var posterior = schedule.PosteriorOf(20, 19);
        mean /= total;
        Console.WriteLine($"by sums:     mean {mean:F6}, variance {(square / total) - (mean * mean):F6}");
        Console.WriteLine($"by formulas: mean {(posterior.MeanCoefX0 * x0) + (posterior.MeanCoefXt * xt):F6}, variance {posterior.Variance:F6}");
    }

    public static void Why_the_variance_is_zero_at_t__1()
    {
        var schedule = NoiseSchedule.Cosine(50);
        foreach (int t in (int[])[1, 2, 25, 50])
        {
            var step = schedule.PosteriorOf(t, t - 1);
            Console.WriteLine($"t = {t}: posterior variance {step.Variance:F5}, beta {step.Beta:F5}, factor of x_0 {step.MeanCoefX0:F4}, of x_t {step.MeanCoefXt:F4}");
        }
    }
}
