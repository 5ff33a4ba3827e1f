using System.CommandLine;
using Diffusion.Mutation;
using Diffusion.Terminal;

return SampleProgram.Run(args, (reporter, stop) =>
{
    var chosen = new Option<bool>("--chosen") { Description = "Plant the chosen faults. Default: these, and 300 drawn ones." };
    var random = Options.Whole("--random", "N", 1, 100_000, "Plant N faults drawn from all places of the general operators.");
    var seed = Options.Whole("--seed", "N", 0, int.MaxValue, "The seed of the draw. Default: 1.");
    var file = Options.Text("--file", "PATH", "Only faults of one file of src, such as src/Nn/Optimisation/Adam.cs.");
    var list = new Option<bool>("--list") { Description = "Only list the faults." };
    var again = new Option<bool>("--again") { Description = "Plant those again that survived an earlier run, but for those that were argued to need no test." };
    var work = Options.Text("--work", "FOLDER", "The folder of the run: results.jsonl, one in a line, of which what is there is not run again; which tests run what; copies of tests. In the repository. Default: artifacts/mutation.");
    var markdown = Options.Text("--markdown", "FILE", "Write the outcome as tables.");
    var budget = Options.Whole("--budget", "S", 1, 100_000, "Seconds of tests for a fault; the few nearest classes run in any case. Default: 200.");
    var lanes = Options.Whole("--lanes", "N", 1, 64, "Faults at a time. Default: the number of processors.");
    var noBuild = new Option<bool>("--no-build") { Description = "Take the tests as they were built." };
    var command = new RootCommand("Plants faults in src one by one, runs the tests nearest to each, and lists those that no test notices.");
    command.AddAll(chosen, random, seed, file, list, again, work, markdown, budget, lanes, noBuild);
    command.SetAction(result =>
    {
        int drawn = result.GetValue(random) ?? (result.GetValue(chosen) ? 0 : 300);
        bool all = result.GetValue(chosen) || result.GetValue(random) is null;
        string root = Sources.Root();
        var sources = Sources.Of(root, Path.Combine(root, "src"));
        string? only = result.GetValue(file)?.Replace('\\', '/');
        if (only is not null && !sources.ContainsKey(only))
            throw new UsageException($"--file is '{only}'; accepted is a C# file of src, from the root of the repository.");
        string home = Path.GetFullPath(result.GetValue(work) ?? Path.Combine(root, "artifacts", "mutation"));
        if (!home.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new UsageException($"--work is '{home}'; accepted is a folder in {root}, since copies of tests look for the repository's files above them.");
        Mutant[] Asked(IEnumerable<Mutant> faults) => [.. faults.Where(fault => only is null || fault.File == only)];
        Mutant[] chosenFaults = all ? Asked(Drawing.Chosen(sources)) : [], drawnFaults = drawn > 0 ? Asked(Drawing.Drawn(sources, result.GetValue(seed) ?? 1)) : [];
        drawn = Math.Min(drawn, drawnFaults.Length);
        var settings = new Settings(root, home, result.GetValue(lanes) ?? Environment.ProcessorCount, result.GetValue(budget) ?? 200, !result.GetValue(noBuild));
        if (result.GetValue(list))
        {
            var map = Runner.Map(settings, sources).Map;
            foreach (var fault in chosenFaults.Concat(drawnFaults.Take(drawn)))
                reporter.Say($"{fault.File}:{fault.Line}  {fault.What}\n    {fault.Before}\n    {fault.After}\n    run by {string.Join(", ", map.Covering(fault.Library, fault.File, fault.Span).Select(unit => unit.Unit.Short))}");
            reporter.Say($"{chosenFaults.Length} chosen, {drawn} drawn of {drawnFaults.Length} places.");
            return;
        }

        var outcomes = new Runner(settings, sources, reporter.Say, stop).Run(chosenFaults, drawnFaults, drawn, result.GetValue(again));
        var report = new Report(outcomes);
        reporter.Say(report.Score);
        if (result.GetValue(markdown) is { } target)
            File.WriteAllText(target, report.ToMarkdown());
    });
    return command;
});
