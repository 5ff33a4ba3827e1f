namespace Diffusion.TwoPixel.Compare;

/// <summary>
/// Guided samples of one class of a mixture against points drawn exactly from the tilted distribution p(x | y) p(y | x)^w. All runs start from the same
/// noise. Distances are in floors: the mean distance of two sets of the truth of as many points.
/// </summary>
/// <param name="mixture">Two classes of pixel pairs with one standard deviation.</param>
/// <param name="label">The class that is asked for.</param>
/// <param name="points">The points of each set.</param>
/// <param name="random">The source.</param>
internal sealed class GuidanceTruth(GaussianMixture mixture, int label, int points, RandomSource random)
{
    // In the plane the mean over equally spaced directions converges so fast that more would change nothing.
    private const int Pairs = 6, Directions = 64;

    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(GuidanceMethods.T);

    private readonly GuidanceModels _models = new(mixture, Schedule);
    private readonly Tensor<float> _start = Start.Draw<float>(random, [points, 2, 1]);
    private readonly Dictionary<(string, string, double, double), Tensor<float>> _samples = [];
    private readonly Dictionary<double, Tensor<float>> _byExactScore = [];

    /// <summary>The weights that are asked for; with 0, the truth is the class itself.</summary>
    public static IReadOnlyList<double> Weights { get; } = [0, 1, 3];

    /// <summary>The two-pixel data with classes that overlap: the same peaks and weights, 2.6 standard deviations apart.</summary>
    public static GaussianMixture Overlapping { get; } = new([.. GaussianMixture.TwoPixel.Components.Select(component => component with { Sigma = 0.6 })]);

    /// <summary>The samples of a run that was measured.</summary>
    public Tensor<float> SamplesOf(TruthRun run) => _samples[KeyOf(run.Method, run.Parameter, run.Value, run.Weight)];

    /// <summary>The samples by the exact score of the tilted distribution.</summary>
    public Tensor<float> ByExactScore(double w)
    {
        if (!_byExactScore.TryGetValue(w, out var samples))
            _byExactScore.Add(w, samples = GuidanceMethods.Solver.Sample(new TiltedDenoiser(new(mixture, label, w), Schedule), Schedule, _start, label, random));
        return samples;
    }

    /// <summary>Measures the truth with its controls and every run.</summary>
    /// <param name="swept">Whether every value of every sweep; else the nominal ones.</param>
    /// <param name="cancellation">Ends it after the run under way.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public TruthMeasured Measure(bool swept, CancellationToken cancellation)
    {
        var targets = Weights.Select(w => new Target(this, w)).ToList();
        var runs = new List<TruthRun>();
        foreach (var sweep in GuidanceMethods.Sweeps.Where(sweep => swept || sweep.Nominal is not null))
        {
            foreach (double w in sweep.HasWeight ? Weights.Take(1) : Weights.Where(w => w > 0))
            {
                double[] values = swept ? sweep.Values : [.. (sweep.HasWeight ? Weights : [w]).Select(asked => sweep.Nominal!(asked)).Distinct()];
                foreach (double value in values)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var (sampler, denoiser) = sweep.Make(_models, w, value);
                    var samples = sampler.Sample(denoiser, Schedule, _start, label, random);
                    _samples[KeyOf(sweep.Name, sweep.Parameter, value, w)] = samples;
                    foreach (var target in targets.Where(target => sweep.HasWeight || target.Weight == w))
                    {
                        _samples[KeyOf(sweep.Name, sweep.Parameter, value, target.Weight)] = samples;
                        runs.Add(new(sweep.Name, sweep.Parameter, target.Weight, value, sweep.Nominal?.Invoke(target.Weight) == value, target.Floors(samples), MomentsOf(samples)));
                    }
                }
            }
        }

