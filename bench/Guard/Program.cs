using System.Globalization;
using Diffusion.Guard;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    var options = Options.Parse(args);
    if (!options.Worker)
        return Run(options);
    Worker.Serve(options.Threads);
    return 0;
}
catch (UsageException e)
{
    Console.Error.WriteLine($"Guard: {e.Message}; {Options.Usage}");
    return 2;
}
catch (FailedException e)
{
    Console.Error.WriteLine($"Guard: {e.Message}");
    return 1;
}

static int Run(Options options)
{
    string root = Builds.Root(), commit = Builds.Resolve(root, options.Against), folder = Directory.CreateTempSubdirectory("guard-").FullName;
    try
    {
        Console.WriteLine($"The working tree against {commit}; {options.Threads} thread(s), up to {options.Percent} % slower is accepted. Both are built first.");
        using var before = Worker.Start(Builds.OfCommit(root, commit.Split(' ')[0], Path.Combine(folder, "before")), options.Threads);
        using var now = Worker.Start(Builds.OfWorkingTree(root, Path.Combine(folder, "now")), options.Threads);
        Console.WriteLine();
        Console.WriteLine($"{"case",-16} {"before",10} {"now",10}  now / before (middle half of the pairs)");
        int slower = 0;
        foreach (string name in options.Cases)
        {
            var pairs = Measure(before, now, name, options.Seconds);

            // What seems slower is measured again for longer, so that a bad minute does not fail.
            double limit = 1 + (options.Percent / 100);
            if (pairs.Ratio > limit)
                pairs = Measure(before, now, name, 3 * options.Seconds);
            bool failed = pairs.Ratio > limit;
            slower += failed ? 1 : 0;
            Console.WriteLine($"{name,-16} {Milliseconds(pairs.Before),10} {Milliseconds(pairs.Now),10}  {pairs.Ratio:f3} ({pairs.Low:f3} to {pairs.High:f3}){(failed ? "  SLOWER" : "")}");
        }

        Console.WriteLine();
        Console.WriteLine(slower == 0 ? "No case is slower." : $"{slower} of {options.Cases.Count} cases are more than {options.Percent} % slower.");
        return slower == 0 ? 0 : 1;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

// Blocks in turn, and each first every other time: both see the same state of the machine.
static (double Before, double Now, double Ratio, double Low, double High) Measure(Worker before, Worker now, string name, double seconds)
{
    _ = (before.Time(name), now.Time(name));
    var (old, current) = (new List<double>(), new List<double>());
    long end = Environment.TickCount64 + (long)(1000 * seconds);
    while (Environment.TickCount64 < end || old.Count < 6)
    {
        bool oldFirst = old.Count % 2 == 0;
        if (oldFirst)
            old.Add(before.Time(name));
        current.Add(now.Time(name));
        if (!oldFirst)
            old.Add(before.Time(name));
    }

    double[] ratios = [.. current.Zip(old, (a, b) => a / b).Order()];
    return (Statistics.Median(old), Statistics.Median(current), Statistics.Median(ratios), ratios[ratios.Length / 4], ratios[ratios.Length * 3 / 4]);
}

static string Milliseconds(double seconds) => $"{seconds * 1000:g4} ms";
