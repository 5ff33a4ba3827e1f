namespace Diffusion.TwoPixel.Grade;

/// <summary>What was measured of guided predictions.</summary>
/// <param name="Asked">The w that was asked for.</param>
/// <param name="Measured">The w by which the answers are made: (guided - eps_c) on (eps_c - eps_u).</param>
/// <param name="Left">The root mean square of what no w explains, per pixel.</param>
/// <param name="OfOwnPredictions">Whether eps_c and eps_u are those of the same implementation, or the exact ones.</param>
internal sealed record GuidanceNumbers(double Asked, double Measured, double Left, bool OfOwnPredictions);

/// <summary>Grades guided predictions, (w + 1) eps_c - w eps_u, by the w that they show.</summary>
internal static class GuidanceGrade
{
    /// <summary>Grades them on the rows that have a label.</summary>
    /// <param name="table">The questions.</param>
    /// <param name="guided">Two numbers for each row; those of rows without a label are not looked at.</param>
    /// <param name="own">The implementation's predictions without guidance; null: the exact ones take their place.</param>
    /// <param name="w">The w that was asked for.</param>
    public static Evidence Of(GradeTable table, double[] guided, double[]? own, double w)
    {
        double[] plain = own ?? table.Ask(ExactNoise.Of(GradeLevels.Right(table.T)));
        List<double> found = [], direction = [];
        foreach (var (_, _, first) in table.Groups.Where(group => group.Label >= 0))
        {
            for (int i = 2 * first; i < 2 * (first + table.PerGroup); i++)
            {
                found.Add(guided[i] - plain[i]);
                direction.Add(plain[i] - plain[i - (2 * first) + (2 * table.WithoutLabel(first))]);
            }
        }

        var projection = Projection.Of(found, direction);
        double left = Math.Sqrt(found.Zip(direction, (f, d) => Math.Pow(f - (projection.Share * d), 2)).Average()), off = projection.Share - w;
        bool isForm = projection.Effect > GradeThresholds.LeastGuidance && left <= GradeThresholds.MostGuidanceLeft * (1 + Math.Abs(w));
        bool isRight = isForm && Math.Abs(off) <= GradeThresholds.MostGuidanceError;
        Finding[] findings = isForm && !isRight && Math.Abs(Math.Abs(off) - 1) <= GradeThresholds.MostGuidanceError
            ? [new(Slip.Guidance, off > 0 ? "w + 1 where w is meant" : "a scale that means w + 1", $"asked was w = {F2(w)}, the answers are those of w = {F3(projection.Share)}", 1)]
            : [];
        string words = projection.Effect <= GradeThresholds.LeastGuidance
            ? "The conditional predictions hardly differ from those without a label, so there is nothing that guidance could show."
            : $"Asked was w = {F2(w)}; the answers are those of w = {F3(projection.Share)}, with {F4(left)} per pixel left that no w explains (eps_c and eps_u: {(own is not null ? "their own" : "the exact ones, since --predictions was not given")})."
            + (isRight || findings.Length > 0 ? "" : isForm ? " No known slip gives this w." : " That is more than right implementations leave, so no w is named.");
        return new Evidence("guided", isRight, words, findings.Length > 0 ? [findings] : [], Evidence.Others(Slip.All.Where(slip => slip != Slip.Guidance || !isForm), []),
            ["w asked", "w measured", "left"], [[F2(w), F3(projection.Share), F4(left)]], new GuidanceNumbers(w, projection.Share, left, own is not null));
    }
}
