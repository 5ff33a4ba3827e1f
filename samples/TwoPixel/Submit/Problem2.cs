using Diffusion.TwoPixel.Study.Experiments;

namespace Diffusion.TwoPixel.Submit;

/// <summary>The reverse process: six panels two ways, and what happens at each of the five times.</summary>
internal static class Problem2
{
    // Both on one page, to be compared.
    private const float Tallest = 290;

    public static void Write(PdfReport report, Findings findings)
    {
        var (stages, drawings, t) = (findings.Stages, findings.Draw<Study.Experiments.TrajectoryExperiment>(), findings.Main.T);
        var last = stages[^1];
        double wider = Math.Sqrt(1 + Math.Pow(last.Bandwidth / last.ModeDeviation, 2));
        _ = report
            .Paragraph($"50,000 points start as pure noise and take {t} steps of eq. 13 with the network of T = {t}; no noise is added at the last one. The panels show the density of all points at five times and the truth, and the way of one point over them.")
            .Figure(drawings[0], "By a two-dimensional histogram.", Tallest)
            .Figure(drawings[1], "The same points by a Gaussian kernel density estimate.", Tallest)
            .Paragraph($"The two differ in what they blur. A histogram is as sharp as its bins and rough where points are few; a kernel density is smooth everywhere, and rounds what is narrower than its kernel: at t = {last.Time} Scott's rule takes a bandwidth of {F3(last.Bandwidth)} from the spread of both clouds together, and shows a cloud of width {F3(last.ModeDeviation)} {F2(wider)} times as wide, and its peak at {Percent(1 / (wider * wider), "0")} of its height.")
            .Heading("What happens at each time")
            .List(stages.Select(stage => stage.Told(t)))
            .Table(
                ["t", "spread of all points", "points that have their peak", "width of a cloud", "exact width", "distance to q(x_t)", "two sets of q(x_t)"],
                stages.Select(stage => (IReadOnlyList<string>)
                    [$"{stage.Time}", F3(stage.Deviation), Percent(stage.Decided, "0.0"), F3(stage.ModeDeviation), F3(stage.ExactModeDeviation), F4(stage.Distance), F4(stage.Floor)]),
                $"A point has its peak where the exact posterior gives one of them {Percent(Stage.Certain)} or more. Widths are standard deviations, told from the median distance: of all points about their middle, of a cloud about the likelier peak times √ᾱ_t.");
    }
}
