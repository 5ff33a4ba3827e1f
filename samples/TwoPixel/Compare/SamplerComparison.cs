namespace Diffusion.TwoPixel.Compare;

/// <summary>
/// Every sampler of the registry at several costs, with exact predictors and with trained ones; all from the same noise at the same time. The
/// learned variance is that of another network, and is compared on that one (<see cref="VarianceComparison"/>).
/// </summary>
internal sealed class SamplerComparison() : Comparison(Section, "samplers.png", "samplers-flow-edm.png")
{
    /// <summary>The section that it begins.</summary>
    public const string Section = "samplers";

    /// <summary>The evaluations of the solver that is to be better than DDPM with all steps.</summary>
    private const int FewEvaluations = 20;

    /// <summary>The costs of which the samplers spend as much as they can, and those that the first table shows.</summary>
    private static readonly int[] Costs = [5, 10, 20, 50], TabledCosts = [10, 20, 50];

    /// <summary>The solvers that are meant, all of one evaluation a step.</summary>
    private static readonly string[] FastSolvers = ["dpm++2m", "deis1", "deis2", "deis3"];

    private static IEnumerable<SamplerEntry> Entries => Samplers.All.Where(entry => !Predictor.NeedsAllSteps(entry));

    public override object? Measure(CompareRun run)
    {
        Predictor[] usual = Predictor.Usual(run), others = Predictor.OfOtherPaths(run);
        List<PredictorMetrics> measured = [];
        run.Reporter.Progress("Samplers", (usual.Length + others.Length) * Entries.Count(), progress =>
        {
            int done = 0;
            foreach (var predictor in usual.Concat(others))
                measured.Add(new PredictorMetrics(predictor.Name, predictor.Schedule.T, RunsOf(run, predictor, () => progress(++done))));
        });
        return new SamplerNumbers(measured[..usual.Length], measured[usual.Length..], TargetOf(measured));
    }

    public override void Draw(CompareRun run, IReadOnlyList<string> paths)
    {
        var (usual, others, _) = run.Numbers.Of<SamplerNumbers>();
        Draw(paths[0], Predictor.Usual(run), usual);
        Draw(paths[1], Predictor.OfOtherPaths(run), others);

        void Draw(string path, IEnumerable<Predictor> predictors, IEnumerable<PredictorMetrics> measured) => SamplersFigure.Save(path, SamplersData.Distances(
            [.. predictors.Zip(measured, (predictor, metrics) => new SamplersPanel(
                predictor.Title,
                [.. metrics.Runs.GroupBy(each => each.Sampler).Select(runs => new SamplerCurve(
                    Samplers.Find(runs.Key).Title, [.. runs.Select(each => (double)each.Evaluations)], [.. runs.Select(each => each.Swd)]))]))],
            run.Floor.Mean,
            run.Settings.Points));
    }

