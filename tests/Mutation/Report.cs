using System.Text;

namespace Diffusion.Mutation;

/// <summary>The outcome of a run, for readers.</summary>
internal sealed class Report(IReadOnlyList<Outcome> outcomes)
{
    /// <summary>The score, of the chosen and of the drawn faults.</summary>
    public string Score => $"chosen: {Count(true)}\ndrawn: {Count(false)}";

    /// <summary>The score, the list of chosen faults, and those of the drawn that no test noticed.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder().Append(Score).Append("\n\n| file | fault | noticed by |\n|---|---|---|\n");
        foreach (var outcome in Of(true).OrderBy(outcome => outcome.File, StringComparer.Ordinal).ThenBy(outcome => outcome.Line))
            text.Append($"| `{outcome.File}` | {Cell(outcome.What)} | {Cell(Noticed(outcome))} |\n");
        text.Append("\n| file | with the fault | why no test notices |\n|---|---|---|\n");
        foreach (var outcome in Of(false).Where(outcome => outcome.Verdict != Verdict.Noticed).OrderBy(outcome => outcome.File, StringComparer.Ordinal).ThenBy(outcome => outcome.Line))
            text.Append($"| `{outcome.File}` | `{Cell(outcome.After)}` ({Cell(outcome.What)}) | {Cell(Noticed(outcome))} |\n");
        return text.ToString();
    }

    private static string Noticed(Outcome outcome) => outcome.Verdict switch
    {
        Verdict.Noticed => outcome.By,
        Verdict.Argued => $"equivalent: {outcome.By}",
        _ => $"**nothing** ({outcome.By})",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private IEnumerable<Outcome> Of(bool chosen) => outcomes.Where(outcome => outcome.Chosen == chosen && outcome.Verdict != Verdict.Refused);

    private string Count(bool chosen)
    {
        int Of(Verdict verdict) => outcomes.Count(outcome => outcome.Chosen == chosen && outcome.Verdict == verdict);
        int refused = Of(Verdict.Refused);
        return $"{this.Of(chosen).Count()} planted, {Of(Verdict.Noticed)} noticed, {Of(Verdict.Argued)} argued to be equivalent, {Of(Verdict.Survived)} survived"
            + (refused == 0 ? "" : $"; {refused} did not compile");
    }
}
