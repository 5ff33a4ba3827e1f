using System.Diagnostics;

namespace Diffusion.Soak;

/// <summary>What the process holds at a moment.</summary>
internal sealed record Reading(double Seconds, double ResidentMegabytes, double HeapMegabytes, int Handles, int Threads, double TapeMegabytes, long Trained, long Sampled)
{
    private const double Megabyte = 1e6;

    /// <summary>Reads after a full collection: what waits to be collected is not held, and comes and goes.</summary>
    public static Reading Take(double seconds, IReadOnlyList<Load> loads)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();

        // Aggressive: what is free goes back to the system, which else happens by and by.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var self = Process.GetCurrentProcess();
        return new(
            seconds,
            self.WorkingSet64 / Megabyte,
            GC.GetTotalMemory(forceFullCollection: false) / Megabyte,
            OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : self.HandleCount,
            self.Threads.Count,
            loads.Max(load => load.TapeBytes) / Megabyte,
            loads.Sum(load => load.Done.Trained),
            loads.Sum(load => load.Done.Sampled));
    }
}

/// <summary>Whether the pool of the tapes, one for this thread, ever holds more than <see cref="MostTimes"/> times what the largest batches take.</summary>
/// <remarks>
/// What they hold follows the largest of the last batches, so it need not be flat, but it should have a bound: a batch takes buffers of up to twice the size it needs, so about only
/// batches less than half as large as one that is kept need buffers of their own, and 1 + 1/2 + 1/4 + ... = 2. An estimate, not a proof.
/// </remarks>
internal sealed record PoolBound(double LargestBatch, double Most)
{
    public const double MostTimes = 2;

    public bool Holds => Most <= MostTimes * LargestBatch;

    public override string ToString() =>
        $"{"tape MB, most",-20} {Most,9:f1}            {Most / LargestBatch:f2} times the {LargestBatch:f1} MB of the largest batches: {(Holds ? "bounded" : $"MORE THAN {MostTimes:0.#} TIMES")}";
}

/// <summary>Whether readings stay where they are: the first and the last fifth after a warm-up of a tenth, by their medians.</summary>
internal sealed record Drift(string Name, double First, double Last, double Most)
{
    public bool IsFlat => Last <= First * (1 + Most);

    public override string ToString() =>
        $"{Name,-20} {First,9:f1} {Last,9:f1}  {(Last - First) / First * 100,6:+0.0;-0.0;0.0} %  {(IsFlat ? "flat" : $"GROWS: more than {Most * 100:0.#} %")}";

    public static Drift Of(string name, IReadOnlyList<Reading> readings, Func<Reading, double> value, double most)
    {
        double[] values = [.. readings.Skip(readings.Count / 10).Select(value)];
        int fifth = Math.Max(1, values.Length / 5);
        return new(name, Median(values[..fifth]), Median(values[^fifth..]), most);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
