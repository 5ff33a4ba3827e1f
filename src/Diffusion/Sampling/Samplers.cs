using System.Collections.Immutable;

namespace Diffusion.Sampling;

/// <summary>The registry of all samplers: command lines and convergence tests go through it.</summary>
public static class Samplers
{
    /// <summary>All samplers, in the order in which they are listed.</summary>
    public static ImmutableArray<SamplerEntry> All { get; } =
    [
        new DdpmEntry("ddpm", "DDPM", ReverseVariance.Posterior),
        new DdpmEntry("ddpm-upper", "DDPM, upper variance", ReverseVariance.Upper),
        new DdpmEntry("ddpm-optimal", "DDPM, optimal variance", ReverseVariance.Optimal),
        new DdpmEntry("ddpm-learned", "DDPM, learned variance", ReverseVariance.Learned),
        new DdimEntry(),
        new DeisEntry(0),
        new DeisEntry(1),
        new DeisEntry(2),
        new DeisEntry(3),
        new DpmSolverEntry("dpm++2m", "DPM-Solver++ 2M", stochastic: false),
        new DpmSolverEntry("dpm++2m-sde", "DPM-Solver++ 2M SDE", stochastic: true),
        new HeunEntry(),
        new RungeKuttaEntry(),
        new LangevinEntry(),
        new PredictorCorrectorEntry(),
    ];

    /// <summary>The sampler of a name.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static SamplerEntry Find(string name) => All.FirstOrDefault(entry => entry.Name == name)
        ?? throw new ArgumentException($"There is no sampler '{name}'; accepted are {string.Join(", ", All.Select(entry => entry.Name))}.", nameof(name));

    private sealed class DdpmEntry(string name, string title, ReverseVariance variance) : Entry(name, title, order: null)
    {
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) =>
            new DdpmSampler<T>(new DdpmSettings(settings ?? new SamplerSettings()) { Variance = variance });
    }

    private sealed class DdimEntry() : Entry("ddim", "DDIM", order: 1)
    {
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) => new DdimSampler<T>(settings);
    }

    private sealed class DeisEntry(int r) : Entry($"deis{r}", $"DEIS tAB{r}", order: r + 1)
    {
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) => new DeisSampler<T>(r, settings);
    }

    private sealed class DpmSolverEntry(string name, string title, bool stochastic) : Entry(name, title, order: stochastic ? null : 2)
    {
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) => new DpmSolverSampler<T>(stochastic, settings);
    }

    private sealed class HeunEntry() : Entry("heun", "Heun", order: 2)
    {
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) => new HeunSampler<T>(settings);
    }

    private sealed class RungeKuttaEntry() : Entry("rk4", "Runge-Kutta 4", order: 4)
    {
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) => new RungeKuttaSampler<T>(settings);
    }

    private sealed class LangevinEntry() : Entry("langevin", "Annealed Langevin", order: null)
    {
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) => new LangevinSampler<T>(settings);
    }

    private sealed class PredictorCorrectorEntry() : Entry("pc", "Predictor-corrector", order: null)
    {
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) => new PredictorCorrectorSampler<T>(settings);
    }

    private abstract class Entry(string name, string title, int? order) : SamplerEntry
    {
        public override string Name => name;

        public override string Title => title;

        // An order is claimed for the probability-flow ODE, by all that solve it.
        public override bool IsStochastic => order is null;

        public override int? Order => order;
    }
}
