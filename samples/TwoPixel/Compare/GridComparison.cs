namespace Diffusion.TwoPixel.Compare;

/// <summary>
/// What the grid of times does to solvers of high order: the exact predictor on several grids, each against the exact flow from the same start. So only the
/// solver's error is left, and no floor hides it.
/// </summary>
internal sealed class GridComparison() : Comparison(SamplerComparison.Section, "solver-grids.png")
{
    private const int Points = 2000, FineSteps = 400;

    /// <summary>The grid whose ends are nearer together.</summary>
    private const double HighSigma = 20, LowSigma = 0.02;

    private static readonly int[] Steps = [3, 4, 5, 8, 12, 18, 25];

    private static readonly string[] Solvers = ["heun", "rk4"];

    /// <summary>Steps that are equal in log sigma between two levels, and a last one to the data.</summary>
    private static readonly StepSpacing Narrow = new("LogSnr, narrower", static (schedule, steps, from, end) =>
        [.. StepSpacing.LogSnr.Of(schedule, steps - 1, from, schedule.TimeOfLambda(-Math.Log(LowSigma))), end]);

    public override object? Measure(CompareRun run)
    {
        var schedule = run.Models.Continuous.Schedule;
        var exact = new ExactDenoiser<float>(run.Models.Mixture, schedule);
        var noise = Start.Draw<float>(run.Random, [Math.Min(Points, run.Settings.Points), 2, 1]);
        double wide = new DeisSampler<float>().TimesFor(schedule)[0], narrow = schedule.TimeOfLambda(-Math.Log(HighSigma));
        (StepSpacing Spacing, double Start)[] grids = [(StepSpacing.LogSnr, wide), (Narrow, narrow), (StepSpacing.Karras, wide), (StepSpacing.Logistic, wide)];
        var fine = new[] { wide, narrow }.ToDictionary(start => start, start => Sample("rk4", StepSpacing.LogSnr, start, FineSteps));
        var rows = from solver in Solvers
                   from grid in grids
                   from steps in Steps
                   select new GridRow(solver, grid.Spacing.Name, schedule.At(grid.Start).Rho, steps,
                       Samplers.Find(solver).Create<float>(Settings(grid.Spacing, grid.Start, steps)).EvaluationsFor(schedule),
                       RootMeanSquare(Sample(solver, grid.Spacing, grid.Start, steps), fine[grid.Start]));
        return new GridNumbers(new GridMetrics(FineSteps, schedule.At(1).Rho, [.. rows]));

        static SamplerSettings Settings(StepSpacing spacing, double start, int steps) => new() { Steps = steps, Spacing = spacing, StartTime = start };

        Tensor<float> Sample(string solver, StepSpacing spacing, double start, int steps) =>
            Samplers.Find(solver).Create<float>(Settings(spacing, start, steps)).Sample(exact, schedule, noise, default, run.Random);
    }

    public override void Draw(CompareRun run, IReadOnlyList<string> paths)
    {
        var measured = run.Numbers.Of<GridNumbers>().Grids;
        SamplersFigure.Save(paths[0], new SamplersData(
            "Solvers of high order: it is the grid",
            [$"Root mean square distance of the end points to those of the exact flow ({measured.FineSteps} steps of Runge-Kutta) from the same noise. Exact predictor."],
            "distance to the exact flow",
            [.. Solvers.Select(solver => new SamplersPanel(Samplers.Find(solver).Title, [.. measured.Rows.Where(row => row.Solver == solver).GroupBy(row => row.Spacing).Select(rows =>
                new SamplerCurve(Title(rows.First(), measured), [.. rows.Select(row => (double)row.Evaluations)], [.. rows.Select(row => row.Error)]))]))]));
    }

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths)
    {
        var measured = numbers.Of<GridNumbers>().Grids;
        double Error(string solver, StepSpacing spacing, int steps) => measured.Rows.Single(row => row.Solver == solver && row.Spacing == spacing.Name && row.Steps == steps).Error;
        string Of(StepSpacing spacing) => string.Join(", ", Solvers.Select(solver => $"{F4(Error(solver, spacing, 5))} ({Samplers.Find(solver).Title})"));
        bool isLeast = Solvers.All(solver => Error(solver, StepSpacing.Logistic, 5) < Error(solver, StepSpacing.LogSnr, 5));
        _ = report
            .Paragraph($"What the grid does. A method of high order is one for small ratios of sigma from step to step. Equal steps in log sigma with the whole way to go leave, with five steps, {Of(StepSpacing.LogSnr)}; between sigma {HighSigma} and {LowSigma} {Of(Narrow)}. The price of the narrower grid is not in these numbers, since each run is compared with the flow from its own start: at sigma {HighSigma} the data's mean is still a twentieth of x, and pure noise does not have it. "
                + $"Steps that are equal in the logistic function of 0.6 log sigma keep both ends and spend few steps there: {Of(StepSpacing.Logistic)}{(isLeast ? ". They are the default of both methods." : "; here they are not better.")}")
            .Figure(paths[0], "Heun's method and Runge-Kutta's on four grids, against network evaluations.")
            .Table(
                ["solver", "steps in", .. Steps.Select(steps => $"{steps} steps")],
                measured.Rows.GroupBy(row => (row.Solver, row.Spacing)).Select(rows => (IReadOnlyList<string>)
                    [Samplers.Find(rows.Key.Solver).Title, Title(rows.First(), measured), .. rows.Select(row => F4(row.Error))]),
                "Root mean square distance to the exact flow.");
    }

    private static string Title(GridRow row, GridMetrics measured)
    {
        string to = row.Spacing == StepSpacing.Logistic.Name ? "0" : (row.Spacing == Narrow.Name ? LowSigma : measured.LowSigma).ToString("0.####", CultureInfo.InvariantCulture);
        return $"{(row.Spacing == Narrow.Name ? StepSpacing.LogSnr.Name : row.Spacing)}, sigma {row.HighSigma.ToString("0", CultureInfo.InvariantCulture)} to {to}";
    }

    private static double RootMeanSquare(Tensor<float> points, Tensor<float> others)
    {
        double squares = 0;
        for (int i = 0; i < points.Length; i++)
            squares += Math.Pow(points.Span[i] - others.Span[i], 2);
        return Math.Sqrt(squares / points.Shape[0]);
    }
}

/// <summary>What it adds to compare.json.</summary>
internal sealed record GridNumbers(GridMetrics Grids);

/// <summary>Errors of solvers by grid.</summary>
/// <param name="FineSteps">The steps of the flow that counts as exact.</param>
/// <param name="LowSigma">sigma at t = 1, where grids in log sigma end before their last step.</param>
/// <param name="Rows">By solver, grid and steps.</param>
internal sealed record GridMetrics(int FineSteps, double LowSigma, IReadOnlyList<GridRow> Rows);

/// <summary>One run: its error is the root mean square distance to the exact flow from the same start.</summary>
internal sealed record GridRow(string Solver, string Spacing, double HighSigma, int Steps, int Evaluations, double Error);
