namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>Which part of the distance is the network's, and which the sampler's: the exact predictor with the same sampler, start and noise.</summary>
internal sealed class ErrorBudgetExperiment() : StudyExperiment("The error budget: network or sampler?", "error-budget.png")
{
    public override int Rank => -2;

    public override bool AppliesTo(StudyData data) => data.Mixture is not null;

    public override object? Measure(ModelRun model)
    {
        double Distance(ReverseVariance variance, bool noiseAtLastStep = false) => model.Study.Reference.Distances.Distance(model.SamplesOfExact(variance, noiseAtLastStep));
        return new ExactNumbers(
            Distance(ReverseVariance.Posterior), Distance(ReverseVariance.Optimal), Distance(ReverseVariance.Optimal, noiseAtLastStep: true), Distance(ReverseVariance.Upper));
    }

    public override void Draw(StudyRun study, IReadOnlyList<string> paths)
    {
        BarSeries Series(string name, Func<DistanceNumbers, ExactNumbers, double> value) =>
            new(name, [.. study.ByT.Select(model => value(model.Numbers.Of<DistanceNumbers>(), model.Numbers.Of<ExactNumbers>()))]);
        ErrorBudgetFigure.Save(paths[0], new ErrorBudgetData(
            "Which part of the distance is the network's, and which the sampler's?",
            [.. study.ByT.Select(model => $"T = {model.T}")],
            [
                Series("trained network", (network, _) => network.Swd),
                Series("exact predictor, posterior variance", (_, exact) => exact.SwdExactDenoiser),
                Series("exact, optimal variance", (_, exact) => exact.SwdOptimalVariance),
                Series("exact, optimal variance, noise at the last step", (_, exact) => exact.SwdOptimalVarianceNoiseAtLastStep),
                Series("two sets of the mixture", (network, _) => network.SwdFloor),
            ],
            "sliced Wasserstein distance"));
    }

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths)
    {
        var rows = findings.ByT.Select(model =>
        {
            var (network, exact) = (model.Of<DistanceNumbers>(), model.Of<ExactNumbers>());
            double[] distances = [network.Swd, exact.SwdExactDenoiser, exact.SwdUpperVariance, exact.SwdOptimalVariance, exact.SwdOptimalVarianceNoiseAtLastStep, network.SwdFloor];
            return (IReadOnlyList<string>)[$"{model.Of<ModelNumbers>().T}", .. distances.Select(F4)];
        });
        var (swd, swdExact, modes) = (findings.Of<DistanceNumbers>().Swd, findings.Of<ExactNumbers>().SwdExactDenoiser, findings.Of<ModeNumbers>());
        double share = swd <= swdExact ? 0 : (swd - swdExact) / swd;
        _ = report
            .Paragraph($"The same sampler, started from the same points with the same noise, was run with the exact noise predictor. Where it is as far from the data as the network, the sampler is to blame. With T = {findings.T} the network's part is {(share == 0 ? "nothing: it is no farther than the exact predictor" : Percent(share) + " of the distance")}.")
            .Table(["T", "network", "exact, posterior", "exact, upper", "exact, optimal", "exact, optimal, noise at the last step", "floor"], rows, "Sliced Wasserstein distances, all coupled; the variance of the reverse step is named.")
            .Figure(paths[0], "The same as bars.")
            .Paragraph($"The posterior variance is the smallest that the reverse step can have: it leaves out what x_t does not tell about x_0, and the last step adds none. So even with the exact predictor the modes come out too narrow, with standard deviations of {Pair(modes.ModeStandardDeviationsExactDenoiser)} instead of {findings.Sigmas} (the network: {Pair(modes.ModeStandardDeviations)}). This is known and right. With the optimal variance (Analytic-DPM) at every step, the last included, they are {Pair(modes.ModeStandardDeviationsOptimalVarianceNoiseAtLastStep)}.");
    }
}

/// <summary>Distances of the exact predictor's samples, by the variance of the reverse step: the posterior's, the optimal one without and with noise at the last step, and beta.</summary>
internal sealed record ExactNumbers(double SwdExactDenoiser, double SwdOptimalVariance, double SwdOptimalVarianceNoiseAtLastStep, double SwdUpperVariance);