    public override IEnumerable<IReadOnlyList<string>> InShort(Measurements numbers)
    {
        var (target, floor) = (numbers.Of<SamplerNumbers>().Target, numbers.Of<CompareNumbers>().SwdFloor);
        return
        [
            [$"{Title(target.Continuous)}, {target.Continuous.Evaluations} evaluations, real times", floor.Tell(target.Continuous.Swd), $"DDPM, {target.DdpmContinuous.Evaluations}: {floor.Tell(target.DdpmContinuous.Swd)}"],
            [$"{Title(target.Discrete)}, {target.Discrete.Evaluations} evaluations, whole times", floor.Tell(target.Discrete.Swd), $"DDPM, {target.Ddpm.Evaluations}: {floor.Tell(target.Ddpm.Swd)}; floor: {floor}"],
        ];
    }

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths)
    {
        var ((usual, others, target), floor) = (numbers.Of<SamplerNumbers>(), numbers.Of<CompareNumbers>().SwdFloor);
        string Against(SamplerMetrics solver, SamplerMetrics ddpm, string network) =>
            $"With {solver.Evaluations} evaluations of the network {network} {Title(solver)} comes to {floor.Tell(solver.Swd)}, DDPM with {ddpm.Evaluations} to {floor.Tell(ddpm.Swd)}: {Verdict(solver.Swd, ddpm.Swd, floor)}. ";
        _ = report
            .Paragraph("A solver of the probability-flow ODE takes large steps where the path is straight. "
                + Against(target.Continuous, target.DdpmContinuous, "on real times") + Against(target.Discrete, target.Ddpm, "of whole times")
                + $"{floor.Sets} sets of the data themselves come to {floor}, so what is not more than {F4(floor.Highest)} is not told apart from the data.")
            .Figure(paths[0], "Distance to the data against network evaluations, every sampler, with the exact predictor and with trained networks. All runs start from the same noise at the same level, where log √(SNR) is -5.1, or at the last whole time before. The optimal variance adds noise at the last step too.");
        Table(report, usual, TabledCosts, "Distances by sampler with the most evaluations up to 10, 20 and 50; an order is that of the error on the probability-flow ODE.");
        _ = report
            .Paragraph("The same samplers on other ways from the noise to the data: the straight line, whose network is taught by flow matching, and the variance exploding way with EDM's objective. The exact predictor beside each network shows what of a distance is the solver's and what the network's.")
            .Figure(paths[1], "Distance to the data against network evaluations on the straight line and on the variance exploding way.");
        foreach (var pair in others.Chunk(2))
            Table(report, pair, Costs, $"Distances with the most evaluations up to 5, 10, 20 and 50: {pair[0].Predictor}, and the trained network.");
    }

    // By sampler the distance of each predictor with the most evaluations up to each cost.
    private static void Table(HtmlReport report, IReadOnlyList<PredictorMetrics> predictors, int[] costs, string caption)
    {
        var columns = predictors.SelectMany(metrics => costs.Select(cost => (Metrics: metrics, Cost: cost))).ToList();
        _ = report.Table(
            ["sampler", "order", .. columns.Select(column => $"{column.Metrics.Predictor}, {column.Cost}")],
            Entries.Select(entry => (IReadOnlyList<string>)
            [
                entry.Title, entry.Order?.ToString(CultureInfo.InvariantCulture) ?? "-",
                .. columns.Select(column => column.Metrics.Of(entry.Name, column.Cost) is { } run ? F4(run.Swd) : "-"),
            ]),
            caption);
    }

    private static List<SamplerMetrics> RunsOf(CompareRun run, Predictor predictor, Action progress)
    {
        var runs = new List<SamplerMetrics>();
        foreach (var entry in Entries)
        {
            foreach (int cost in Costs)
            {
                if (predictor.WithCost(entry, cost) is not var (sampler, evaluations) || runs.Any(last => last.Sampler == entry.Name && last.Evaluations == evaluations))
                    continue;
                run.Cancellation.ThrowIfCancellationRequested();
                var start = Start.Draw<float>(run.Random, [run.Settings.Points, 2, 1], predictor.Schedule, sampler.TimesFor(predictor.Schedule)[0]);
                runs.Add(new SamplerMetrics(entry.Name, evaluations, run.Distance(sampler.Sample(predictor.DenoiserFor(entry), predictor.Schedule, start, default, run.Random))));
            }

            progress();
        }

        return runs;
    }

    private static SolverTarget TargetOf(List<PredictorMetrics> measured)
    {
        static SamplerMetrics Ddpm(PredictorMetrics metrics) => metrics.Of("ddpm", CompareSettings.DiscreteT)!;
        static SamplerMetrics Best(PredictorMetrics metrics) => FastSolvers.Select(name => metrics.Of(name, FewEvaluations)!).MinBy(run => run.Swd)!;
        var (continuous, discrete) = (measured[1], measured[2]);
        return new SolverTarget(Ddpm(discrete), Ddpm(continuous), Best(discrete), Best(continuous));
    }

    private static string Verdict(double solver, double ddpm, SwdFloor floor) =>
        solver <= floor.Highest && ddpm <= floor.Highest ? "both are as near as the data themselves"
        : solver < ddpm ? $"DDPM is {F2(ddpm / Math.Max(solver, floor.Mean))} times as far as {(solver <= floor.Highest ? "sets of the data" : "that")}"
        : "here the solver is not nearer";

    private static string Title(SamplerMetrics run) => Samplers.Find(run.Sampler).Title;
}

/// <summary>What it adds to compare.json.</summary>
/// <param name="Samplers">Every sampler with each predictor, on the way that preserves variance.</param>
/// <param name="OtherPaths">The same on the straight line of flow matching and on EDM's variance exploding way.</param>
/// <param name="Target">A fast solver with the trained model against DDPM with all steps.</param>
internal sealed record SamplerNumbers(IReadOnlyList<PredictorMetrics> Samplers, IReadOnlyList<PredictorMetrics> OtherPaths, SolverTarget Target);

/// <summary>The samplers with one predictor.</summary>
/// <param name="Predictor">exact, continuous or discrete; exact flow, flow, exact edm or edm.</param>
/// <param name="T">T of its schedule.</param>
/// <param name="Runs">Every sampler at every cost.</param>
internal sealed record PredictorMetrics(string Predictor, int T, IReadOnlyList<SamplerMetrics> Runs)
{
    /// <summary>The run of a sampler with at most so many evaluations that has the most; null if there is none.</summary>
    public SamplerMetrics? Of(string sampler, int evaluations) =>
        Runs.Where(run => run.Sampler == sampler && run.Evaluations <= evaluations).MaxBy(run => run.Evaluations);
}

/// <summary>A sampler with so many network evaluations.</summary>
internal sealed record SamplerMetrics(string Sampler, int Evaluations, double Swd);

/// <summary>The best of DPM-Solver++ and DEIS with 20 evaluations, and DDPM with up to 50, all with trained models.</summary>
/// <param name="Ddpm">DDPM with every step of the study's model from the common start on.</param>
/// <param name="DdpmContinuous">DDPM with 50 steps and the model on real times.</param>
/// <param name="Discrete">The best solver of 20 evaluations at whole times with the study's model.</param>
/// <param name="Continuous">The best solver of 20 evaluations with the model on real times.</param>
internal sealed record SolverTarget(SamplerMetrics Ddpm, SamplerMetrics DdpmContinuous, SamplerMetrics Discrete, SamplerMetrics Continuous);
