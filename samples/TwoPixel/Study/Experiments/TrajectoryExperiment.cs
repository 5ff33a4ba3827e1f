namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>How noise becomes data, and in which modes it ends.</summary>
internal sealed class TrajectoryExperiment() : StudyExperiment(ReverseSection, "trajectory-histogram.png", "trajectory-kde.png")
{
    /// <summary>The point whose way is drawn.</summary>
    public const int FollowedPoint = 2;

    public override int Rank => -1;

    public override string SectionOf(StudyFindings findings) => findings.Mixture is null ? SamplesSection : base.SectionOf(findings);

    public override object? Measure(ModelRun model)
    {
        if (model.Study.Data.Mixture is not { } mixture)
            return null;
        var modes = MixtureStatistics.Of(mixture, model.Unconditional.Samples);
        var exact = MixtureStatistics.Of(mixture, model.SamplesOfExact(ReverseVariance.Posterior));
        var optimal = MixtureStatistics.Of(mixture, model.SamplesOfExact(ReverseVariance.Optimal, noiseAtLastStep: true));
        static double[] Deviations(MixtureStatistics statistics) => [.. statistics.Modes.Select(mode => mode.StandardDeviation)];
        return new ModeNumbers(
            [.. modes.Modes.Select(mode => mode.Weight)], [.. modes.Modes.Select(mode => new[] { mode.Left, mode.Right })],
            Deviations(modes), Deviations(exact), Deviations(optimal), modes.OutlierShare, exact.OutlierShare);
    }

    public override void Draw(StudyRun study, IReadOnlyList<string> paths)
    {
        var (model, set) = (study.Main, study.Data.Set);
        var run = model.Unconditional;
        var path = run.Steps.Select(step => PixelTensors.Points(step.Points, FollowedPoint + 1)[FollowedPoint]).ToArray();
        var stages = UnconditionalRun.StagesOf(model.T).Where(t => t > 0).Select(t => new ReverseStage(t, PixelTensors.Points(run.Whole[t]))).ToList();
        var data = new TrajectoryData(
            stages, model.T, study.Data.Density(1), new Trajectory(path, [.. run.Steps.Select(step => step.Time)]), set is null ? null : PixelTensors.Points(set.Points));
        TrajectoryFigure.SaveHistogram(paths[0], data, study.Window);
        TrajectoryFigure.SaveKernelDensity(paths[1], data, window: study.Window);
    }

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths) => report
        .Paragraph("Starting from 50,000 points of pure noise, each step subtracts some of the predicted noise and, but for the last, adds a little fresh noise"
            + (findings.Mixture is null ? "." : Modes(findings)))
        .Figure(paths[0], $"One trajectory over the density of all points, estimated by a two-dimensional histogram; the last panel is {(findings.Mixture is null ? "that of the data" : "the truth")}.")
        .Figure(paths[1], "The same with a Gaussian kernel density.");

    private static string Modes(StudyFindings findings)
    {
        var modes = findings.Of<ModeNumbers>();
        return $" (assignment eq. 13). The weights of the modes come out as {Pair(modes.ModeWeights)} (the data: {Pair([.. findings.Mixture!.Components.Select(c => c.Weight)])}) and {Percent(modes.OutlierShare)} of the points end farther than four standard deviations from {(findings.Own ? "every peak" : "both peaks")}. t counts diffusion time: at t = {findings.T} nothing has been done yet.";
    }
}

/// <summary>The modes of the samples, in the order of the classes.</summary>
/// <param name="ModeWeights">The share of the points nearest to each peak.</param>
/// <param name="ModeMeans">Of the points within four standard deviations of their peak.</param>
/// <param name="ModeStandardDeviations">The same.</param>
/// <param name="ModeStandardDeviationsExactDenoiser">Of the exact predictor with the posterior variance.</param>
/// <param name="ModeStandardDeviationsOptimalVarianceNoiseAtLastStep">Of the exact predictor with the optimal one at every step.</param>
/// <param name="OutlierShare">The share of the points farther from every peak.</param>
/// <param name="OutlierShareExactDenoiser">Of the exact predictor with the posterior variance.</param>
internal sealed record ModeNumbers(
    double[] ModeWeights, double[][] ModeMeans, double[] ModeStandardDeviations, double[] ModeStandardDeviationsExactDenoiser,
    double[] ModeStandardDeviationsOptimalVarianceNoiseAtLastStep, double OutlierShare, double OutlierShareExactDenoiser);
