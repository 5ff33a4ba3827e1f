using System.Globalization;
using Diffusion.Figures;
using Diffusion.Sampling;

namespace Diffusion.TwoPixel.Compare;

/// <summary>Tells what the comparison found, in words made from its numbers: compare.html, and a section of report.html.</summary>
internal sealed class CompareReport(CompareFolder folder, CompareDocument document)
{
    private static readonly int[] TabledCosts = [10, 20, 50];

    /// <summary>The head of <see cref="SummaryRows"/>.</summary>
    public static IReadOnlyList<string> SummaryHeader { get; } = ["what", "value", "beside"];

    /// <summary>The numbers in short.</summary>
    public static IEnumerable<IReadOnlyList<string>> SummaryRows(CompareDocument document)
    {
        var (target, distillation, likelihood) = (document.Target, document.Distillation, document.Likelihood);
        yield return [$"{Title(target.Continuous)}, {target.Continuous.Evaluations} evaluations, real times", F4(target.Continuous.Swd), $"DDPM, {target.Ddpm.Evaluations}: {F4(target.Ddpm.Swd)}"];
        yield return [$"{Title(target.Discrete)}, {target.Discrete.Evaluations} evaluations, whole times", F4(target.Discrete.Swd), $"floor: {F4(document.SwdFloor)}"];
        foreach (int steps in new[] { 4, 1 })
            yield return [$"student of {steps} step{(steps == 1 ? "" : "s")}", F4(distillation.Students[steps]), $"{F2(distillation.Ratios[steps])} times the teacher"];
        yield return ["-log p of held-out points, nats", F4(likelihood.ModelNll), $"the mixture itself: {F4(likelihood.MixtureNll)}"];
    }

    /// <summary>Writes compare.html.</summary>
    public void Write()
    {
        var report = new HtmlReport(
            "Two-pixel diffusion: samplers, guidance, variances, likelihood",
            $"Everything that samples, with the exact noise predictor and with trained networks, measured against the known data (seed {document.Seed}, distances of {document.Points:N0} points; two sets of the data are {F4(document.SwdFloor)} apart).");
        _ = report.Table(SummaryHeader, SummaryRows(document), "In short; distances are sliced Wasserstein distances.");
        AddTo(report, numbered: true);
        _ = report.Section("Numbers").Configuration(document.ToJson(), "compare.json");
        report.Save(folder.Report);
    }

    /// <summary>Adds what the folder of a study holds of a comparison to its report; nothing if there is none.</summary>
    /// <exception cref="InvalidDataException">compare.json is damaged.</exception>
    public static void AddTo(HtmlReport report, Study.StudyFolder study)
    {
        var folder = new CompareFolder(study);
        if (File.Exists(folder.Metrics) && CompareFolder.Figures.All(name => File.Exists(study.Figure(name))))
            new CompareReport(folder, CompareDocument.Load(folder.Metrics)).AddTo(report, numbered: false);
    }

    private void AddTo(HtmlReport report, bool numbered)
    {
        int number = 0;
        string Head(string title) => numbered ? $"{++number}. {title}" : $"Compared: {title}";
        SamplersSection(report.Section(Head("samplers")));
        Distillation(report.Section(Head("progressive distillation")));
        Guidance(report.Section(Head("guidance with and without a classifier")));
        Variance(report.Section(Head("the variance of the reverse step")));
        Likelihood(report.Section(Head("likelihood")));
    }

    private void SamplersSection(HtmlReport report)
    {
        var target = document.Target;
        var best = Math.Min(target.Continuous.Swd, target.Discrete.Swd);
        _ = report
            .Paragraph($"A solver of the probability-flow ODE takes large steps where the path is straight. With {target.Continuous.Evaluations} evaluations of the network on real times, {Title(target.Continuous)} comes to {F4(target.Continuous.Swd)}; with {target.Discrete.Evaluations} of the network of whole times, {Title(target.Discrete)} comes to {F4(target.Discrete.Swd)}. DDPM with {target.Ddpm.Evaluations} evaluations comes to {F4(target.Ddpm.Swd)} with the study's model, and with as many steps of the other to {F4(target.DdpmContinuous.Swd)}: "
                + (best < target.Ddpm.Swd ? $"the best solver is {F2(target.Ddpm.Swd / best)} times nearer to the data." : "here no solver is nearer to the data."))
            .Figure(Figure(0), "Distance to the data against network evaluations, every sampler, with the exact predictor and with trained networks. All runs start from the same noise. Solvers of high order, and everything with the network on real times, start where log √(SNR) is -5.1; with the network of whole times solvers start at the last whole time before. The optimal variance adds noise at the last step too.")
            .Table(
                Head(document.Samplers, TabledCosts),
                Samplers.All.Select(entry => Row(entry, document.Samplers, TabledCosts)),
                "Distances by sampler with the most evaluations up to 10, 20 and 50; an order is that of the error on the probability-flow ODE.")
            .Paragraph("The same samplers on other ways from the noise to the data: the straight line, whose network is taught by flow matching, and the variance exploding way with EDM's objective. The exact predictor beside each network shows what of a distance is the solver's and what the network's.")
            .Figure(Figure(1), "Distance to the data against network evaluations on the straight line and on the variance exploding way.");
        foreach (var pair in document.OtherPaths.Chunk(2))
        {
            _ = report.Table(
                Head(pair, SamplerComparison.Costs),
                Samplers.All.Select(entry => Row(entry, pair, SamplerComparison.Costs)),
                $"Distances with the most evaluations up to 5, 10, 20 and 50: {pair[0].Predictor}, and the trained network.");
        }

        _ = report
            .Figure(Figure(2), "From the same noise to the data. Deterministic solvers agree on the way and differ in how well they follow it; samplers that add noise lose their start.");
    }

