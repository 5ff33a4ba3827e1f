using System.Globalization;
using Diffusion.Figures;

namespace Diffusion.TwoPixel.Study;

/// <summary>Writes report.html of a study of points: nothing in it needs an exact answer, and it says what is left out.</summary>
internal sealed class PointsReportWriter(RunConfiguration configuration, StudyFolder output, MetricsDocument metrics)
{
    /// <summary>What a study of points cannot have.</summary>
    public const string LeftOut =
        "The true distribution of your points is not known, so the exact predictor and all that needs it are left out: the error and the loss ratio of the predicted noise, the density of the ground truth, statistics of modes, and the error budget.";

    private readonly PointsMetrics _main = (PointsMetrics)metrics.Models[0];
    private readonly List<ModelMetrics> _byT = [.. metrics.Models.OrderBy(model => model.T)];

    public static IReadOnlyList<string> SummaryHeader { get; } = ["T", "distance", "floor", "final loss", "distance by class"];

    public static IEnumerable<IReadOnlyList<string>> SummaryRows(MetricsDocument metrics) => metrics.Models.Cast<PointsMetrics>().Select(m => (IReadOnlyList<string>)
        [$"{m.T}", F4(m.Swd), F4(m.SwdFloor), F4(m.FinalLoss), m.ConditionalSwd.Count == 0 ? "no labels" : string.Join(" / ", ByClass(m).Select(byClass => F4(byClass.Value)))]);

    public void Write()
    {
        var report = new HtmlReport(
            "Two-pixel diffusion of your own points",
            $"{metrics.Models.Count} {(metrics.Models.Count == 1 ? "network was" : "networks were")} trained from nothing (T = {string.Join(", ", metrics.Models.Select(m => m.T))}, seed {configuration.Seed}) on {configuration.UsedData.Set!.Count:N0} points. "
            + $"With T = {_main.T} the samples are {F4(_main.Swd)} from the points in sliced Wasserstein distance; two halves of the points are {F4(_main.SwdFloor)} apart.");
        _ = report.Paragraph(LeftOut)
            .Table(SummaryHeader, SummaryRows(metrics), $"What was measured, model by model. Samples are compared to one half of the points, as many as are in it (at most {Evaluation.Points:N0}); the floor is the other half's distance to it. The networks have seen both halves.");
        Data(report);
        Training(report);
        Samples(report);
        if (configuration.UsedData.LabelCount > 0)
            Guidance(report);
        _ = report.Section("Configuration and metrics")
            .Configuration(configuration.ToJson(), "config.json: --config repeats this run.")
            .Configuration(metrics.ToJson(), "metrics.json");
        report.Save(output.Report);
    }

    private void Data(HtmlReport report)
    {
        var set = configuration.UsedData.Set!;
        int unlabelled = set.Labels.Span.Count(DenoiserArguments.NoLabel);
        _ = report.Section("1. The data and the forward process")
            .Paragraph($"An image has two pixels, so it is a point in the plane: {set.Count:N0} points, {set.Classes} {(set.Classes == 1 ? "class" : "classes")}, {unlabelled:N0} points without a label.")
            .Figure(output.Figure("ground-truth"), "A histogram of the points, the points by class, and the mean of each class as an image.")
            .Paragraph("The forward process shrinks an image and adds noise, x_t = √ᾱ_t·x_0 + √(1 - ᾱ_t)·ε.")
            .Figure(output.Figure("forward"), $"q(x_t) from data to noise, for T = {_main.T}.");
    }

    private void Training(HtmlReport report) => report.Section("2. Training")
        .Paragraph($"A UNet with {configuration.Width} and {2 * configuration.Width} channels predicts the noise in x_t ({configuration.Loss} loss), batches of {configuration.TrainingFor(_main.T).Batch}, one epoch of the points after another, labels dropped with probability {configuration.LabelDropout} for each sample by itself, learning rate falling from {configuration.LearningRate} along half a cosine; what samples is the moving average of the weights. The loss cannot fall to 0, because x_t does not tell its noise; how low it could fall is not known.")
        .Figure(output.Figure("training"), "The loss of every step and its moving average.");

    private void Samples(HtmlReport report) => report.Section("3. Samples")
        .Paragraph($"Starting from 50,000 points of pure noise, each step subtracts some of the predicted noise and, but for the last, adds a little fresh noise. The distance to the points is {string.Join(", ", _byT.Select(m => $"{F4(m.Swd)} for T = {m.T}"))}.")
        .Figure(output.Figure("trajectory-histogram"), "One trajectory over the density of all points, estimated by a two-dimensional histogram; the last panel is that of the data.")
        .Figure(output.Figure("trajectory-kde"), "The same with a Gaussian kernel density.")
        .Figure(output.Figure("timesteps"), "Samples for each T and the data, on the same axes, with the sliced Wasserstein distance.")
        .Figure(output.Animation, "Points on their way from noise to data, and the trajectory of one of them.");

    private void Guidance(HtmlReport report) => report.Section("4. Guidance")
        .Paragraph($"One network serves with and without a label: ε = (w + 1)·ε_y - w·ε_none. Samples for each class at w = 0 are from its points: {string.Join(", ", ByClass(_main).Select(byClass => $"{F4(byClass.Value)} for class {byClass.Key}"))}{(configuration.UsedData.LabelCount > Evaluation.MostClasses ? $"; the first {Evaluation.MostClasses} classes are drawn and measured" : "")}.")
        .Figure(output.Figure("guidance"), $"The same starts and the same noise with no label and for each class, w = {configuration.Guidance}.")
        .Figure(output.Figure("guidance-strength"), "Samples for each class at w from 0 to 4 around the mean of the class's points (circles of two standard deviations).");

    private static IEnumerable<KeyValuePair<string, double>> ByClass(PointsMetrics metrics) =>
        metrics.ConditionalSwd.OrderBy(byClass => int.Parse(byClass.Key, CultureInfo.InvariantCulture));

    private static string F4(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
