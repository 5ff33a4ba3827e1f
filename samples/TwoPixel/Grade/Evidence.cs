namespace Diffusion.TwoPixel.Grade;

/// <summary>A slip that explains what one file shows.</summary>
/// <param name="Slip">The slip.</param>
/// <param name="Detail">Which form of it.</param>
/// <param name="Words">The numbers that say so.</param>
/// <param name="Weight">How much of what was found it explains, to compare slips of one file.</param>
internal sealed record Finding(Slip Slip, string Detail, string Words, double Weight);

/// <summary>What one file says.</summary>
/// <param name="About">The file's kind: the name of its option without dashes.</param>
/// <param name="IsRight">Whether nothing in it is beyond the range of right implementations.</param>
/// <param name="Words">What was measured, in a sentence or two.</param>
/// <param name="Found">The slips found: what stands in one list cannot be told apart by this file, best first.</param>
/// <param name="Undecided">Slips that this file could neither show nor exclude.</param>
/// <param name="Header">The names of the columns of <paramref name="Rows"/>.</param>
/// <param name="Rows">The numbers as a table.</param>
/// <param name="Numbers">The numbers for grade.json.</param>
internal sealed record Evidence(
    string About, bool IsRight, string Words, IReadOnlyList<IReadOnlyList<Finding>> Found, IReadOnlyList<Slip> Undecided,
    IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows, object Numbers)
{
    /// <summary>The findings as alternatives: the best, and what explains nearly as much. Of each slip its best form.</summary>
    public static IReadOnlyList<IReadOnlyList<Finding>> Alternatives(IEnumerable<Finding> findings)
    {
        Finding[] ordered = [.. findings.OrderByDescending(finding => finding.Weight).DistinctBy(finding => finding.Slip)];
        return ordered.Length == 0 ? [] : [[.. ordered.Where(finding => finding.Weight >= GradeThresholds.NearlyAsGood * ordered[0].Weight)]];
    }

    /// <summary>Slips without those found, each once, by number.</summary>
    public static IReadOnlyList<Slip> Others(IEnumerable<Slip?> undecided, IReadOnlyList<IReadOnlyList<Finding>> found) =>
        [.. undecided.OfType<Slip>().Except(found.SelectMany(group => group.Select(finding => finding.Slip))).OrderBy(slip => slip.Number)];
}
