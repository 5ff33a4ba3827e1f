using System.Diagnostics;
using System.Globalization;
using Diffusion.Tensors.Threading;

namespace Diffusion.Guard;

/// <summary>One of the two processes that measure: this program, with the sources of one of the two commits in it.</summary>
internal sealed class Worker : IDisposable
{
    // A block of calls, and the calls before it that are not timed: they wake threads and fill caches.
    private const double Block = 0.04, WarmUp = 0.005;

    private readonly Process _process;

    private Worker(Process process) => _process = process;

    public static Worker Start(string program, int threads)
    {
        var start = new ProcessStartInfo("dotnet", [program, "--worker", "--threads", threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new(Process.Start(start)!);
    }

    /// <summary>Seconds for one call: the median of a block.</summary>
    public double Time(string @case)
    {
        _process.StandardInput.WriteLine(@case);
        return _process.StandardOutput.ReadLine() is { } answer
            ? double.Parse(answer, CultureInfo.InvariantCulture)
            : throw new FailedException($"the process that times {@case} ended: {_process.StartInfo.ArgumentList[0]}");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>The other side: a case's name on each line of standard input, a time on each line of standard output.</summary>
    public static void Serve(int threads)
    {
        Workers.ThreadCount = threads;
        var opened = new Dictionary<string, Action>();
        while (Console.ReadLine() is { } name)
        {
            if (!opened.TryGetValue(name, out var run))
                opened[name] = run = Cases.All[name]();
            Console.WriteLine(Median(run).ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private static double Median(Action run)
    {
        for (double warm = 0; warm < WarmUp;)
            warm += Seconds(run);
        var times = new List<double>();
        for (double total = 0; total < Block;)
        {
            times.Add(Seconds(run));
            total += times[^1];
        }

        return Statistics.Median(times);
    }

    private static double Seconds(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
