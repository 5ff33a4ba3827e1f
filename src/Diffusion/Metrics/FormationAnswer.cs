using System.Globalization;

namespace Diffusion.Metrics;

/// <summary>What the numbers of the study say, in words that follow from them.</summary>
internal static class FormationAnswer
{
    // p-values below this are no chance.
    private const double Significant = 0.01;

    private static readonly FormationKinds[] Parts =
        [FormationKinds.SweepDown, FormationKinds.SweepUp, FormationKinds.SweepRight, FormationKinds.SweepLeft, FormationKinds.AlongStroke, FormationKinds.Regions];

    public static IReadOnlyList<string> Of(FormationNumbers numbers) =>
        [Verdict(numbers), Shares(numbers), Orders(numbers), Structure(numbers)];

    // A kind counts where its interval lies above one half.
    private static string Verdict(FormationNumbers numbers)
    {
        bool Most(FormationKinds kind) => numbers.Kinds[kind].Low > 0.5;
        string rest = (Most(FormationKinds.CoarseToFine), Most(FormationKinds.Random)) switch
        {
            (true, true) => "it goes from coarse to fine, and what that leaves of its pixels' times is scattered, in no order",
            (true, false) => "it goes from coarse to fine",
            (false, true) => "its pixels settle at scattered times, in no order",
            _ => "",
        };
        string parts = Parts.Where(Most).Select(kind => kind.Words()).ToArray() is { Length: > 0 } named ? string.Join(" and ", named) : "in an order that differs from image to image";
        string verdict = numbers.PartByPart.Low > 0.5 ? $"part by part, {parts}{(rest.Length > 0 ? "; besides, " + rest : "")}"
            : Most(FormationKinds.AllAtOnce) ? "all at once: its pixels go together, by one clock"
            : rest.Length > 0 ? $"{(numbers.PartByPart.High < 0.5 && numbers.Kinds[FormationKinds.AllAtOnce].High < 0.5 ? "neither" : "not clearly either")}; {rest}"
            : "undecided: no kind is found for certain in more than half of them";
        return $"Is the digit formed part by part, or all at once? Over {numbers.Generations} generations: {verdict}.";
    }

    private static string Shares(FormationNumbers numbers)
    {
        static string Share(Interval share) => $"{Percent(share.Mean)} % ({Percent(share.Low)} to {Percent(share.High)} %)";
        string unmeasured = numbers.Unmeasured == 0 ? "" : $" In {numbers.Unmeasured} more too few pixels change to tell.";
        string parts = string.Join(", ", Parts.Where(kind => numbers.Kinds[kind].Mean >= 0.005).Select(kind => $"{kind.Words()} in {Percent(numbers.Kinds[kind].Mean)} %"));
        return $"Each generation is judged by itself, and a mixture has several kinds. {Share(numbers.Kinds[FormationKinds.CoarseToFine])} go from coarse to fine, "
            + $"{Share(numbers.Kinds[FormationKinds.Random])} have pixels at scattered times, {Share(numbers.Kinds[FormationKinds.AllAtOnce])} go all at once, "
            + $"and {Share(numbers.PartByPart)} part by part{(parts.Length > 0 ? ": " + parts : "")}. In brackets are 95 % intervals.{unmeasured}";
    }

    private static string Orders(FormationNumbers numbers)
    {
        static string Explained(Tested share) => $"{Percent(share.Value.Mean)} % (by chance {Percent(share.Chance)} %, {P(share.P)})";
        double most = Math.Max(numbers.Place.Value.Mean, numbers.Path.Value.Mean);
        string weight = most >= GenerationFormation.LeastShare ? "That is an order."
            : Math.Min(numbers.Place.P, numbers.Path.P) < Significant ? $"That is more than chance, and less than the {Percent(GenerationFormation.LeastShare)} % from which on it is called an order."
            : "That is no more than chance.";
        return $"Where a pixel lies explains {Explained(numbers.Place)} of the variance of the times of an image's pixels, and how far along the stroke {Explained(numbers.Path)}. {weight} "
            + $"Of what that and fineness leave of the times, pixels two to three apart have a correlation of {numbers.Regions.Value.Mean.ToString("0.00", CultureInfo.InvariantCulture)} ({numbers.Regions.Chance.ToString("0.00", CultureInfo.InvariantCulture)} by chance, {P(numbers.Regions.P)}); of regions that settle one after the other it would be {GenerationFormation.LeastCorrelation.ToString("0.00", CultureInfo.InvariantCulture)} and more. "
            + $"Half of the pixels have gone their way after {Percent(numbers.Half)} % of the process; between the first tenth and the last lie {Percent(numbers.Spread)} %, of which {Percent(numbers.Unexplained)} % are left by the orders that are named.";
    }

    private static string Structure(FormationNumbers numbers)
    {
        var lead = numbers.CoarseLead.Value;
        string ahead = lead.Low > 0 ? $"ahead of fine structure by {Percent(lead.Mean)} % of the process"
            : lead.High < 0 ? $"behind fine structure by {Percent(-lead.Mean)} % of the process"
            : "neither ahead of fine structure nor behind it";
        return $"Coarse structure is {ahead} ({Percent(lead.Low)} to {Percent(lead.High)} %; {Percent(numbers.CoarseLead.Chance)} % if only the pixels' final values counted, {P(numbers.CoarseLead.P)}). "
            + $"Of the change from what the label alone predicts, half is there after {Number(numbers.CoarseHalf)} of {numbers.T} steps at coarse structure and after {Number(numbers.FineHalf)} at fine structure, nine tenths after {Number(numbers.CoarseNineTenths)} and {Number(numbers.FineNineTenths)}.";
    }

    private static string P(double p) => p <= 0.001 ? "p \u2264 0.001" : "p = " + p.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Percent(double share) => Number(100 * share);

    private static string Number(double value) => (Math.Round(value) + 0.0).ToString("0", CultureInfo.InvariantCulture);
}
