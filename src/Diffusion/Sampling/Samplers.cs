using System.Collections.Immutable;

namespace Diffusion.Sampling;

/// <summary>The registry of all samplers: command lines and convergence tests go through it. One of your own may be registered too.</summary>
public static class Samplers
{
    private static ImmutableArray<SamplerEntry> s_all =
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
        new EulerEntry("euler", "Euler", ancestral: false),
        new EulerEntry("euler-a", "Euler ancestral", ancestral: true),
    ];

    /// <summary>All samplers, in the order in which they are listed: those that are here, then those that were registered.</summary>
    public static ImmutableArray<SamplerEntry> All => s_all;

    /// <summary>Adds a sampler to all.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(SamplerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!ImmutableInterlocked.Update(ref s_all, all => all.Any(other => other.Name == entry.Name) ? all : all.Add(entry)))
            throw new ArgumentException($"There is a sampler of the name '{entry.Name}' already; choose another name.", nameof(entry));
    }

    /// <summary>The sampler of a name.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static SamplerEntry Find(string name) => All.FirstOrDefault(entry => entry.Name == name)
        ?? throw new ArgumentException($"There is no sampler '{name}'; accepted are {string.Join(", ", All.Select(entry => entry.Name))}.", nameof(name));

    private sealed class DdpmEntry(string name, string title, ReverseVariance variance) : Entry(name, title, order: null)
    {
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) =>
            variance == ReverseVariance.Optimal
                ? throw new ArgumentException("The optimal variance needs its table: make a DdpmSampler with Variance = Optimal and Optimal = OptimalVariance.For(mixture, schedule) or OptimalVariance.Estimate(...).", nameof(settings))
                : new DdpmSampler<T>(settings) { Variance = variance };
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

    private sealed class EulerEntry(string name, string title, bool ancestral) : Entry(name, title, order: ancestral ? null : 1)
    {
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) => new EulerSampler<T>(settings) { Eta = ancestral ? 1 : 0 };
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
