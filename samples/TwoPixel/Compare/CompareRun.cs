using System.Collections.Concurrent;
using System.Diagnostics;
using Diffusion.Tensors.Threading;

namespace Diffusion.TwoPixel.Compare;

/// <summary>What the comparisons share: models, chance, reference points and noise. Everything compared starts from the same noise.</summary>
internal sealed record CompareRun(CompareModels Models, CompareSettings Settings, IReporter Reporter, CancellationToken Cancellation)
{
    private readonly ConcurrentDictionary<NoiseSchedule, OptimalVariance> _optimal = new();
    private readonly Lazy<(SlicedWasserstein Distances, double Floor)> _reference = new(() => ReferenceOf(Models.Mixture, Settings));

    public RandomSource Random { get; } = RandomOf(Settings);

    /// <summary>The distance between two sets of the data.</summary>
    public double Floor => _reference.Value.Floor;

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

    private static (SlicedWasserstein, double) ReferenceOf(GaussianMixture mixture, CompareSettings settings)
    {
        var random = RandomOf(settings).For(Purpose.Metrics);
        var distances = SlicedWasserstein.To(mixture.Sample<float>(settings.Points, random.At(1_000_000)).X0);
        return (distances, distances.Distance(mixture.Sample<float>(settings.Points, random.At(1_000_001)).X0));
    }
}

/// <summary>The head of compare.json: the run, training included; the points of each distance; the training steps of each model; the distance between two sets of the data.</summary>
/// <remarks>Distances are sliced Wasserstein distances, densities in nats.</remarks>
internal sealed record CompareNumbers(ulong Seed, int Threads, double ElapsedSeconds, int Points, SortedDictionary<string, int> Iterations, double SwdFloor);
