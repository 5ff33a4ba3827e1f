using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Diffusion.Peers.Cases;

namespace Diffusion.Peers.Measurement;

/// <summary>Starts this program again: every process has its own memory, its own layout of it and its own luck.</summary>
internal static class Children
{
    /// <summary>
    /// Measures all cases in one new process; results come one by one. Where the process dies its case has failed, and
    /// another one goes on with the rest.
    /// </summary>
    public static IEnumerable<Measured> Measure(IReadOnlyList<Case> cases, Options options)
    {
        var left = new Queue<Case>(cases);
        while (left.Count > 0)
        {
            var missing = new Queue<int>(options.Threads);
            foreach (var measured in MeasureUntilItDies([.. left], options))
            {
                yield return measured;
                _ = missing.Dequeue();
                if (missing.Count > 0)
                    continue;
                _ = left.Dequeue();
                missing = new Queue<int>(options.Threads);
            }

            if (left.Count == 0)
                yield break;
            foreach (int threads in missing)
                yield return new Measured { Case = left.Peek().Name, Threads = threads, Check = "the process died" };
            _ = left.Dequeue();
        }
    }

    private static IEnumerable<Measured> MeasureUntilItDies(IReadOnlyList<Case> cases, Options options)
    {
        var arguments = new List<string>
        {
            "--child",
            "--threads", string.Join(',', options.Threads.Select(threads => threads.ToString(CultureInfo.InvariantCulture))),
            "--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture),
        };
        if (options.Spoil is { } side)
            arguments.AddRange(["--spoil", side]);
        arguments.AddRange(cases.Select(@case => @case.Name + "$"));
        foreach (string line in Lines(arguments))
            yield return JsonSerializer.Deserialize(line, LineJson.Default.Measured)!;
    }

    /// <summary>The peak memory of one side of a case in a process of its own; null where it could not be measured.</summary>
    public static MemoryLine? Memory(string @case, string side, int threads)
    {
        string? line = Lines(["--memory-of", side, "--threads", threads.ToString(CultureInfo.InvariantCulture), @case + "$"]).FirstOrDefault();
        return line is null ? null : JsonSerializer.Deserialize(line, LineJson.Default.MemoryLine);
    }

    /// <summary>Does everything in a process with a library loaded before all others; its exit code.</summary>
    public static int RunPreloaded(string library, string[] arguments)
    {
        var start = Self(arguments);
        start.Environment[Libtorch.Native.Preload] = library;
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static ProcessStartInfo Self(IEnumerable<string> arguments)
    {
        string self = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        return new ProcessStartInfo(self, isHost ? [Path.Combine(AppContext.BaseDirectory, "Peers.dll"), .. arguments] : arguments);
    }

    private static IEnumerable<string> Lines(IEnumerable<string> arguments)
    {
        var start = Self(arguments);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
            yield return line;
        process.WaitForExit();
        if (process.ExitCode != 0)
            Console.Error.WriteLine($"A measuring process ended with exit code {process.ExitCode}.");
    }
}
