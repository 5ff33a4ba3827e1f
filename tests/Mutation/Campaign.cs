namespace Diffusion.Mutation;

/// <summary>Plants faults one by one, and runs the tests nearest to each until one fails.</summary>
/// <param name="projects">The libraries, by name.</param>
/// <param name="map">Which tests run what.</param>
/// <param name="results">The file of results.</param>
/// <param name="budget">The seconds of tests that a fault may survive before it counts as a survivor.</param>
/// <param name="stop">Ends the run after the faults under way.</param>
internal sealed class Campaign(IReadOnlyDictionary<string, SourceProject> projects, CoverageMap map, string results, double budget, CancellationToken stop)
{
    // A start of the test runner costs a second, so tests run in a few batches: those that take these seconds together, then all others.
    private static readonly double[] Batches = [4, 30, double.PositiveInfinity];

    private readonly Lock _turn = new();

    /// <summary>Plants faults in their order until so many were planted that compile.</summary>
    /// <param name="lanes">Where tests run; each lane has one fault at a time.</param>
    /// <param name="faults">The faults.</param>
    /// <param name="count">How many are to compile.</param>
    /// <param name="known">What an earlier run found.</param>
    /// <param name="say">Takes a line for each fault.</param>
    public IReadOnlyList<Outcome> Run(IReadOnlyList<Lane> lanes, IEnumerable<Mutant> faults, int count, IReadOnlyDictionary<string, Outcome> known, Action<string> say)
    {
        using var queue = faults.GetEnumerator();
        var outcomes = new List<Outcome>();
        int planted = 0;

        // One fault is compiled at a time, in order, so that the same ones are planted however many lanes there are.
        (Mutant Mutant, byte[] Assembly)? Next()
        {
            lock (_turn)
            {
                while (planted < count && queue.MoveNext())
                {
                    var mutant = queue.Current;
                    var outcome = known.GetValueOrDefault(mutant.Id)?.Of(mutant);
                    byte[]? assembly = null;
                    if (outcome is null && (assembly = projects[mutant.Library].Compile(mutant, out string? error)) is null)
                        Keep(outcome = new Outcome(mutant, Verdict.Refused, error!, 0));
                    if (outcome?.Verdict != Verdict.Refused)
                        planted++;
                    if (assembly is not null)
                        return (mutant, assembly);
                    outcomes.Add(outcome!);
                }

                return null;
            }
        }

        void Keep(Outcome outcome)
        {
            outcome.Append(results);
            say($"{planted,3}/{count} {outcome}");
        }

        Lane.Each(lanes, lane =>
        {
            while (Next() is var (mutant, assembly))
            {
                stop.ThrowIfCancellationRequested();
                var outcome = Try(lane, mutant, assembly);
                lock (_turn)
                {
                    outcomes.Add(outcome);
                    Keep(outcome);
                }
            }
        });
        return outcomes;
    }

    private Outcome Try(Lane lane, Mutant mutant, byte[] assembly)
    {
        double seconds = 0;
        int classes = 0;
        lane.Plant(new Dictionary<string, byte[]> { [projects[mutant.Library].Assembly] = assembly });
        try
        {
            foreach (var batch in Nearest(mutant))
            {
                double left = classes == 0 ? double.PositiveInfinity : budget - seconds;
                (TestUnit Unit, double Seconds)[] units = [.. batch.TakeWhile(unit => (left -= unit.Seconds) >= 0)];
                if (units.Length == 0)
                    break;
                var result = lane.Run([.. units.Select(unit => unit.Unit)], limit: 20 + (5 * units.Sum(unit => unit.Seconds)));
                seconds += result.Seconds;
                classes += units.Length;
                if (result.Noticed)
                    return new Outcome(mutant, Verdict.Noticed, result.By, seconds);
            }
        }
        finally
        {
            lane.Restore();
        }

        return mutant.Argument is { } why ? new Outcome(mutant, Verdict.Argued, why, seconds)
            : new Outcome(mutant, Verdict.Survived, classes == 0 ? "no test runs this" : $"{classes} classes ran", seconds);
    }

    // The library's own tests, then those of the libraries above it, then those from outside. Among them first the classes named after
    // the file, then in the order of the map.
    private IEnumerable<List<(TestUnit Unit, double Seconds)>> Nearest(Mutant mutant)
    {
        string name = Path.GetFileName(mutant.File).Split('.')[0];
        var covering = map.Covering(mutant.Library, mutant.File, mutant.Span);
        foreach (string project in TestUnit.Projects.SkipWhile(project => project != $"{mutant.Library}.Tests"))
        {
            foreach (var units in covering.Where(unit => unit.Unit.Project == project).GroupBy(unit => unit.Unit.Environment))
            {
                var batch = new List<(TestUnit Unit, double Seconds)>();
                int size = 0;
                foreach (var unit in units.OrderByDescending(unit => unit.Unit.Short.Contains(name, StringComparison.Ordinal)))
                {
                    if (batch.Count > 0 && batch.Sum(each => each.Seconds) + unit.Seconds > Batches[size])
                    {
                        yield return batch;
                        batch = [];
                        size++;
                    }

                    batch.Add(unit);
                }

                yield return batch;
            }
        }
    }
}
