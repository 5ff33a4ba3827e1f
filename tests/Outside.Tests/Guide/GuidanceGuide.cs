using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>The code of docs/guide/08-guidance.md.</summary>
internal static class GuidanceGuide
{
    public static void Equation_18()
    {
        var (data, schedule, random) = (GaussianMixture.TwoPixel, NoiseSchedule.Cosine(50), new RandomSource(0));
        var exact = new ExactDenoiser<double>(data, schedule);
        var x = random.For(Purpose.Data).At(0).Normal<double>([1000, 2, 1]);
        var free = new ClassifierFreeGuidance<double>(exact, w: 2).Predict(x, [25], 1).Noise;
        var unconditional = new BlindDenoiser(exact);
        var byClassifier = new ClassifierGuidance<double>(unconditional, new ExactClassifier<double>(data, schedule), schedule, scale: 3).Predict(x, [25], 1).Noise;
        Console.WriteLine($"largest difference {(free - byClassifier).Abs().Max():F9}; without guidance it would be {(exact.Predict(x, [25], 1).Noise - free).Abs().Max():F1}");
    }

    public static void What_it_is_said_to_sample()
    {
        double s = 0.5, r = 1, w = 1, tilted = ((1 + w) / (s * s)) - (w / (r * r));
        foreach (double a in (double[])[1, 0.9, 0.5, 0.1, 0])
        {
            double noise = 1 - a, right = 1 / ((a / tilted) + noise), guided = ((1 + w) / ((a * s * s) + noise)) - (w / ((a * r * r) + noise));
            Console.WriteLine($"alpha-bar {a}: precision of the noised tilted distribution {right:F2}, of the guided score {guided:F2}");
        }
    }

    public static void How_far_off_it_is()
    {
        var mixture = new GaussianMixture([.. GaussianMixture.TwoPixel.Components.Select(component => component with { Sigma = 0.6 })]);
        var (schedule, random) = (NoiseSchedule.Cosine(1000), new RandomSource(0));
        var exact = new ExactDenoiser<double>(mixture, schedule);
        var start = Start.Draw<double>(random, [10_000, 2, 1]);
        double Shift(Tensor<double> samples) => Math.Round(((samples[.., 1..2].Mean([0, 1, 2]).ToScalar() - 0.65) - (samples[.., 0..1].Mean([0, 1, 2]).ToScalar() + 0.35)) / Math.Sqrt(2), 1) + 0.0;
        Tensor<double> Guided(double w) => new DpmSolverSampler<double>(settings: new() { Steps = 50 }).Sample(new ClassifierFreeGuidance<double>(exact, w), schedule, start, 0, random);
        foreach (double w in (double[])[0, 1, 3])
            Console.WriteLine($"w = {w}: truth {Shift(new TiltedMixture(mixture, 0, w).Sample<double>(10_000, random.For(Purpose.Metrics))):F1}, guided {Shift(Guided(w)):F1}");
        Console.WriteLine($"w = 0.5: guided {Shift(Guided(0.5)):F1}");
    }

    internal sealed class BlindDenoiser(IDenoiser<double> inner) : IDenoiser<double>
    {
        public void Predict(Tensor<double> xt, ReadOnlySpan<double> t, Condition<double> condition, Prediction<double> prediction) =>
            inner.Predict(xt, t, default, prediction);
    }
}
