using Diffusion.Objectives;
using Diffusion.TwoPixel.Study.Experiments;

namespace Diffusion.TwoPixel.Submit;

/// <summary>The network: what was changed, what stood in the way, and how to do it again.</summary>
internal static class Problem1
{
    public static void Write(PdfReport report, Findings findings, string command)
    {
        var (configuration, main) = (findings.Configuration, findings.Main);
        var training = main.Trained.Model.Training;
        var noise = findings.Of<NoiseNumbers>();
        double[] ratios = [.. InOrder(noise.LossRatio)];
        _ = report
            .Paragraph($"The network sees x_t, t/T and a class (0, 1 or none) and tells the noise in x_t; it learns by {AssignmentNotes.NameOf(configuration.Loss)}{(configuration.Loss == LossKind.L2 ? " (eq. 9)" : "")}, t uniform in 1 ... T. It was trained for {training.Iterations:N0} steps of {training.Batch} fresh draws (T = {main.T}), with Adam, a highest learning rate of {training.LearningRate.ToString(CultureInfo.InvariantCulture)} that falls to 0 along half a cosine, and labels dropped with probability {training.LabelDropout.ToString(CultureInfo.InvariantCulture)}. What samples is a moving average of its weights.")
            .Figure(findings.Draw<GroundTruthExperiment>()[0], "The data: density, samples, and the peaks as images of two pixels.")
            .Paragraph($"The loss does not fall to 0: x_t does not determine the noise. The exact predictor's mean squared error is the least possible; the network's is {string.Join(", ", ratios.Select(F4))} times that (no label, class 0, class 1).")
            .Figure(findings.Draw<TrainingExperiment>()[0], "The loss of every step, and the error of the predicted noise against the exact one.")
            .Figure(findings.Draw<NoiseFieldExperiment>()[0], $"The predicted noise beside the exact one and the error, at four times. Where data are, the error is {F4(InOrder(noise.NoiseRmse).First().Overall)} (root mean square, no label).")
            .Heading("Changes")
            .List(AssignmentNotes.Changes(configuration));
        Obstacles(report, findings, configuration);
        _ = report
            .Heading("How to do it again")
            .Paragraph($"The seed is {configuration.Seed}; the same command gives the same numbers on the same kind of processor, whatever the number of threads. The settings of the training are in config.json too, beside the models.")
            .Code(command);
    }

    private static void Obstacles(PdfReport report, Findings findings, RunConfiguration configuration)
    {
        var (networks, table, last) = findings.Obstacles;
        var (own, few, dropout) = (networks[0], networks[1], networks[2]);
        static string Times(double other, double one) => other >= one ? $"{F2(other / one)} times as large" : $"{F2(other / one)} times as large, so here it does no harm";
        _ = report
            .Heading("Obstacles, measured")
            .Paragraph("Each of these was met on the way. One thing differs at a time.")
            .List(
            [
                $"Few iterations. With {few.Name} the error of the noise without a label is {F4(few.ErrorWithout)}, {Times(few.ErrorWithout, own.ErrorWithout)} (here {F4(own.ErrorWithout)}), and the samples are {F4(few.Distance)} from the data, not {F4(own.Distance)}.",
                $"Labels dropped {(Submit.Obstacles.OtherDropout(configuration) < configuration.LabelDropout ? "too seldom" : "more often")}. The prediction without a label is the hard one: it must know which peak a point will join. With {dropout.Name} its error is {F4(dropout.ErrorWithout)}, {Times(dropout.ErrorWithout, own.ErrorWithout)}; that with a label is {F4(dropout.ErrorWith)} (here {F4(own.ErrorWith)}).",
                $"One table of betas for all T. With T = {Submit.Obstacles.FewT} the first five betas of T = {Submit.Obstacles.T} leave {Percent(table.FirstOfLonger.Signal, "0")} of the signal at the last time (its own table: {Percent(table.Own.Signal, "0.#")}), so a start from pure noise is one that the process never has: even the exact predictor's samples are {F4(table.FirstOfLonger.Distance)} from the data (own table: {F4(table.Own.Distance)}), and {Percent(table.FirstOfLonger.Outliers, "0.#")} are outliers ({Percent(table.Own.Outliers, "0.#")}).",
                .. last.Select(row => row.Told()),
            ])
            .Table(
                ["network, T = " + Submit.Obstacles.T.ToString(CultureInfo.InvariantCulture), "noise error, no label", "with a label", "distance", "outliers"],
                networks.Select(row => (IReadOnlyList<string>)[row.Name, F4(row.ErrorWithout), F4(row.ErrorWith), F4(row.Distance), Percent(row.Outliers)]),
                "The network that is handed in, and two that differ from it by one setting.");
    }
}
