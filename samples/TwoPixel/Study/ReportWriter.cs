using System.Globalization;
using Diffusion.Figures;
using GaussianMixture = Diffusion.Data.GaussianMixture;

namespace Diffusion.TwoPixel.Study;

/// <summary>Writes report.html: every figure with what it shows, in words made from this run's numbers.</summary>
internal sealed class ReportWriter(RunConfiguration configuration, StudyFolder output, MetricsDocument metrics, GaussianMixture mixture)
{
    private readonly MixtureMetrics _main = (MixtureMetrics)metrics.Models[0];
    private readonly List<MixtureMetrics> _byT = [.. metrics.Models.Cast<MixtureMetrics>().OrderBy(model => model.T)];
    private readonly bool _own = configuration.Data is not null;

    public static IReadOnlyList<string> SummaryHeader(GaussianMixture mixture) =>
    [
        "T", "distance", "exact predictor", "floor", "weights", "mode sd", "outliers",
        "noise rmse " + string.Join("/", Enumerable.Range(0, mixture.LabelCount).Select(label => $"{label}").Prepend("none")), "accuracy",
    ];

    public static IEnumerable<IReadOnlyList<string>> SummaryRows(MetricsDocument metrics) => metrics.Models.Cast<MixtureMetrics>().Select(m => (IReadOnlyList<string>)
    [
        $"{m.T}", F4(m.Swd), F4(m.SwdExactDenoiser), F4(m.SwdFloor),
        string.Join(" / ", m.ModeWeights.Select(F3)), string.Join(" / ", m.ModeStandardDeviations.Select(F3)), Percent(m.OutlierShare),
        string.Join(" / ", InOrder(m.NoiseRmse).Select(e => F3(e.Overall))), string.Join(" / ", InOrder(m.ClassAccuracy).Select(F4)),
    ]);

    public void Write()
    {
        var report = new HtmlReport(
            "Two-pixel diffusion",
            $"{metrics.Models.Count} networks were trained from nothing (T = {string.Join(", ", metrics.Models.Select(m => m.T))}, seed {configuration.Seed}) and measured against the exact Gaussian mixture. "
            + $"With T = {_main.T} the samples are {F4(_main.Swd)} from the data in sliced Wasserstein distance; the exact noise predictor, with the same sampler and the same noise, comes to {F4(_main.SwdExactDenoiser)}, two sets of the data themselves to {F4(_main.SwdFloor)}.");
        _ = report.Table(SummaryHeader(mixture), SummaryRows(metrics), "What was measured, model by model; distances are sliced Wasserstein distances over 50,000 points.");
        Data(report);
        Training(report);
        Reverse(report);
        Timesteps(report);
        Guidance(report);
        NoiseField(report);
        Budget(report);
        Compare.CompareReport.AddTo(report, output);
        if (!_own)
            Changes(report);
        Limits(report);
        _ = report.Section("Configuration and metrics")
            .Configuration(configuration.ToJson(), "config.json: --config repeats this run.")
            .Configuration(metrics.ToJson(), "metrics.json");
        report.Save(output.Report);
    }

    private void Data(HtmlReport report) => report.Section("1. The data and the forward process")
        .Paragraph(_own ? OwnData() : "An image has two pixels, so it is a point in the plane, and the data are a mixture of two Gaussians: 35 % of the images have the left pixel darker (peak at (-0.35, 0.65), class 0), 65 % the right one (peak at (0.75, -0.45), class 1), each with standard deviation 0.1.")
        .Figure(output.Figure("ground-truth"), $"The mixture's density, samples of it, and the {(_own ? "first " : "two ")}peaks as the images that they are.")
        .Paragraph($"The forward process shrinks an image and adds noise, x_t = √ᾱ_t·x_0 + √(1 - ᾱ_t)·ε. With the {(_own ? configuration.Schedule.ToString().ToLowerInvariant() : "cosine")} schedule the {(_own ? "" : "two ")}modes are apart at first, melt together, and at t = {_main.T} nothing is left of them.")
        .Figure(output.Figure("forward"), $"q(x_t) from data to noise: samples, and contours of the exact density, for T = {_main.T}.");

