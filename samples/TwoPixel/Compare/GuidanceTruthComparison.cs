namespace Diffusion.TwoPixel.Compare;

/// <summary>
/// Whether guidance of weight w samples p(x) p(y | x)^(1 + w), as is said: exact denoisers and a fine solver against points drawn exactly, on the two-pixel
/// data, whose classes lie far apart, and on the same with classes that overlap. No model is needed.
/// </summary>
internal sealed class GuidanceTruthComparison() : Comparison("what guidance really samples", "guidance-truth.png")
{
    private const int Label = 0, Drawn = 3000;

    private const double DrawnWeight = 3;

    /// <summary>A measurement is trusted if what is right scores less than this many floors, and a sample that is wrong at least <see cref="Told"/>.</summary>
    public const double Right = 2, Told = 10;

    private static readonly string[] Columns =
        [GuidanceMethods.Free, GuidanceMethods.Noisy, GuidanceMethods.Interval, GuidanceMethods.Spread, GuidanceMethods.PlusPlus, GuidanceMethods.Projected, GuidanceMethods.Langevin];

    // The parameter that is drawn where a method has several, and those whose axis is logarithmic.
    private static readonly string[] DrawnParameters = ["w", "t/T up to", "lambda", "r", "moves"], Logarithmic = ["lambda", "r", "moves"];

    private GuidanceTruth? _apart, _overlapping;

    public override object? Measure(CompareRun run) => Measure(run.Settings.Points, run.Random, run.Cancellation);

    /// <summary>Measures both mixtures.</summary>
    public GuidanceTruthNumbers Measure(int points, RandomSource random, CancellationToken cancellation)
    {
        _apart = new(GaussianMixture.TwoPixel, Label, points, random);
        _overlapping = new(GuidanceTruth.Overlapping, Label, points, random);
        return new(new(points, GuidanceMethods.Steps, _apart.Measure(swept: false, cancellation), _overlapping.Measure(swept: true, cancellation)));
    }

    public override void Draw(CompareRun run, IReadOnlyList<string> paths) => Draw(run.Numbers.Of<GuidanceTruthNumbers>().GuidanceTruth, paths[0]);

    /// <summary>Draws what was measured before.</summary>
    public void Draw(GuidanceTruthMetrics measured, string path)
    {
        if (_apart is null || _overlapping is null)
            throw new InvalidOperationException("What is drawn is measured first.");
        Pixels near = new(-0.43, 0.73), wide = new(-0.75, 1.05);
        TruthPanels[] rows =
        [
            Row($"classes far apart, w = {DrawnWeight}", GaussianMixture.TwoPixel, _apart, near, 0.5, measured.Apart, measured.Apart.NominalOf),
            Row($"overlapping, w = {DrawnWeight}", GuidanceTruth.Overlapping, _overlapping, wide, 2.1, measured.Overlapping, measured.Overlapping.NominalOf),
            Row("overlapping, nearest setting", GuidanceTruth.Overlapping, _overlapping, wide, 2.1, measured.Overlapping, measured.Overlapping.NearestOf),
        ];
        double[] weights = [.. GuidanceTruth.Weights.Where(w => w > 0)];
        var curves = GuidanceMethods.Sweeps.Where(sweep => Columns.Contains(sweep.Name) && DrawnParameters.Contains(sweep.Parameter)).Select(sweep =>
        {
            bool logarithmic = Logarithmic.Contains(sweep.Parameter);
            return new TruthCurves(
                Array.IndexOf(Columns, sweep.Name) + 1, sweep.Parameter, sweep.Values,
                [.. weights.Select(w => (IReadOnlyList<double>)[.. sweep.Values.Select(value => measured.Overlapping.Runs.First(run => (run.Method, run.Parameter, run.Weight, run.Value) == (sweep.Name, sweep.Parameter, w, value)).Floors)])],
                logarithmic);
        });
        GuidanceTruthFigure.Save(
            path,
            "Guidance does not sample p(x)·p(y | x)^(1 + w)",
            [
                $"Class {Label} of the two-pixel data with exact denoisers; {Math.Min(Drawn, measured.Points):N0} of {measured.Points:N0} samples in each panel, all from the same noise. Corner: distance to {measured.Points:N0} points of the truth; a floor is that of two sets of the truth.",
                $"First column: the same solver with the truth's own exact score. Third row: of all settings that were tried, the nearest to the truth for w = {DrawnWeight}. Fourth: overlapping classes, one parameter swept.",
            ],
            rows,
            [.. curves],
            [.. weights.Select(w => $"truth for w = {Short(w)}")]);
    }

    public override IEnumerable<IReadOnlyList<string>> InShort(Measurements numbers)
    {
        var measured = numbers.Of<GuidanceTruthNumbers>().GuidanceTruth;
        return [[$"guidance of w = {DrawnWeight} against the tilted distribution", $"{F1(measured.Overlapping.NominalOf(GuidanceMethods.Free, DrawnWeight).Floors)} floors", $"its own exact score: {F1(measured.Overlapping.Targets.First(target => target.Weight == DrawnWeight).ExactScore)}"]];
    }

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths)
    {
        var measured = numbers.Of<GuidanceTruthNumbers>().GuidanceTruth;
        GuidanceTruthWords.Write(report, measured);
        _ = report.Figure(paths[0], "What each way of guidance samples, over contours of what it is said to sample, and how far off it is.");
    }

    private static TruthPanels Row(string name, GaussianMixture mixture, GuidanceTruth truth, Pixels centre, double half, TruthMeasured measured, Func<string, double, TruthRun> choose)
    {
        var tilted = new TiltedMixture(mixture, Label, DrawnWeight);
        var target = measured.Targets.First(each => each.Weight == DrawnWeight);
        return new(
            name,
            (left, right) => Math.Exp(tilted.UnnormalizedLogDensity([left, right])),
            centre,
            half,
            [
                new("exact score of the truth", PixelTensors.Points(truth.ByExactScore(DrawnWeight), Drawn), $"{F1(target.ExactScore)} floors"),
                .. Columns.Select(column => choose(column, DrawnWeight)).Select(run => new TruthPanel(
                    $"{(run.Method == GuidanceMethods.Interval ? GuidanceMethods.Free : run.Method)}, {GuidanceTruthWords.Setting(run)}", PixelTensors.Points(truth.SamplesOf(run), Drawn), $"{F1(run.Floors)} floors")),
            ]);
    }

    private static string Short(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string F1(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}

/// <summary>What it adds to compare.json.</summary>
internal sealed record GuidanceTruthNumbers(GuidanceTruthMetrics GuidanceTruth);

/// <summary>Guided samples against the tilted distribution.</summary>
/// <param name="Points">The points of each distance.</param>
/// <param name="Steps">The steps of the solver.</param>
/// <param name="Apart">The two-pixel data, at nominal settings.</param>
/// <param name="Overlapping">The same with classes that overlap, all settings.</param>
internal sealed record GuidanceTruthMetrics(int Points, int Steps, TruthMeasured Apart, TruthMeasured Overlapping);
