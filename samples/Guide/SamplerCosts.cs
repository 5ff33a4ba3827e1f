using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Guide;

/// <summary>What a sampler costs for a given error, with the exact denoiser: distance to the data, and distance from the exact flow's end points.</summary>
internal static class SamplerCosts
{
    private const int Points = 20_000, FlowPoints = 1000, Pairs = 10;

    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(1000);

    private static readonly int[] Costs = [5, 10, 20, 50, 100, 200];

    /// <summary>Draws the figure.</summary>
    public static void Save(string path)
    {
        var random = new RandomSource(0);
        var data = GaussianMixture.TwoPixel;
        Tensor<float> Set(int number) => data.Sample(Points, random.Derive((uint)number).At(0)).X0;
        var reference = SlicedWasserstein.To(Set(1));
        double floor = Enumerable.Range(1, Pairs).Average(pair => SlicedWasserstein.Between(Set(2 * pair), Set((2 * pair) + 1)));
        var denoiser = new ExactDenoiser<float>(data, Schedule);
        var toData = Curves(["ddpm", "ddpm-upper", "ddim", "deis2", "dpm++2m", "heun", "rk4"], (entry, settings) =>
        {
            var sampler = entry.Create<float>(settings);
            return reference.Distance(sampler.Sample(denoiser, Schedule, Start.Draw<float>(random, [Points, 2, 1]), default, random));
        });

        var precise = new ExactDenoiser<double>(data, Schedule);
        var start = Start.Draw<double>(random, [FlowPoints, 2, 1]);
        var exact = new RungeKuttaSampler<double>(Settings(Schedule.T)).Sample(precise, Schedule, start, default, random);
        var toFlow = Curves(["ddim", "deis2", "dpm++2m", "heun", "rk4"], (entry, settings) =>
        {
            var ends = entry.Create<double>(settings).Sample(precise, Schedule, start, default, random);
            return Math.Sqrt((ends - exact).Square().Mean([0, 1, 2]).ToScalar() * 2);
        });

        SamplersFigure.Save(path, new(
            "What a sampler costs for a given error",
            [
                $"Exact denoiser, cosine schedule, all from one noise. Left: sliced Wasserstein distance of {Points:N0} samples to as many of the data; two sets of the data are {floor:0.0000} apart.",
                "Right: root mean square distance between the end point of each sample and that of the exact flow. Stochastic samplers follow no flow.",
            ],
            "error",
            [new("distance to the data", toData), new("distance from the exact flow", toFlow, HasFloor: false)],
            floor));
    }

    private static SamplerSettings Settings(int steps) => new() { Steps = steps, StartTime = new DeisSampler<float>().TimesFor(Schedule)[0] };

    private static SamplerCurve[] Curves(string[] names, Func<SamplerEntry, SamplerSettings, double> measure) =>
    [
        .. names.Select(Samplers.Find).Select(entry =>
        {
            // The most steps that cost no more.
            var runs = Costs.Select(cost => Enumerable.Range(1, cost).Select(Settings)
                    .Select(settings => (Settings: settings, Evaluations: entry.Create<float>(settings).EvaluationsFor(Schedule))).Last(run => run.Evaluations <= cost))
                .DistinctBy(run => run.Evaluations).ToList();
            return new SamplerCurve(entry.Title, [.. runs.Select(run => (double)run.Evaluations)], [.. runs.Select(run => measure(entry, run.Settings))]);
        }),
    ];
}
