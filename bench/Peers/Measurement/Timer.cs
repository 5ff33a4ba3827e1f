using System.Diagnostics;
using Diffusion.Peers.Cases;
using Diffusion.Tensors.Threading;
using TorchSharp;

namespace Diffusion.Peers.Measurement;

/// <summary>
/// Times both sides of a case in turn: a block of calls of ours, a block of libtorch's, and so on. Both see the same state of
/// the machine, and what disturbs one pair does not reach the others.
/// </summary>
internal static class Timer
{
    private const double Millisecond = 1000;

    // Untimed calls at the beginning of a block wake one's own threads and fill the caches.
    private const double WarmUp = 3 * Millisecond;

    // A block, and the least that is timed at once: the clock's own cost is far below.
    private const double Block = 20 * Millisecond, Sample = 100;

    private const int LeastPairs = 3;

    public static Measured Measure(Case @case, int threads, double seconds)
    {
        var measured = new Measured { Case = @case.Name, Threads = threads };
        SetThreads(threads);
        try
        {
            using var work = @case.Open();
            var check = work.Check();
            measured = measured with { Passed = check.Passed, Check = check.ToString(), Error = check.Worst.Error, Tolerance = check.Worst.Tolerance };
            measured = measured with { Wrong = check.Wrong };
            if (!check.Passed)
                return measured;
            measured = Measure(work, measured, seconds);
            return measured with { LibtorchError = check.ErrorOf(measured.Variant) };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return measured with { Passed = false, Check = $"failed: {e.GetType().Name}: {e.Message.Split('\n')[0]}" };
        }
    }

    public static void SetThreads(int threads)
    {
        Workers.ThreadCount = threads;
        torch.set_num_threads(threads);
    }

    /// <summary>An estimate in microseconds after warming up: the fastest of some calls.</summary>
    public static double Estimate(Action run)
    {
        double fastest = double.PositiveInfinity, total = 0;
        for (int i = 0; i < 3 || (total < 60 * Millisecond && i < 2000); i++)
        {
            double time = Time(run, 1);
            total += time;
            if (i > 0)
                fastest = Math.Min(fastest, time);
            if (i > 0 && total > 2000 * Millisecond)
                break;
        }

        return fastest;
    }

    private static Measured Measure(Work work, Measured measured, double seconds)
    {
        double ours = Estimate(work.Ours);
        var estimates = work.Libtorch.ToDictionary(variant => variant, variant => Estimate(variant.Run));
        var counting = estimates.Where(pair => !pair.Key.IsRewritten).ToList();
        var right = counting.Where(pair => !measured.Wrong.ContainsKey(pair.Key.Name)).ToList();
        var (chosen, libtorch) = (right.Count > 0 ? right : counting).MinBy(pair => pair.Value);

        long before = GC.GetTotalAllocatedBytes(precise: true);
        work.Ours();
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        var quiet = new Quiet();
        var pairs = new List<Pair>();
        Pair minimum = new(double.PositiveInfinity, double.PositiveInfinity);
        long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        var onnx = new List<double>();
        double onnxEstimate = work.Onnx is { } first ? Estimate(first) : 0;
        while (pairs.Count < LeastPairs || Stopwatch.GetTimestamp() < end)
        {
            var (oursMedian, oursFastest) = TimeBlock(work.Ours, ours);
            var (libtorchMedian, libtorchFastest) = TimeBlock(chosen.Run, libtorch);
            pairs.Add(new(oursMedian, libtorchMedian));
            if (work.Onnx is { } run)
                onnx.Add(TimeBlock(run, onnxEstimate).Median);
            minimum = new(Math.Min(minimum.Ours, oursFastest), Math.Min(minimum.Libtorch, libtorchFastest));
        }

        return measured with
        {
            Pairs = pairs,
            Onnx = onnx,
            Minimum = minimum,
            Variant = chosen.Name,
            OursPreallocated = work.OursPreallocated,
            LibtorchPreallocated = chosen.Preallocated,
            Variants = estimates.ToDictionary(pair => pair.Key.Name, pair => pair.Value),
            Rewritten = estimates.Where(pair => pair.Key.IsRewritten).Select(pair => (double?)pair.Value).FirstOrDefault(),
            AllocatedBytes = allocated,
            Others = quiet.OthersShare(),
        };
    }

    private static (double Median, double Fastest) TimeBlock(Action run, double estimate)
    {
        WaitForRest();
        if (estimate < Block)
        {
            for (double warm = 0; warm < WarmUp;)
                warm += Time(run, 1);
        }

        int calls = Math.Max(1, (int)(Sample / estimate));
        int samples = Math.Max(1, (int)(Block / (estimate * calls)));
        double[] times = new double[samples];
        for (int i = 0; i < samples; i++)
            times[i] = Time(run, calls) / calls;
        return (Statistics.Median(times), times.Min());
    }

    // Libtorch's threads (OpenMP's) spin for 5 to 8 ms after their last work, on the processors that we need next: this
    // waits until the process takes no more time.
    private static void WaitForRest()
    {
        const double Interval = 4 * Millisecond;
        for (int i = 0; i < 25; i++)
        {
            double before = Environment.CpuUsage.TotalTime.TotalMicroseconds;
            Thread.Sleep(TimeSpan.FromMicroseconds(Interval));
            if (i > 0 && Environment.CpuUsage.TotalTime.TotalMicroseconds - before < 0.05 * Interval)
                return;
        }
    }

    private static double Time(Action run, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            run();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
}

internal static class Statistics
{
    public static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
