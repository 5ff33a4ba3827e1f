using Diffusion.Figures;

namespace Diffusion.Samples.Tests;

/// <summary>Small inputs for every figure, made from the mixture and a fixed seed.</summary>
internal static class FiguresSyntheticData
{
    private const double Sigma = 0.1;
    private static readonly Pixels[] Peaks = [new(-0.35, 0.65), new(0.75, -0.45)];
    private static readonly double[] Weights = [0.35, 0.65];

    /// <summary>Density of the mixture after noising to a signal share of <paramref name="alphaCumprod"/>.</summary>
    public static Func<double, double, double> Density(double alphaCumprod) => (left, right) =>
    {
        var (scale, variance) = (Math.Sqrt(alphaCumprod), (alphaCumprod * Sigma * Sigma) + 1 - alphaCumprod);
        var sum = 0.0;
        for (var k = 0; k < Peaks.Length; k++)
        {
            var (dx, dy) = (left - (scale * Peaks[k].Left), right - (scale * Peaks[k].Right));
            sum += Weights[k] * Math.Exp(-((dx * dx) + (dy * dy)) / (2 * variance));
        }

        return sum / (2 * Math.PI * variance);
    };

    public static PixelCloud Cloud(int count, double alphaCumprod = 1, int seed = 1)
    {
        var random = new Random(seed);
        var points = new Pixels[count];
        var labels = new int[count];
        var (signal, noise) = (Math.Sqrt(alphaCumprod), Math.Sqrt(1 - alphaCumprod));
        for (var i = 0; i < count; i++)
        {
            var k = labels[i] = random.NextDouble() < Weights[0] ? 0 : 1;
            points[i] = new(
                (signal * (Peaks[k].Left + (Sigma * Normal(random)))) + (noise * Normal(random)),
                (signal * (Peaks[k].Right + (Sigma * Normal(random)))) + (noise * Normal(random)));
        }

        return new(points, labels);
    }

