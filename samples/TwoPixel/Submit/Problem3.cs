using Diffusion.TwoPixel.Study.Experiments;

namespace Diffusion.TwoPixel.Submit;

/// <summary>How the results differ with T.</summary>
internal static class Problem3
{
    public static void Write(PdfReport report, Findings findings)
    {
        var models = findings.Study.ByT.Select(model => model.Numbers).ToList();
        double Swd(Measurements model) => model.Of<DistanceNumbers>().Swd;
        int T(Measurements model) => model.Of<ModelNumbers>().T;
        string Each(Func<Measurements, string> number) => string.Join(", ", models.Select(model => $"{number(model)} (T = {T(model)})"));
        var (best, worst, few, many) = (models.MinBy(Swd)!, models.MaxBy(Swd)!, models[0], models[^1]);
        var (modes, exact) = (few.Of<ModeNumbers>(), few.Of<ExactNumbers>());
        _ = report
            .Paragraph("One network was trained for each T, each with the schedule of its own T. 5,000 samples of each stand beside the truth.")
            .Figure(findings.Draw<TimestepsExperiment>()[0], "Samples for each T and of the data, on the same axes.")
            .Heading("How the results differ")
            .List(
            [
                $"Distance to the data: {Each(model => F4(Swd(model)))}. Best is T = {T(best)}, worst T = {T(worst)}.",
                $"Points far from both peaks: {Each(model => Percent(model.Of<ModeNumbers>().OutlierShare))}.{FewSteps(few.Of<ModeNumbers>(), many.Of<ModeNumbers>())}",
                $"{Limit(Swd(few), exact.SwdExactDenoiser)}: the exact noise predictor with T = {T(few)} leaves {Percent(modes.OutlierShareExactDenoiser)} (the network {Percent(modes.OutlierShare)}), and its distance is {F4(exact.SwdExactDenoiser)} (the network {F4(Swd(few))}).",
                $"Weights of the peaks (0.35 and 0.65 in the data): {Each(model => string.Join(" / ", model.Of<ModeNumbers>().ModeWeights.Select(F3)))}.",
                $"Widths of the peaks (0.1 in the data): {Each(model => string.Join(" / ", model.Of<ModeNumbers>().ModeStandardDeviations.Select(F3)))}.{Widths([.. models.Select(model => model.Of<ModeNumbers>())])}",
            ])
            .Figure(findings.Draw<ErrorBudgetExperiment>()[0], "Which part of the distance is the network's, and which the sampler's: the exact predictor with the same noise, by the variance of its steps.");
    }

    /// <summary>Why few steps leave points between the peaks: where they do so with the exact predictor too.</summary>
    internal static string FewSteps(ModeNumbers few, ModeNumbers many) => few.OutlierShareExactDenoiser > many.OutlierShareExactDenoiser && few.OutlierShareExactDenoiser >= 0.5 * few.OutlierShare && few.OutlierShare > many.OutlierShare
        ? " With few steps points lie between the peaks: a large step has two ways to go, and a Gaussian step can only go between them." : "";

    /// <summary>Whose the greater part of a distance is, as the exact predictor tells.</summary>
    internal static string Limit(double network, double exact) => exact >= 0.5 * network
        ? "With the fewest steps the distance is mostly the sampler's and not the network's" : "With the fewest steps the greater part of the distance is the network's";

    /// <summary>Why peaks are too narrow, where those of the exact predictor with the most steps are; and the fewest steps' stray points, where they widen the exact predictor's peaks too.</summary>
    internal static string Widths(IReadOnlyList<ModeNumbers> models)
    {
        bool Narrow(ModeNumbers model) => model.ModeStandardDeviations.Concat(model.ModeStandardDeviationsExactDenoiser).All(width => width < 0.1);
        bool Wide(ModeNumbers model) => model.ModeStandardDeviations.Concat(model.ModeStandardDeviationsExactDenoiser).All(width => width > 0.1);
        int wide = models.TakeWhile(Wide).Count();
        return wide == models.Count || !models.Skip(wide).All(Narrow) ? ""
            : $" The posterior variance is the least that a step can have, and the last step has none, so they come out too narrow{(wide > 0 ? " but for the few-step models, whose stray points widen them" : "")}; those of the exact predictor do as well.";
    }
}
