using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Guidance;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Guide;

/// <summary>Guided samples beside the tilted distribution that guidance is said to sample: class 0 of the two-pixel data with overlapping classes.</summary>
internal static class GuidedTruth
{
    private const int Points = 10_000, Drawn = 1500, Pairs = 6, Label = 0;

    private const double Sigma = 0.6, Weight = 3, Nearest = 0.5;

    private static readonly double[] Weights = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3];

    /// <summary>Draws the figure.</summary>
    public static void Save(string path)
    {
        var random = new RandomSource(0);
        var mixture = new GaussianMixture([.. GaussianMixture.TwoPixel.Components.Select(component => component with { Sigma = Sigma })]);
        var schedule = NoiseSchedule.Cosine(1000);
        var exact = new ExactDenoiser<float>(mixture, schedule);
        var start = Start.Draw<float>(random, [Points, 2, 1]);
        Tensor<float> Guided(double w) => new DpmSolverSampler<float>(settings: new() { Steps = 100 }).Sample(new ClassifierFreeGuidance<float>(exact, w), schedule, start, Label, random);
        Tensor<float> Truth(double w, int number) => new TiltedMixture(mixture, Label, w).Sample<float>(Points, random.Derive((uint)number).For(Purpose.Data));

        // Distances in floors, the mean distance of two sets of the truth.
        Func<Tensor<float>, double> FloorsOf(double w)
        {
            var reference = SlicedWasserstein.To(Truth(w, 0));
            double floor = Enumerable.Range(1, Pairs).Average(pair => SlicedWasserstein.Between(Truth(w, 2 * pair), Truth(w, (2 * pair) + 1)));
            return samples => reference.Distance(samples) / floor;
        }

        var (floors, floorsOfOne) = (FloorsOf(Weight), FloorsOf(1));
        var guided = Weights.ToDictionary(w => w, Guided);
        TruthPanel Panel(string title, Tensor<float> samples) => new(title, GuideFigures.Points(samples[..Drawn]), $"{floors(samples):F1} floors");
        var tilted = new TiltedMixture(mixture, Label, Weight);
        GuidanceTruthFigure.Save(
            path,
            "Guidance of w does not sample p(x)·p(y | x)^(1 + w)",
            [$"Class {Label} of the two-pixel data with a standard deviation of {Sigma}, exact denoiser, w = {Weight}. The first panel is the control: other points drawn exactly from the truth."],
            [
                new(
                    $"w = {Weight}",
                    (left, right) => Math.Exp(tilted.UnnormalizedLogDensity([left, right])),
                    new(-0.75, 1.05),
                    2.1,
                    [
                        Panel("points of the truth", Truth(Weight, 1)),
                        Panel($"guidance, w = {Weight}", guided[Weight]),
                        Panel($"guidance, w = {Nearest}", guided[Nearest]),
                        Panel("the class itself", Truth(0, 1)),
                    ]),
            ],
            [new(1, "w of the guidance", Weights, [[.. Weights.Select(w => floorsOfOne(guided[w]))], [.. Weights.Select(w => floors(guided[w]))]], IsLogarithmic: false)],
            ["truth for w = 1", $"truth for w = {Weight}"]);
    }
}
