using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>The code of docs/guide/07-sampling.md.</summary>
internal static class SamplingGuide
{
    public static void Ddpm_the_reverse_step()
    {
        var (data, schedule, random) = (GaussianMixture.TwoPixel, NoiseSchedule.Cosine(50), new RandomSource(0));
        var exact = new ExactDenoiser<double>(data, schedule);
        var optimal = OptimalVariance.For(data, schedule);
        var start = Start.Draw<double>(random, [20_000, 2, 1]);
        foreach (var (name, sampler) in new (string, ISampler<double>)[]
        {
            ("posterior", new DdpmSampler<double>()),
            ("optimal", new DdpmSampler<double> { Variance = ReverseVariance.Optimal, Optimal = optimal }),
            ("optimal, at t = 1 too", new DdpmSampler<double> { Variance = ReverseVariance.Optimal, Optimal = optimal, NoiseAtLastStep = true }),
        })
        {
            var modes = MixtureStatistics.Of(data, sampler.Sample(exact, schedule, start, default, random)).Modes;
            Console.WriteLine($"{name}: standard deviations {modes[0].StandardDeviation:F2}, {modes[1].StandardDeviation:F2} (data: 0.10)");
        }
    }

    public static void Ddim_against_ddpm()
    {
        var (data, schedule, random) = (GaussianMixture.TwoPixel, NoiseSchedule.Cosine(50), new RandomSource(0));
        var exact = new ExactDenoiser<double>(data, schedule);
        var start = Start.Draw<double>(random, [1000, 2, 1]);
        Tensor<double> Run(ISampler<double> sampler, ulong seed) => sampler.Sample(exact, schedule, start, default, new RandomSource(seed));
        var ddpm = Run(new DdpmSampler<double>(), 1);
        Console.WriteLine($"eta 1 is DDPM: largest difference {(Run(new DdimSampler<double> { Eta = 1 }, 1) - ddpm).Abs().Max():F9}");
        Console.WriteLine($"another seed: DDPM changes: {(Run(new DdpmSampler<double>(), 2) - ddpm).Abs().Max() > 0.1}, DDIM changes: {(Run(new DdimSampler<double>(), 2) - Run(new DdimSampler<double>(), 1)).Abs().Max() > 0}");
    }

    public static void What_a_sampler_costs_for_a_given_error()
    {
        var (data, schedule, random) = (GaussianMixture.TwoPixel, NoiseSchedule.Cosine(1000), new RandomSource(0));
        var exact = new ExactDenoiser<double>(data, schedule);
        var start = Start.Draw<double>(random, [500, 2, 1]);
        SamplerSettings Settings(int steps) => new() { Steps = steps, StartTime = new DeisSampler<double>().TimesFor(schedule)[0] };
        Tensor<double> Ends(string name, int steps) => Samplers.Find(name).Create<double>(Settings(steps)).Sample(exact, schedule, start, default, random);
        var flow = Ends("rk4", 500);
        foreach (string name in (string[])["ddim", "heun", "dpm++2m", "rk4", "deis2"])
        {
            int steps = Enumerable.Range(1, 200).First(n => n % 2 == 0 && Math.Sqrt(2 * (Ends(name, n) - flow).Square().Mean([0, 1, 2]).ToScalar()) < 0.01);
            Console.WriteLine($"{name}: {Samplers.Find(name).Create<double>(Settings(steps)).EvaluationsFor(schedule)} evaluations");
        }
    }
}
