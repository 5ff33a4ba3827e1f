using System.Globalization;

namespace Diffusion.Peers.Measurement;

/// <summary>
/// How much of the processors other processes (and other guests of the host) took while we measured. It must be near
/// nothing: libtorch's threads wait for each other by spinning, and one that does not run holds all the others up.
/// </summary>
internal sealed class Quiet
{
    // In units of 1/100 s: proc(5).
    private const double TicksPerSecond = 100;

    private readonly double _busy = BusySeconds(), _own = Environment.CpuUsage.TotalTime.TotalSeconds;
    private readonly long _start = System.Diagnostics.Stopwatch.GetTimestamp();

    /// <summary>The share of all processors that others had since this was made; 0 where the system does not tell.</summary>
    public double OthersShare()
    {
        double own = Environment.CpuUsage.TotalTime.TotalSeconds - _own;
        double elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(_start).TotalSeconds;
        return Math.Max(0, BusySeconds() - _busy - own) / (elapsed * Environment.ProcessorCount);
    }

    private static double BusySeconds()
    {
        if (!File.Exists("/proc/stat"))
            return 0;

        // cpu user nice system idle iowait irq softirq steal ...
        double[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        return (ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond;
    }
}
