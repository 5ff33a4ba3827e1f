using System.Text;

namespace Diffusion.Mutation;

/// <summary>The outcome of a run, for readers.</summary>
internal sealed class Report(IReadOnlyList<Outcome> outcomes)
{
    /// <summary>The score, of the chosen and of the drawn faults.</summary>
    public string Score => $"chosen: {Counts.Of(outcomes.Where(each => each.Chosen))}\ndrawn: {Counts.Of(outcomes.Where(each => !each.Chosen))}";

    /// <summary>The score of each library, the chosen faults by file, and all that no test noticed.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("| library | chosen: planted, noticed, equivalent, survived | drawn |\n|---|---|---|\n");
        foreach (string library in Sources.Libraries)
            Row(text, $"`src/{library}`", outcomes.Where(each => each.File.StartsWith($"src/{library}/", StringComparison.Ordinal)));
        Row(text, "all", outcomes);

        text.Append("\n| file | chosen faults that tests notice |\n|---|---|\n");
        foreach (var file in Ordered(each => each.Chosen && each.Verdict == Verdict.Noticed).GroupBy(each => each.File))
            text.Append($"| `{file.Key}` | {Cell(string.Join("; ", file.Select(each => each.What)))} |\n");

        text.Append("\n| file | fault that no test notices | why |\n|---|---|---|\n");
        foreach (var each in Ordered(each => each.Verdict is Verdict.Argued or Verdict.Survived))
            text.Append($"| `{each.File}` | {(each.Chosen ? Cell(each.What) : $"{Cell(each.What)}: `{Cell(each.After)}`")} | {(each.Verdict == Verdict.Argued ? Cell(each.By) : $"**survived**: {each.By}")} |\n");
        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, IEnumerable<Outcome> of)
    {
        Counts chosen = Counts.Of(of.Where(each => each.Chosen)), drawn = Counts.Of(of.Where(each => !each.Chosen));
        text.Append($"| {name} | {chosen.Numbers} | {drawn.Numbers} |\n");
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private IEnumerable<Outcome> Ordered(Func<Outcome, bool> which) =>
        outcomes.Where(which).OrderBy(each => each.File, StringComparer.Ordinal).ThenBy(each => each.Line).ThenBy(each => each.What, StringComparer.Ordinal);

    private readonly record struct Counts(int Noticed, int Argued, int Survived, int Refused)
    {
        public string Numbers => $"{Noticed + Argued + Survived}, {Noticed}, {Argued}, {Survived}";

        public static Counts Of(IEnumerable<Outcome> outcomes)
        {
            var verdicts = outcomes.ToLookup(each => each.Verdict);
            return new(verdicts[Verdict.Noticed].Count(), verdicts[Verdict.Argued].Count(), verdicts[Verdict.Survived].Count(), verdicts[Verdict.Refused].Count());
        }

        public override string ToString() =>
            $"{Noticed + Argued + Survived} planted, {Noticed} noticed, {Argued} argued to be equivalent, {Survived} survived{(Refused == 0 ? "" : $"; {Refused} did not compile")}";
    }
}