    public static Pixels[] Gaussian(int count, double sigma, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new Pixels(sigma * Normal(random), sigma * Normal(random)))];
    }

    public static Trajectory Path(int steps, int seed = 2)
    {
        var random = new Random(seed);
        return new(
            [.. Enumerable.Range(0, steps + 1).Select(_ => new Pixels(Normal(random), Normal(random)))],
            [.. Enumerable.Range(0, steps + 1).Select(i => (double)(steps - i))]);
    }

    public static AnimationData Animation(int frames)
    {
        var points = Enumerable.Range(0, frames).Select(i => Cloud(100, i / (frames - 1.0), seed: 5).Points);
        return new([.. points.Select((p, i) => new AnimationFrame(frames - 1 - i, p))]);
    }

    /// <summary>Every PNG figure: its name, and how to write it.</summary>
    public static IEnumerable<(string Name, Action<string> Save)> Figures()
    {
        var truth = Density(1);
        var trajectory = new TrajectoryData(
            [.. new[] { 50, 40, 30, 20, 10 }.Select(t => new ReverseStage(t, Cloud(500, 1 - (t / 50.0)).Points))],
            50,
            truth,
            Path(50));
        yield return ("ground-truth", path => GroundTruthFigure.Save(path, new(truth, Cloud(500), Peaks)));
        yield return ("forward", path => ForwardFigure.Save(path,
            [.. new[] { 0, 10, 20, 30, 40, 50 }.Select(t => Stage(t))]));
        yield return ("trajectory-histogram", path => TrajectoryFigure.SaveHistogram(path, trajectory));
        yield return ("trajectory-kde", path => TrajectoryFigure.SaveKernelDensity(path, trajectory));
        yield return ("trajectory-kde-bandwidth", path => TrajectoryFigure.SaveKernelDensity(path, trajectory, 0.1));
        yield return ("timesteps", path => TimestepsFigure.Save(path,
            new(Timesteps(5, 10, 25, 50), Cloud(300), truth, 0.01)));
        yield return ("timesteps-one", path => TimestepsFigure.Save(path, new(Timesteps(7), Cloud(300), truth)));
        yield return ("timesteps-nine", path => TimestepsFigure.Save(path,
            new(Timesteps(1, 2, 3, 4, 5, 6, 7, 8, 9), Cloud(300), truth)));
        yield return ("guidance", path => GuidanceFigure.Save(path, new(truth,
            [.. new int?[] { null, 0, 1 }.Select(label => new GuidanceCondition(label, [Path(20, 3), Path(20, 4)]))], 1)));
        yield return ("guidance-strength", path => GuidanceStrengthFigure.Save(path,
            [.. from w in new[] { 0, 0.5, 1, 2, 4 }
                from y in new[] { 0, 1 }
                select new GuidedSamples(w, y, Cloud(200).Points)],
            [.. Peaks.Select(p => new MixtureComponent(p, Sigma))]));
        yield return ("points", path => PointsPlot.Save(path, "Points", ("one", Cloud(300)), ("two", Cloud(200))));
        yield return ("noise-field", path => NoiseFieldFigure.Save(path, [.. new[] { 5, 15, 30, 45 }.Select(Field)]));
        yield return ("training", path => TrainingFigure.Save(path, [Training("T = 5", 0.11), Training("T = 50", null)]));
        yield return ("error-budget", path => ErrorBudgetFigure.Save(path, new("Error budget", ["T = 5", "T = 50"],
            [new("network", [0.08, 0.02]), new("exact", [0.07, double.NaN])], "distance")));
        yield return ("samplers", path => SamplersFigure.Save(path, SamplersData.Distances(
            [.. new[] { "exact", "trained" }.Select(title => new SamplersPanel(title,
                [new("DDPM", [5, 10, 20], [0.5, 0.2, 0.05]), new("DEIS", [5, 10], [double.PositiveInfinity, 0.01])]))], 0.005, 1000)));
        yield return ("samplers-paths", path => SamplerPathsFigure.Save(path,
            [.. Enumerable.Range(0, 6).Select(i => new SamplerPaths($"sampler {i}", [Path(20, i), Path(20, i + 7)]))], truth, "A note."));
        yield return ("distillation", path => DistillationFigure.Save(path, new(
            [1, 2, 4], [0.5, 0.2, 0.1], [0.1, 0.05, double.NaN], 0.005, [("student", Cloud(200).Points), ("teacher", Cloud(200, 1, 3).Points)], truth)));
        yield return ("classifier-guidance", path => ClassifierGuidanceFigure.Save(path,
            [.. from kind in new[] { "classifier", "exact" } from w in new[] { 0.0, 1, 4 } select new GuidedPanel(kind, w, Cloud(200), "off by 0.1")], truth, "Remarks."));
        yield return ("guidance-truth", path => GuidanceTruthFigure.Save(path, "Truth", ["A note."],
            [new("far apart", truth, new(-0.35, 0.65), 0.5, [new("exact", Cloud(200).Points, "1.0 floors"), new("CFG", Cloud(200, 1, 3).Points, "40 floors"), new("CFG", Cloud(100, 1, 3).Points, "30 floors")])],
            [new(1, "lambda", [0.1, 0.5, 1], [[1, 3, double.PositiveInfinity], [double.NaN, 0, 50]], true)], ["w = 1", "w = 3"]));
        yield return ("variance", path => VarianceFigure.Save(path, [1, 2, 3], [new("upper", [0.1, 0.2, 0.4]), new("posterior", [0, 0.1, 0.3])], "upper"));
        yield return ("step-error", path => StepErrorFigure.Save(path, "Errors", [new("found", [0.2, 0.1, 0]), new("limit", [0.1, double.NaN, 0.1], IsLimit: true)]));
        yield return ("curves", path => CurvesFigure.Save(path, "Curves", ["A note."], new("h", true), new("error", true), new("found", [1e-3, 0.1], [0.2, 0]), new("limit", [1e-3, 0.1], [0.1, double.NaN], IsDashed: true)));
        yield return ("likelihood", path => LikelihoodFigure.Save(path, Likelihood(1.5, 20)));
        yield return ("bound", path => BoundFigure.Save(path, [2, 3, 4], [new("exact", [0.1, 0.2, 0.4]), new("model", [0.2, 0, double.NaN])], ["A note."]));
        yield return ("memorisation", path => MemorisationFigure.Save(path, new([0.01, 0.1, 1], [new("network", [0.001, 0.1, 0.2], [0.01, 0.1, double.NaN],
            [(0.9, 0.7, 1.2), (0.4, 0.1, 0.8), (double.NaN, double.NegativeInfinity, double.PositiveInfinity)], [true, true, false]), new("other", [], [], [], [])], ["A note."])));
        yield return ("classification", path => ClassificationPlot.Save(path, Cloud(100).Points, Cloud(100).Labels!,
            (x, y) => 1 / (1 + Math.Exp(y - x)), "Classes"));
    }

    private static LikelihoodData Likelihood(double limit, int size)
    {
        var truth = Density(1);
        double[] logs = [.. Enumerable.Range(0, size * size).Select(i => LikelihoodData.Centre(limit, size, i)).Select(p => Math.Log(truth(p.Left, p.Right)))];
        return new(limit, size, [.. logs.Select((log, i) => i == 7 ? double.NaN : log + 0.1)], logs, "A note.");
    }

    private static ForwardStage Stage(int t)
    {
        var alphaCumprod = 1 - (t / 50.0);
        return new(t, alphaCumprod, Cloud(300, alphaCumprod), Density(alphaCumprod));
    }

    private static TimestepsPanel[] Timesteps(params int[] steps) =>
        [.. steps.Select(t => new TimestepsPanel(t, Cloud(300, seed: t), 0.1 / t))];

    private static NoiseField Field(int t) => new(
        t,
        NoiseFieldFigure.Positions,
        [.. NoiseFieldFigure.Positions.Select(p => new Pixels(p.Left + 0.1, p.Right))],
        Density(1 - (t / 50.0)));

    private static TrainingCurve Training(string name, double? floor)
    {
        var random = new Random(8);
        double[] iterations = [.. Enumerable.Range(1, 400).Select(i => (double)i)];
        double[] losses = [.. iterations.Select(i => (0.1 + Math.Exp(-i / 50)) * (1 + (0.1 * random.NextDouble())))];
        return new(name, iterations, losses, [0, 200, 400], [1, 0.2, 0.1], floor);
    }

    // Box and Muller.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
