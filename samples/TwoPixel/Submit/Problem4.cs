using Diffusion.TwoPixel.Study.Experiments;

namespace Diffusion.TwoPixel.Submit;

/// <summary>Guidance: the overlay, and what forks when.</summary>
internal static class Problem4
{
    public static void Write(PdfReport report, Findings findings)
    {
        var (forks, accuracy) = (findings.Forks, findings.Of<AccuracyNumbers>().ClassAccuracy);
        string w = forks.Guidance.ToString(CultureInfo.InvariantCulture);
        _ = report
            .Paragraph("One network serves with and without a label: ε = (w + 1)·ε_y − w·ε_none (eq. 18). Below is the way of one start with no label and under each label, on one pair of axes; thick without noise, so that nothing but the label parts the ways.")
            .Figure(findings.Draw<Study.Experiments.GuidanceExperiment>()[0], $"One start under each label, w = {w}; small, six starts.")
            .Heading("What forks, and when")
            .List(
            [
                .. forks.Told(),
                $"Asked for class 0 and class 1 at w = 1, {string.Join(" and ", InOrder(accuracy).Select(share => Percent(share)))} of the samples end nearest to the peak that was asked for.",
            ])
            .Figure(findings.Draw<GuidanceStrengthExperiment>()[0], "Samples of both classes with growing w.");
    }
}
