using System.Collections.Concurrent;
using System.Diagnostics;
using Diffusion.Tensors.Threading;

namespace Diffusion.TwoPixel.Compare;

/// <summary>What the comparisons share: models, chance, reference points and noise. Everything compared starts from the same noise.</summary>
internal sealed record CompareRun(CompareModels Models, CompareSettings Settings, IReporter Reporter, CancellationToken Cancellation)
{
    private readonly ConcurrentDictionary<NoiseSchedule, OptimalVariance> _optimal = new();
    private const int FloorSets = 20;

    private readonly Lazy<(SlicedWasserstein Distances, SwdFloor Floor)> _reference = new(() => ReferenceOf(Models.Mixture, Settings));

    public RandomSource Random { get; } = RandomOf(Settings);

    /// <summary>The distances of sets of the data to the reference points.</summary>
    public SwdFloor Floor => _reference.Value.Floor;

    /// <summary>What was measured.</summary>
    public Measurements Numbers { get; private set; } = new();

    /// <summary>Noise to start from.</summary>
    public Tensor<float> Noise => Start.Draw<float>(Random, [Settings.Points, 2, 1]);

    /// <summary>The optimal variances of a schedule.</summary>
    public OptimalVariance Optimal(NoiseSchedule schedule) => _optimal.GetOrAdd(schedule, known => OptimalVariance.For(Models.Mixture, known));

    /// <summary>The distance of samples to the data.</summary>
    public double Distance(Tensor<float> points) => Distance(_reference.Value.Distances, points);

    /// <summary>A distance of samples that may have diverged: infinite where a point is no longer a number.</summary>
    public static double Distance(SlicedWasserstein reference, Tensor<float> points) =>
        points.Span.ToArray().All(float.IsFinite) ? reference.Distance(points) : double.PositiveInfinity;

    /// <summary>Measures and draws all comparisons, and writes compare.json and compare.html.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="start">When the command began.</param>
    /// <returns>The report of it.</returns>
    /// <exception cref="OperationCanceledException">The user stopped it; no figure has been drawn.</exception>
    public CompareReport Run(StudyFolder folder, long start)
    {
        var comparisons = Comparisons.All;
        var measured = new List<object?>();
        foreach (var section in comparisons.GroupBy(comparison => comparison.SectionOf(Numbers)))
        {
            Cancellation.ThrowIfCancellationRequested();
            Reporter.Say($"Comparing: {section.Key}.");
            measured.AddRange(section.Select(comparison => comparison.Measure(this)));
        }

        Cancellation.ThrowIfCancellationRequested();
        Numbers = new(measured);
        foreach (var comparison in comparisons)
            comparison.Draw(this, comparison.PathsIn(folder));
        var head = new CompareNumbers(
            Settings.Run.Seed, Workers.ThreadCount, Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1), Settings.Points, Models.Iterations, Floor);
        var report = new CompareReport(folder, Numbers = new([head, .. measured]));
        report.Write();
        return report;
    }

    private static RandomSource RandomOf(CompareSettings settings) => new RandomSource(settings.Run.Seed).Derive(4);

    private static (SlicedWasserstein, SwdFloor) ReferenceOf(GaussianMixture mixture, CompareSettings settings)
    {
        const int First = 1_000_000;
        var random = RandomOf(settings).For(Purpose.Metrics);
        var distances = SlicedWasserstein.To(mixture.Sample<float>(settings.Points, random.At(First)).X0);
        return (distances, SwdFloor.Of([.. Enumerable.Range(First + 1, FloorSets).Select(set => distances.Distance(mixture.Sample<float>(settings.Points, random.At(set)).X0))]));
    }
}

/// <summary>The head of compare.json: the run, training included; the points of each distance; the training steps of each model; what sets of the data themselves come to.</summary>
/// <remarks>Distances are sliced Wasserstein distances, densities in nats.</remarks>
internal sealed record CompareNumbers(ulong Seed, int Threads, double ElapsedSeconds, int Points, SortedDictionary<string, int> Iterations, SwdFloor SwdFloor);

/// <summary>What sets of the data come to, measured as samples are: no sampler can be told to be nearer.</summary>
/// <param name="Sets">The number of sets.</param>
/// <param name="Mean">The mean of their distances.</param>
/// <param name="Deviation">The standard deviation.</param>
internal sealed record SwdFloor(int Sets, double Mean, double Deviation)
{
    /// <summary>Up to here, two standard deviations above the mean, a distance is one that the data themselves have.</summary>
    public double Highest => Mean + (2 * Deviation);

    /// <summary>The floor of some distances.</summary>
    public static SwdFloor Of(double[] distances)
    {
        double mean = distances.Average();
        return new(distances.Length, mean, Math.Sqrt(distances.Sum(d => (d - mean) * (d - mean)) / (distances.Length - 1)));
    }

    /// <summary>A distance in words: where the data themselves would be as far, it says so.</summary>
    public string Tell(double distance) => distance > Highest ? F4(distance) : $"{F4(distance)}, at the floor";

    public override string ToString() => $"{F4(Mean)} ± {F4(Deviation)}";
}
