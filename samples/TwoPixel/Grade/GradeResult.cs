using System.Text.Json;

namespace Diffusion.TwoPixel.Grade;

/// <summary>A slip, or several that the files cannot tell apart.</summary>
/// <param name="Alternatives">The slips, the likeliest first.</param>
/// <param name="Evidence">What says so, file by file.</param>
internal sealed record FoundSlip(IReadOnlyList<Slip> Alternatives, IReadOnlyList<string> Evidence)
{
    /// <summary>The slip in words, or the slips with "or" between them.</summary>
    public string Words => string.Join(", or ", Alternatives);
}

/// <summary>What all files of an implementation say together.</summary>
/// <param name="Steps">T.</param>
/// <param name="Files">What each file says.</param>
internal sealed record GradeResult(int Steps, IReadOnlyList<Evidence> Files)
{
    /// <summary>The exit code of an implementation that was graded and found wrong.</summary>
    public const int WrongCode = 3;

    private static readonly JsonSerializerOptions Json = new(Measurements.Json) { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Whether no file shows anything beyond the range of right implementations.</summary>
    public bool IsRight => Files.All(file => file.IsRight);

    /// <summary>
    /// The slips. What one file leaves open between several slips another may decide: lists that have slips in common are narrowed down to these.
    /// </summary>
    public IReadOnlyList<FoundSlip> Slips
    {
        get
        {
            var groups = Files.SelectMany(file => file.Found.Select(group => (Slips: group.Select(finding => finding.Slip).ToList(), group, file.About))).ToList();
            for (bool changed = true; changed;)
            {
                changed = false;
                foreach (var (a, b) in groups.SelectMany(a => groups.Select(b => (a, b))))
                {
                    var common = a.Slips.Intersect(b.Slips).ToList();
                    if (common.Count == 0 || common.Count == a.Slips.Count)
                        continue;
                    _ = a.Slips.RemoveAll(slip => !common.Contains(slip));
                    changed = true;
                }
            }

            return [.. groups.GroupBy(group => string.Join(' ', group.Slips.Select(slip => slip.Number).Order())).Select(same => new FoundSlip(
                same.First().Slips,
                [.. same.SelectMany(group => group.group.Where(finding => group.Slips.Contains(finding.Slip)).Select(finding => $"{group.About}: {(group.Slips.Count > 1 ? $"({finding.Slip.Number}) " : "")}{finding.Detail}: {finding.Words}"))]))
                .OrderBy(found => found.Alternatives.Min(slip => slip.Number))];
        }
    }

    /// <summary>Slips that none of the files could show or exclude.</summary>
    public IReadOnlyList<Slip> Undecided
    {
        get
        {
            var found = Slips.SelectMany(slip => slip.Alternatives).ToHashSet();
            return [.. Slip.All.Where(slip => !found.Contains(slip) && Files.All(file => file.Undecided.Contains(slip)))];
        }
    }

    /// <summary>The verdict in a sentence.</summary>
    public string Verdict => IsRight ? "Right: nothing is beyond the range of right implementations."
        : Slips.Count == 0 ? "Not right, and no slip that is known here explains it: too little training, or something else."
        : $"Not right: {string.Join("; ", Slips.Select(slip => slip.Words))}.";

    /// <summary>grade.json.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            T = Steps,
            Right = IsRight,
            Verdict,
            Slips = Slips.Select(found => new { Slips = found.Alternatives, found.Evidence }),
            Undecided,
            Files = Files.ToDictionary(file => file.About, file => new { Right = file.IsRight, file.Words, file.Numbers }),
        }, Json) + "\n";
}