    private void Training(HtmlReport report) => report.Section("2. Training")
        .Paragraph($"A UNet with {configuration.Width} and {2 * configuration.Width} channels predicts the noise in x_t (assignment eq. 9, {configuration.Loss} loss), batches of {configuration.TrainingFor(_main.T).Batch}, labels dropped with probability {configuration.LabelDropout} for each sample by itself, learning rate falling from {configuration.LearningRate} along half a cosine; what samples is the moving average of the weights.")
        .Paragraph($"The loss cannot fall to 0, because x_t does not tell its noise: what can be learned is the mean of the noise given x_t, known here in closed form. On the same 200,000 draws and more the network's loss is {string.Join(", ", InOrder(_main.LossRatio).Zip(Classes(), (ratio, name) => $"{ratio:F4} times the exact predictor's {name}"))}; the root mean square error of its prediction is {string.Join(", ", InOrder(_main.NoiseRmse).Zip(Classes(), (error, name) => $"{F4(error.Overall)} {name}"))}.")
        .Figure(output.Figure("training"), "Left, the loss of every step and its moving average; right, the error of the averaged network's prediction against the exact one, over all t, without a label and with each.");

    private void Reverse(HtmlReport report) => report.Section("3. The reverse process, step by step")
        .Paragraph($"Starting from 50,000 points of pure noise, each step subtracts some of the predicted noise and, but for the last, adds a little fresh noise (assignment eq. 13). The weights of the modes come out as {Pair(_main.ModeWeights)} (the data: {Weights()}) and {Percent(_main.OutlierShare)} of the points end farther than four standard deviations from {(_own ? "every peak" : "both peaks")}. t counts diffusion time: at t = {_main.T} nothing has been done yet.")
        .Figure(output.Figure("trajectory-histogram"), "One trajectory over the density of all points, estimated by a two-dimensional histogram; the last panel is the truth.")
        .Figure(output.Figure("trajectory-kde"), "The same with a Gaussian kernel density.")
        .Figure(output.Animation, "5,000 points on their way from noise to data, and the trajectory of one of them.");

    private void Timesteps(HtmlReport report)
    {
        var best = _byT.MinBy(m => m.Swd)!;
        var worst = _byT.MaxBy(m => m.Swd)!;
        _ = report.Section("4. How many steps are enough?")
            .Paragraph($"One model was trained for each T. The distance to the data is {string.Join(", ", _byT.Select(m => $"{F4(m.Swd)} for T = {m.T}"))}: best with T = {best.T}, worst with T = {worst.T}. Points between the modes or far from {(_own ? "all" : "both")}: {string.Join(", ", _byT.Select(m => $"{Percent(m.OutlierShare)} for T = {m.T}"))}.")
            .Paragraph("Few steps are large ones, and the true reverse kernel of a large step is no Gaussian: near the line between the modes it has two peaks, and a Gaussian puts points between them. This is a limit of the sampler; the exact predictor has it too (section 7).")
            .Figure(output.Figure("timesteps"), "5,000 samples for each T and of the mixture, on the same axes, with the sliced Wasserstein distance of 50,000.");
    }

    private void Guidance(HtmlReport report)
    {
        string errors = string.Join("; ", _main.GuidedMeanError.Select(byClass =>
            $"class {byClass.Key}: " + string.Join(", ", byClass.Value.Select(byW => $"{F4(byW.Value)} at w = {byW.Key}"))));
        _ = report.Section("5. Guidance")
            .Paragraph($"With classifier-free guidance (assignment eq. 18) one network serves with and without a label: ε = (w + 1)·ε_y - w·ε_none. Asked for {Asked()} at w = 1, {string.Join(" and ", InOrder(_main.ClassAccuracy).Select(Percent))} of the samples end nearest to the peak that was asked for. From the same noise the label alone decides where a point goes.")
            .Figure(output.Figure("guidance"), $"The same starts and the same noise with no label{(_own ? " and for each class" : ", y = 0 and y = 1")}, w = {configuration.Guidance}.")
            .Paragraph($"Guidance does not sample the data's own classes more purely: larger w pushes the samples outward and draws them together, and the exact predictor under the same guidance does the same. The means of 5,000 guided samples of network and exact predictor differ by: {errors}.")
            .Figure(output.Figure("guidance-strength"), "Samples for each class at w from 0 to 4 around the exact component (circles of two standard deviations).");
    }

    private void NoiseField(HtmlReport report) => report.Section("6. What the network has learned")
        .Paragraph($"At every point of the plane the network says which noise it sees. The exact answer is known, so the two can be laid side by side. The error is largest where training data are rare, which costs little, because the reverse process rarely goes there; weighted by where data are, it is {F4(InOrder(_main.NoiseRmse).First().Overall)} without a label.")
        .Figure(output.Figure("noise-field"), "The predicted noise, the exact one, and the error, at four times.");

    private void Budget(HtmlReport report)
    {
        var rows = _byT.Select(m => (IReadOnlyList<string>)
            [$"{m.T}", F4(m.Swd), F4(m.SwdExactDenoiser), F4(m.SwdUpperVariance), F4(m.SwdOptimalVariance), F4(m.SwdOptimalVarianceNoiseAtLastStep), F4(m.SwdFloor)]);
        double share = _main.Swd <= _main.SwdExactDenoiser ? 0 : (_main.Swd - _main.SwdExactDenoiser) / _main.Swd;
        _ = report.Section("7. The error budget: network or sampler?")
            .Paragraph($"The same sampler, started from the same points with the same noise, was run with the exact noise predictor. Where it is as far from the data as the network, the sampler is to blame. With T = {_main.T} the network's part is {(share == 0 ? "nothing: it is no farther than the exact predictor" : Percent(share) + " of the distance")}.")
            .Table(["T", "network", "exact, posterior", "exact, upper", "exact, optimal", "exact, optimal, noise at the last step", "floor"], rows, "Sliced Wasserstein distances, all coupled; the variance of the reverse step is named.")
            .Figure(output.Figure("error-budget"), "The same as bars.")
            .Paragraph($"The posterior variance is the smallest that the reverse step can have: it leaves out what x_t does not tell about x_0, and the last step adds none. So even with the exact predictor the modes come out too narrow, with standard deviations of {Pair(_main.ModeStandardDeviationsExactDenoiser)} instead of {Sigmas()} (the network: {Pair(_main.ModeStandardDeviations)}). This is known and right. With the optimal variance (Analytic-DPM) at every step, the last included, they are {Pair(_main.ModeStandardDeviationsOptimalVarianceNoiseAtLastStep)}.");
    }

    private static void Changes(HtmlReport report) => report.Section("Changes from the assignment")
        .List(
        [
            "The cosine schedule is squared, ᾱ_t = f(t)/f(0) with f = cos²(...), as in the paper; the assignment's text lost the square.",
            "β_t is clipped at 0.999 and ᾱ_t is built again from the clipped β, so that the two agree; only the last step is changed by it.",
            "Decoder 2 has two output channels of a sequence of length 1, seen as two pixels. A kernel of size 2 to one channel is the same linear map but for one shared bias.",
            "Encoder 2 has 128 channels by default, not 32: at length 1 a group of GroupNorm(32) with one channel would be normalised to its bias, and one of two channels to signs.",
            "The text of Fig. 2 says that the lighter right pixel comes twice as often; the weights say the opposite. The weights are kept: class 0, the left pixel darker, has weight 0.35.",
            "t counts diffusion time everywhere, also where the assignment counts steps done; panels name both.",
            "Labels are dropped for each sample by itself, to a null class of their own.",
            "The step's Fourier features are of t/T: frequencies of unit scale alias whole numbers.",
            "Sampling uses the moving average of the weights.",
        ]);

    private void Limits(HtmlReport report) => report.Section("Known limits")
        .List(
        [
            $"Modes are too narrow with the posterior variance ({Pair(_main.ModeStandardDeviations)} instead of {Sigmas()} with T = {_main.T}); see section 7.",
            $"A single distance varies by about 10 % from seed to seed; the comparison with the exact predictor is coupled, so it does not.",
            "The last step of the cosine schedule divides by √α_T = 0.03: errors of the prediction at t = T are magnified about 32 times. Clamping the predicted x_0 would hide it, and is off so that network and exact predictor are compared as they are.",
            "Guidance with w above 0 does not sample p(x)·p(y|x)^(1 + w): modes move outward and narrow.",
            "Results are the same for any number of threads, but processors with other vector units round differently.",
        ]);

    // With many classes the first are drawn and measured one by one.
    private string OwnData() => "An image has two pixels, so it is a point in the plane, and the data are your own mixture of "
        + (mixture.LabelCount == 1 ? "one Gaussian: " : $"{mixture.LabelCount} Gaussians: ")
        + string.Join(", ", mixture.Components.Select((c, k) => FormattableString.Invariant($"class {k} at ({c.Left:0.###}, {c.Right:0.###}) with weight {c.Weight:0.###} and standard deviation {c.Sigma:0.####}")))
        + "."
        + (mixture.LabelCount > Evaluation.MostClasses ? $" Of guidance, the first {Evaluation.MostClasses} classes are drawn and measured." : "");

    private string Weights() => string.Join(" and ", mixture.Components.Select(c => F3(c.Weight)));

    private string Sigmas() => string.Join(" and ", mixture.Components.Select(c => c.Sigma.ToString("0.####", CultureInfo.InvariantCulture)).Distinct());

    private string Asked() => string.Join(" and ", Enumerable.Range(0, _main.ClassAccuracy.Count).Select(label => $"class {label}"));

    private IEnumerable<string> Classes() => Enumerable.Range(0, mixture.LabelCount).Select(label => $"for class {label}").Prepend("without a label");

    private static IEnumerable<TValue> InOrder<TValue>(SortedDictionary<string, TValue> byClass) =>
        byClass.OrderBy(pair => pair.Key == "none" ? -1 : int.Parse(pair.Key, CultureInfo.InvariantCulture)).Select(pair => pair.Value);

    private static string F3(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string F4(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    private static string Pair(double[] values) => string.Join(" and ", values.Select(F3));

    private static string Percent(double value) => (100 * value).ToString("0.##", CultureInfo.InvariantCulture) + " %";
}
