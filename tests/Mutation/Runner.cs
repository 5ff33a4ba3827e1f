namespace Diffusion.Mutation;

/// <summary>Where and how faults are tried.</summary>
/// <param name="Root">The folder of the repository.</param>
/// <param name="Work">The folder for copies of tests, the map and the results.</param>
/// <param name="Lanes">How many faults at a time.</param>
/// <param name="Budget">The seconds of tests for a fault.</param>
/// <param name="Build">Whether tests are built first.</param>
internal sealed record Settings(string Root, string Work, int Lanes, double Budget, bool Build);

/// <summary>All steps of a run: build once, map the tests, plant the faults.</summary>
internal sealed class Runner(Settings settings, IReadOnlyDictionary<string, string> sources, Action<string> say, CancellationToken stop)
{
    /// <summary>Plants faults.</summary>
    /// <param name="chosen">Those that are planted all.</param>
    /// <param name="drawn">Those that are planted until <paramref name="count"/> compile.</param>
    /// <param name="count">How many of the drawn.</param>
    /// <param name="again">Whether earlier survivors are tried again, but for those that need no test.</param>
    public IReadOnlyList<Outcome> Run(Mutant[] chosen, Mutant[] drawn, int count, bool again)
    {
        Directory.CreateDirectory(settings.Work);
        string results = Path.Combine(settings.Work, "results.jsonl");
        var known = Outcome.Load(results);
        if (again)
        {
            var argued = chosen.Concat(drawn).Where(each => each.Argument is not null).Select(each => each.Id).ToHashSet();
            known = known.Where(each => each.Value.Verdict is Verdict.Noticed or Verdict.Refused || argued.Contains(each.Key)).ToDictionary();
        }

        if (Found(chosen, chosen.Length, known) is { } ofChosen && Found(drawn, count, known) is { } ofDrawn)
            return [.. ofChosen, .. ofDrawn];
        if (settings.Build)
        {
            foreach (string project in TestUnit.Projects)
            {
                say($"Building {project}");
                Command.Read(settings.Root, "dotnet", "build", "-c", "Release", $"tests/{project}");
            }
        }

        var projects = Sources.Libraries.ToDictionary(name => name, name => new SourceProject(settings.Root, name));
        var (marks, map) = Map(settings, sources);
        Lane[] lanes = [.. Enumerable.Range(0, settings.Lanes).Select(i => new Lane(settings.Root, settings.Work, $"lane{i}"))];
        map.Complete(lanes, () => projects.ToDictionary(each => each.Value.Assembly, each => marks[each.Key].Compile(each.Value)), say, stop);

        var campaign = new Campaign(projects, map, results, settings.Budget, stop);
        return [.. campaign.Run(lanes, chosen, chosen.Length, known, say), .. campaign.Run(lanes, drawn, count, known, say)];
    }

    // The outcomes of an earlier run, or null if one is missing.
    private static List<Outcome>? Found(IEnumerable<Mutant> faults, int count, Dictionary<string, Outcome> known)
    {
        var found = new List<Outcome>();
        foreach (var fault in faults)
        {
            if (found.Count(each => each.Verdict != Verdict.Refused) == count)
                break;
            if (!known.TryGetValue(fault.Id, out var outcome))
                return null;
            found.Add(outcome.Of(fault));
        }

        return found;
    }

    /// <summary>The members of the libraries, and which tests run them as far as an earlier run has found out.</summary>
    public static (IReadOnlyDictionary<string, Marks> Marks, CoverageMap Map) Map(Settings settings, IReadOnlyDictionary<string, string> sources)
    {
        var marks = Sources.Libraries.ToDictionary(name => name, name => new Marks(name, sources.Where(source => source.Key.StartsWith($"src/{name}/", StringComparison.Ordinal))));
        return (marks, new CoverageMap(settings.Root, Path.Combine(settings.Work, "map.json"), marks));
    }
}
