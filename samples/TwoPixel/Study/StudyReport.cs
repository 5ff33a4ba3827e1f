using Diffusion.TwoPixel.Study.Experiments;

namespace Diffusion.TwoPixel.Study;

/// <summary>report.html: the numbers in short, the sections of the experiments, and what holds for all of them.</summary>
internal sealed class StudyReport(RunConfiguration configuration, MetricsDocument metrics, StudyFolder output)
{
    // Below this a last step is told to magnify errors.
    private const double MagnifyingRoot = 0.5;

    private readonly StudyFindings _findings = new(configuration, metrics);

    /// <summary>The head of <see cref="SummaryRows"/>.</summary>
    public IReadOnlyList<string> SummaryHeader => _findings.Mixture is not { } mixture ? ["T", "distance", "floor", "final loss", "distance by class"] :
    [
        "T", "distance", "exact predictor", "floor", "weights", "mode sd", "outliers",
        "noise rmse " + string.Join("/", Enumerable.Range(0, mixture.LabelCount).Select(label => $"{label}").Prepend("none")), "accuracy",
    ];

    /// <summary>The numbers in short, model by model.</summary>
    public IEnumerable<IReadOnlyList<string>> SummaryRows => _findings.Mixture is null ? metrics.Models.Select(PointsRow) : metrics.Models.Select(MixtureRow);

    /// <summary>Writes it.</summary>
    /// <exception cref="InvalidDataException">The metrics are not those of such a study.</exception>
    public void Write()
    {
        bool exact = _findings.Mixture is not null;
        var (swd, models) = (_findings.Of<DistanceNumbers>(), metrics.Models);
        string trained = $"{models.Count} {(models.Count == 1 && !exact ? "network was" : "networks were")} trained from nothing (T = {string.Join(", ", models.Select(m => m.Of<ModelNumbers>().T))}, seed {configuration.Seed})";
        var report = exact
            ? new HtmlReport(
                "Two-pixel diffusion",
                $"{trained} and measured against the exact Gaussian mixture. With T = {_findings.T} the samples are {F4(swd.Swd)} from the data in sliced Wasserstein distance; the exact noise predictor, with the same sampler and the same noise, comes to {F4(_findings.Of<ExactNumbers>().SwdExactDenoiser)}, two sets of the data themselves to {F4(swd.SwdFloor)}.")
            : new HtmlReport(
                "Two-pixel diffusion of your own points",
                $"{trained} on {_findings.Data.Set!.Count:N0} points. With T = {_findings.T} the samples are {F4(swd.Swd)} from the points in sliced Wasserstein distance; two halves of the points are {F4(swd.SwdFloor)} apart.")
                .Paragraph("The true distribution of your points is not known, so the exact predictor and all that needs it are left out: the error and the loss ratio of the predicted noise, the density of the ground truth, statistics of modes, and the error budget.");
        _ = report.Table(SummaryHeader, SummaryRows, exact
            ? "What was measured, model by model; distances are sliced Wasserstein distances over 50,000 points."
            : $"What was measured, model by model. Samples are compared to one half of the points, as many as are in it (at most {StudyRun.Points:N0}); the floor is the other half's distance to it. The networks have seen both halves.");
        StudyExperiment.WriteAll(StudyExperiments.Of(_findings.Data), report, _findings, output, (number, title) => $"{number}. {title}");
        if (exact)
        {
            Compare.CompareReport.AddTo(report, output);
            if (!_findings.Own)
                Changes(report);
            Limits(report);
        }

        _ = report.Section("Configuration and metrics")
            .Configuration(configuration.ToJson(), "config.json: --config repeats this run.")
            .Configuration(metrics.ToJson(), "metrics.json");
        report.Save(output.Report);
    }

    private static IReadOnlyList<string> PointsRow(Measurements measured)
    {
        var (model, distances) = (measured.Of<ModelNumbers>(), measured.Of<DistanceNumbers>());
        string byClass = string.Join(" / ", InOrder(distances.ConditionalSwd!).Select(F4));
        return [$"{model.T}", F4(distances.Swd), F4(distances.SwdFloor), F4(model.FinalLoss), byClass is "" ? "no labels" : byClass];
    }

    private static IReadOnlyList<string> MixtureRow(Measurements measured)
    {
        var (distances, modes) = (measured.Of<DistanceNumbers>(), measured.Of<ModeNumbers>());
        return
        [
            $"{measured.Of<ModelNumbers>().T}", F4(distances.Swd), F4(measured.Of<ExactNumbers>().SwdExactDenoiser), F4(distances.SwdFloor),
            string.Join(" / ", modes.ModeWeights.Select(F3)), string.Join(" / ", modes.ModeStandardDeviations.Select(F3)), Percent(modes.OutlierShare),
            string.Join(" / ", InOrder(measured.Of<NoiseNumbers>().NoiseRmse).Select(e => F3(e.Overall))),
            string.Join(" / ", InOrder(measured.Of<AccuracyNumbers>().ClassAccuracy).Select(F4)),
        ];
    }

    private void Changes(HtmlReport report) =>
        report.Section("Changes from the assignment").List([.. AssignmentNotes.Changes(configuration), AssignmentNotes.FigureTwo]);

    private void Limits(HtmlReport report)
    {
        var modes = _findings.Of<ModeNumbers>().ModeStandardDeviations;
        bool narrow = modes.Zip(_findings.Mixture!.Components).All(mode => mode.First < mode.Second.Sigma);
        double root = Math.Sqrt(configuration.ScheduleFor(_findings.T).PosteriorOf(_findings.T, _findings.T - 1).Alpha);
        _ = report.Section("Known limits").List(
        [
            .. narrow ? [$"Modes are too narrow with the posterior variance ({Pair(modes)} instead of {_findings.Sigmas} with T = {_findings.T}); see section 7."] : (string[])[],
            $"A single distance varies by about 10 % from seed to seed; the comparison with the exact predictor is coupled, so it does not.",
            .. root > MagnifyingRoot ? (string[])[] : [$"The last step of the {configuration.Schedule.ToString().ToLowerInvariant()} schedule divides by √α_T = {root.ToString("0.##", CultureInfo.InvariantCulture)}: errors of the prediction at t = T are magnified about {(1 / root).ToString("0", CultureInfo.InvariantCulture)} times. Clamping the predicted x_0 would hide it, and is off so that network and exact predictor are compared as they are."],
            "Guidance with w above 0 does not sample p(x)·p(y|x)^(1 + w): modes move outward and narrow.",
            "Results are the same for any number of threads, but processors with other vector units round differently.",
        ]);
    }
}
