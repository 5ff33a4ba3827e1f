using Diffusion.TwoPixel.Study.Experiments;

namespace Diffusion.TwoPixel.Submit;

/// <summary>Guidance: the overlay, and what forks when.</summary>
internal static class Problem4
{
    public static void Write(PdfReport report, Findings findings)
    {
        var (forks, accuracy) = (findings.Forks, findings.Of<AccuracyNumbers>().ClassAccuracy);
        string w = forks.Guidance.ToString(CultureInfo.InvariantCulture);
        string Middle(double[] quartiles) => quartiles[0] == quartiles[2] ? "the same for the middle half of the starts" : $"for the middle half of the starts t = {Time(quartiles[2])} to {Time(quartiles[0])}";
        string Time(double t) => t.ToString("0.#", CultureInfo.InvariantCulture);
        _ = report
            .Paragraph("One network serves with and without a label: ε = (w + 1)·ε_y − w·ε_none (eq. 18). Below is the way of one start with no label and under each label, on one pair of axes; thick without noise, so that nothing but the label parts the ways.")
            .Figure(findings.Draw<Study.Experiments.GuidanceExperiment>()[0], $"One start under each label, w = {w}; small, six starts.")
            .Heading("What forks, and when")
            .List(
            [
                $"Of {forks.Starts:N0} starts each was followed under both labels without noise. At t = {Time(forks.T)} the two ways are at the same point; they are a tenth of their final distance apart at t = {Time(forks.Tenth[1])} ({Middle(forks.Tenth)}) and half of it at t = {Time(forks.Half[1])} ({Middle(forks.Half)}).",
                $"In the end they are {F3(forks.Final)} apart; the peaks are {F3(forks.Peaks)}. {(forks.Final > forks.Peaks ? "They end farther apart than the peaks: guidance drives each outward." : "They end no farther apart than the peaks.")}",
                $"Without a label the same starts go to the peak that is nearer: {Percent(forks.Unlabelled, "0.0")} of them end where label 0 leads (the weight of class 0 is 0.35).",
                $"Asked for class 0 and class 1 at w = 1, {string.Join(" and ", InOrder(accuracy).Select(share => Percent(share)))} of the samples end nearest to the peak that was asked for.",
            ])
            .Figure(findings.Draw<GuidanceStrengthExperiment>()[0], "Samples of both classes with growing w.");
    }
}