        return new(mixture.Components[label].Sigma, [.. targets.Select(target => target.Truth())], runs);
    }

    /// <summary>Mean and deviations along the line of the means, from the own one away from the other, and across it.</summary>
    public TruthMoments MomentsOf(Tensor<float> samples)
    {
        var (own, other) = (mixture.Components[label], mixture.Components[1 - label]);
        double left = own.Left - other.Left, right = own.Right - other.Right, distance = double.Hypot(left, right);
        (left, right) = (left / distance, right / distance);
        var places = PixelTensors.Points(samples).Select(p => (
            Along: ((p.Left - own.Left) * left) + ((p.Right - own.Right) * right),
            Across: ((p.Left - own.Left) * right) - ((p.Right - own.Right) * left))).ToList();
        double along = places.Average(p => p.Along), across = places.Average(p => p.Across);
        return new(along, across, Math.Sqrt(places.Average(p => (p.Along - along) * (p.Along - along))), Math.Sqrt(places.Average(p => (p.Across - across) * (p.Across - across))));
    }

    private static (string, string, double, double) KeyOf(string method, string parameter, double value, double w) => (method, parameter, value, w);

    // One tilted distribution: sets of it, and distances to the first.
    private sealed class Target
    {
        private readonly GuidanceTruth _all;
        private readonly TiltedMixture _tilted;
        private readonly SlicedWasserstein _reference;
        private readonly double[] _pairs;

        public Target(GuidanceTruth all, double w)
        {
            (_all, Weight, _tilted) = (all, w, new(all.Mixture, all.Label, w));
            _reference = SlicedWasserstein.To(Set(0), Directions);
            _pairs = [.. Enumerable.Range(1, Pairs).Select(pair => SlicedWasserstein.Between(Set(2 * pair), Set((2 * pair) + 1), Directions))];
        }

        public double Weight { get; }

        public double Floors(Tensor<float> samples) => _reference.Distance(samples) / _pairs.Average();

        public TruthTarget Truth()
        {
            double mean = _pairs.Average();
            var own = new TiltedMixture(_all.Mixture, _all.Label, 0).Sample<float>(_all.Count, Streams(1));
            return new(
                Weight, mean, Math.Sqrt(_pairs.Average(pair => (pair - mean) * (pair - mean))) / mean, Floors(Set(1)), Floors(own), Floors(_all.ByExactScore(Weight)), _all.MomentsOf(Set(0)));
        }

        private Tensor<float> Set(int number) => _tilted.Sample<float>(_all.Count, Streams(number));

        private PurposeRandom Streams(int number) => _all.Source.Derive((uint)(1000 + (100 * Weight) + number)).For(Purpose.Data);
    }

    private GaussianMixture Mixture => mixture;

    private int Label => label;

    private int Count => points;

    private RandomSource Source => random;
}

/// <summary>Guided samples of a mixture and the truth.</summary>
/// <param name="Sigma">The standard deviation of the classes.</param>
/// <param name="Targets">The truth for each weight.</param>
/// <param name="Runs">The guided samples.</param>
internal sealed record TruthMeasured(double Sigma, IReadOnlyList<TruthTarget> Targets, IReadOnlyList<TruthRun> Runs)
{
    /// <summary>The nominal run of a method.</summary>
    public TruthRun NominalOf(string method, double w) => Runs.First(run => run.Method == method && run.Weight == w && run.Nominal);

    /// <summary>The nearest run of a method, whatever the parameter.</summary>
    public TruthRun NearestOf(string method, double w) => Runs.Where(run => run.Method == method && run.Weight == w).MinBy(run => run.Floors)!;
}

/// <summary>A tilted distribution, with the controls of the measurement.</summary>
/// <param name="Weight">w.</param>
/// <param name="Floor">The mean sliced Wasserstein distance of two sets of it.</param>
/// <param name="FloorSpread">The standard deviation of these over pairs of sets, in floors.</param>
/// <param name="Again">Another set of it, in floors: what is right.</param>
/// <param name="ClassItself">Points of the class, p(x | y), in floors.</param>
/// <param name="ExactScore">Samples by its own exact score with the same solver, in floors: what the solver adds.</param>
/// <param name="Moments">Mean and spread.</param>
internal sealed record TruthTarget(double Weight, double Floor, double FloorSpread, double Again, double ClassItself, double ExactScore, TruthMoments Moments);

/// <summary>Samples of one way of guidance.</summary>
/// <param name="Method">The way.</param>
/// <param name="Parameter">What is swept.</param>
/// <param name="Weight">The w that was asked for, whose truth it is compared to.</param>
/// <param name="Value">The value of the parameter.</param>
/// <param name="Nominal">Whether it is what one would take who asks for w.</param>
/// <param name="Floors">The distance to the truth.</param>
/// <param name="Moments">Mean and spread.</param>
internal sealed record TruthRun(string Method, string Parameter, double Weight, double Value, bool Nominal, double Floors, TruthMoments Moments);

/// <summary>Mean and standard deviations along the line of the classes' means, away from the other class, and across it; the mean from that of the class.</summary>
internal sealed record TruthMoments(double Along, double Across, double DeviationAlong, double DeviationAcross);
