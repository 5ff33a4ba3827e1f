using System.Text.Json;
using Diffusion.Peers;
using Diffusion.Peers.Cases;
using Diffusion.Peers.Libtorch;
using Diffusion.Peers.Measurement;
using Diffusion.Peers.Reporting;

try
{
    var options = Options.Parse(args);
    return Native.MissingPreload() is { } library ? Children.RunPreloaded(library, args) : Run(options);
}
catch (UsageException e)
{
    Console.Error.WriteLine($"Peers: {e.Message}; {Options.Usage}");
    return 2;
}

static int Run(Options options)
{
    if (options.Markdown is { } document)
        return Report.WriteMarkdown(options.Json ?? "peers.json", document);

    var cases = Select(options.Names);
    if (options.List)
    {
        foreach (var @case in cases)
            Console.WriteLine($"{@case.Name,-28} {@case.Description}");
        return 0;
    }

    if (options.MemoryOf is { } side)
    {
        if (side != Memory.Ours)
            Context.SwitchOffNnpack();
        var (peak, added) = Memory.Measure(cases[0], side, options.Threads[0]);
        Console.WriteLine(JsonSerializer.Serialize(new MemoryLine(peak, added), LineJson.Default.MemoryLine));
        return 0;
    }

    if (options.Profile is { } profiled)
        return Profile.Run(profiled, options.Threads[0]);

    if (Native.Problem() is { } problem)
    {
        Console.Error.WriteLine(problem);
        return 1;
    }

    Context.SwitchOffNnpack();
    Comparison.Spoiled = options.Spoil;
    if (options.Child)
    {
        foreach (var @case in cases)
        {
            foreach (int threads in options.Threads)
            {
                var measured = Diffusion.Peers.Measurement.Timer.Measure(@case, threads, options.Seconds);
                Console.WriteLine(JsonSerializer.Serialize(measured, LineJson.Default.Measured));
            }
        }

        return 0;
    }

    return options.Scaling ? Scaling.Run(options) : Compare(cases, options);
}

static int Compare(IReadOnlyList<Case> cases, Options options)
{
    // Written after each case: a run that is stopped has measured what it has.
    string json = options.Json ?? "peers.json";
    void Save(IEnumerable<Result> results) => File.WriteAllText(json, JsonSerializer.Serialize([.. results], ResultJson.Readable.ResultArray) + "\n");

    var all = new List<Measured>();
    for (int process = 1; process <= options.Processes; process++)
    {
        foreach (var measured in Children.Measure(cases, options))
        {
            all.Add(measured);
            Console.Error.WriteLine(Report.Progress(process, options.Processes, measured));
            Save(Grouped(all).Select(group => Result.Of([.. group])));
        }
    }

    var results = new List<Result>();
    foreach (var group in Grouped(all))
        results.Add(WithMemory(Result.Of([.. group]), cases.First(@case => @case.Name == group.Key.Case), options));

    Report.PrintTable(results);
    Save(results);
    Console.WriteLine($"Written to {json}.");

    int expected = cases.Count * options.Threads.Count * options.Processes;
    if (all.Count < expected)
        Console.Error.WriteLine($"{expected - all.Count} of {expected} measurements are missing.");
    return all.Count == expected && results.TrueForAll(result => result.CheckPassed) ? 0 : 1;
}

static IEnumerable<IGrouping<(string Case, int Threads), Measured>> Grouped(IEnumerable<Measured> all) => all.GroupBy(measured => (measured.Case, measured.Threads));

// With the most threads only: memory does not depend on them by much.
static Result WithMemory(Result result, Case @case, Options options)
{
    if (!@case.IsModel || !result.CheckPassed || result.Threads != options.Threads.Max() || !OperatingSystem.IsLinux())
        return result;
    var ours = Children.Memory(@case.Name, Memory.Ours, result.Threads);
    var libtorch = Children.Memory(@case.Name, result.LibtorchVariant, result.Threads);
    return result with
    {
        OursPeakMegabytes = ours?.Peak,
        OursAddedMegabytes = ours?.Added,
        LibtorchPeakMegabytes = libtorch?.Peak,
        LibtorchAddedMegabytes = libtorch?.Added,
    };
}

// Names are beginnings of names; with a $ at the end, whole names.
static IReadOnlyList<Case> Select(IReadOnlyList<string> names)
{
    foreach (string name in names)
    {
        if (!AllCases.List.Any(@case => Matches(@case, name)))
            throw new UsageException($"no case begins with '{name}' (--list shows all)");
    }

    return names.Count == 0 ? AllCases.List : [.. AllCases.List.Where(@case => names.Any(name => Matches(@case, name)))];

    static bool Matches(Case @case, string name) => name.EndsWith('$')
        ? @case.Name == name[..^1]
        : @case.Name.StartsWith(name, StringComparison.Ordinal);
}