    private static IReadOnlyList<string> Head(IEnumerable<PredictorMetrics> predictors, int[] costs) =>
        ["sampler", "order", .. predictors.SelectMany(metrics => costs.Select(cost => $"{metrics.Predictor}, {cost}"))];

    private static IReadOnlyList<string> Row(SamplerEntry entry, IEnumerable<PredictorMetrics> predictors, int[] costs)
    {
        var cells = predictors.SelectMany(metrics => costs.Select(cost =>
            metrics.Runs.Where(run => run.Sampler == entry.Name && run.Evaluations <= cost).MaxBy(run => run.Evaluations)));
        return [entry.Title, entry.Order?.ToString(CultureInfo.InvariantCulture) ?? "-", .. cells.Select(run => run is null ? "-" : F4(run.Swd))];
    }

    private void Distillation(HtmlReport report)
    {
        var (teacher, students, ratios) = (document.Distillation.Teacher, document.Distillation.Students, document.Distillation.Ratios);
        int all = teacher.Keys.Last();
        _ = report
            .Paragraph($"The teacher predicts v and takes {all} steps of DDIM ({F4(teacher[all])}). A student learns to do two of its steps in one, and is the teacher of the next. With 4 steps the student comes to {F4(students[4])}, {F2(ratios[4])} times the teacher's distance, where the teacher itself with 4 steps comes to {F4(teacher[4])}; with 1 step to {F4(students[1])}, {F2(ratios[1])} times, and the teacher to {F4(teacher[1])}.")
            .Table(
                ["steps", "student", "times the teacher", "teacher with so many steps"],
                students.Keys.Reverse().Select(steps => (IReadOnlyList<string>)[$"{steps}", F4(students[steps]), F2(ratios[steps]), F4(teacher[steps])]))
            .Figure(Figure(3), "Left, distance against steps; right, samples. In one step a network must fold the plane at once: points between the modes are what it cannot avoid.");
    }

    private void Guidance(HtmlReport report)
    {
        var guidance = document.Guidance;
        string Errors(string kind) => string.Join(", ", guidance.Runs.Where(run => run.Kind == kind).Select(run => $"{F4(run.MeanError)} at w = {run.Strength.ToString(CultureInfo.InvariantCulture)}"));
        _ = report
            .Paragraph($"A classifier of noisy images tells the classes with a cross-entropy of {F4(guidance.CrossEntropy)} over all t, where the exact one has {F4(guidance.LeastCrossEntropy)}. Its gradient, scaled by w + 1, steers the unconditional network; classifier-free guidance needs no classifier, and for the exact mixture both are the same. From the same noise the means of the classes are off those with the exact guided score by: classifier {Errors("classifier")}; classifier-free {Errors("classifier-free")}.")
            .Table(
                ["guidance", "w", "means off by", "distance to the exact samples"],
                guidance.Runs.Select(run => (IReadOnlyList<string>)[run.Kind, run.Strength.ToString(CultureInfo.InvariantCulture), F4(run.MeanError), F4(run.Swd)]))
            .Figure(Figure(4), "Samples for both classes by DDPM, the same noise in every panel.");
    }

    private void Variance(HtmlReport report)
    {
        var variance = document.Variance;
        double Share(int t) => (variance.Learned[t] - variance.Posterior[t]) / (variance.Upper[t] - variance.Posterior[t]);
        int middle = variance.Upper.Length / 2;
        double error = Enumerable.Range(1, variance.Upper.Length - 1).Average(t => Math.Abs(Math.Log(variance.Learned[t] / variance.Optimal[t])));
        _ = report
            .Paragraph($"The variance of a reverse step lies between the posterior's, which knows x_0, and β. A second output of the network learns where (Improved DDPM, hybrid loss): at t = {middle + 1} it is {Percent(Share(middle))} of the way up. Over t > 1 it differs from the optimal one by {Percent(error)} in the mean of |log ratio|.")
            .Table(["variance", "distance"], variance.Swd.Select(pair => (IReadOnlyList<string>)[pair.Key, F4(pair.Value)]), $"DDPM with all {variance.Upper.Length} steps of the network that has learned it; no noise at the last step.")
            .Figure(Figure(5), "The variance at each t, and its share of the upper one.");
    }

    private void Likelihood(HtmlReport report)
    {
        var likelihood = document.Likelihood;
        _ = report
            .Paragraph($"The probability-flow ODE gives the model's density exactly; the divergence takes two backward passes. For {likelihood.HeldOut:N0} held-out points the mean of -log p is {F4(likelihood.ModelNll)} nats with the model on real times and {F4(likelihood.MixtureNll)} with the mixture itself: {F4(likelihood.ModelNll - likelihood.MixtureNll)} apart ({F4(likelihood.BitsPerDimension[0])} and {F4(likelihood.BitsPerDimension[1])} bits per dimension, which for real numbers may be negative). Over a grid where the density exceeds {LikelihoodFigure.LeastDensity} log p is off by {F4(likelihood.MeanAbsoluteError)} nats in the mean.")
            .Figure(Figure(6), "Log-density of the model, of the data, and the difference.");
    }

    private string Figure(int index) => folder.Study.Figure(CompareFolder.Figures[index]);

    private static string Title(SamplerMetrics run) => Samplers.Find(run.Sampler).Title;

    private static string F2(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    private static string F4(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    private static string Percent(double value) => (100 * value).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
