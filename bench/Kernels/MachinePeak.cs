using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diffusion.Tensors;
using Diffusion.Tensors.Threading;

namespace Diffusion.Benchmarks;

/// <summary>What copying memory of some size reaches.</summary>
/// <param name="Bytes">Source and destination together.</param>
/// <param name="BytesPerSecond">Read and written.</param>
internal readonly record struct CopySpeed(long Bytes, double BytesPerSecond)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{BytesPerSecond / 1e9:F0} GB/s at {Bytes / 1048576.0:0.##} MB");
}

/// <summary>What this machine can do at most, measured with two tiny loops on as many threads as kernels use.</summary>
/// <param name="Threads">The threads.</param>
/// <param name="FloatingPointOperations">Single-precision multiplications and additions for each second: nothing but fused multiply-add on registers.</param>
/// <param name="Copies">y = a·x for footprints from the second-level cache to main memory.</param>
internal sealed record MachinePeak(int Threads, double FloatingPointOperations, IReadOnlyList<CopySpeed> Copies)
{
    private const int Rounds = 5;

    public static MachinePeak Measure()
    {
        int threads = Workers.ThreadCount;
        double operations = Best(() => OnThreads(threads, _ => MultiplyAdds(20_000_000)) * OperationsOf(20_000_000));
        long[] footprints = [1L << 18, 1L << 20, 1L << 23, 1L << 26, 1L << 28];
        return new(threads, operations, [.. footprints.Select(bytes => new CopySpeed(bytes, Copy(threads, bytes)))]);
    }

    /// <summary>What copying reaches with a footprint like this one.</summary>
    public double CopyBytesPerSecond(double bytes) => Copies.MinBy(copy => Math.Abs(Math.Log(copy.Bytes / bytes))).BytesPerSecond;

    private static double Best(Func<double> measure) => Enumerable.Range(0, Rounds).Max(_ => measure());

    // Work of all threads for each second, in units of one thread's work.
    private static double OnThreads(int threads, Action<int> work)
    {
        var started = new Barrier(threads);
        double[] seconds = new double[threads];
        var all = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            started.SignalAndWait();
            long start = Stopwatch.GetTimestamp();
            work(i);
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        })).ToList();
        all.ForEach(thread => thread.Start());
        all.ForEach(thread => thread.Join());
        started.Dispose();
        return seconds.Sum(time => 1 / time);
    }

    private static double OperationsOf(int rounds) => 2.0 * 12 * rounds * (Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4);

    private static void MultiplyAdds(int rounds)
    {
        if (Vector512.IsHardwareAccelerated)
            MultiplyAdds512(rounds);
        else if (Vector256.IsHardwareAccelerated)
            MultiplyAdds256(rounds);
        else
            MultiplyAdds128(rounds);
    }

    // Twelve sums that do not wait for each other, which is more than latency times throughput. x stays at 1.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> MultiplyAdds512(int rounds)
    {
        Vector512<float> x = Vector512.Create(0.5f), y = Vector512.Create(0.25f);
        Vector512<float> s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x, s11 = x;
        for (int i = 0; i < rounds; i++)
        {
            s0 = Vector512.FusedMultiplyAdd(s0, x, y);
            s1 = Vector512.FusedMultiplyAdd(s1, x, y);
            s2 = Vector512.FusedMultiplyAdd(s2, x, y);
            s3 = Vector512.FusedMultiplyAdd(s3, x, y);
            s4 = Vector512.FusedMultiplyAdd(s4, x, y);
            s5 = Vector512.FusedMultiplyAdd(s5, x, y);
            s6 = Vector512.FusedMultiplyAdd(s6, x, y);
            s7 = Vector512.FusedMultiplyAdd(s7, x, y);
            s8 = Vector512.FusedMultiplyAdd(s8, x, y);
            s9 = Vector512.FusedMultiplyAdd(s9, x, y);
            s10 = Vector512.FusedMultiplyAdd(s10, x, y);
            s11 = Vector512.FusedMultiplyAdd(s11, x, y);
        }

        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector256<float> MultiplyAdds256(int rounds)
    {
        Vector256<float> x = Vector256.Create(0.5f), y = Vector256.Create(0.25f);
        Vector256<float> s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x, s11 = x;
        for (int i = 0; i < rounds; i++)
        {
            s0 = Vector256.FusedMultiplyAdd(s0, x, y);
            s1 = Vector256.FusedMultiplyAdd(s1, x, y);
            s2 = Vector256.FusedMultiplyAdd(s2, x, y);
            s3 = Vector256.FusedMultiplyAdd(s3, x, y);
            s4 = Vector256.FusedMultiplyAdd(s4, x, y);
            s5 = Vector256.FusedMultiplyAdd(s5, x, y);
            s6 = Vector256.FusedMultiplyAdd(s6, x, y);
            s7 = Vector256.FusedMultiplyAdd(s7, x, y);
            s8 = Vector256.FusedMultiplyAdd(s8, x, y);
            s9 = Vector256.FusedMultiplyAdd(s9, x, y);
            s10 = Vector256.FusedMultiplyAdd(s10, x, y);
            s11 = Vector256.FusedMultiplyAdd(s11, x, y);
        }

        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector128<float> MultiplyAdds128(int rounds)
    {
        Vector128<float> x = Vector128.Create(0.5f), y = Vector128.Create(0.25f);
        Vector128<float> s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x, s11 = x;
        for (int i = 0; i < rounds; i++)
        {
            s0 = Vector128.FusedMultiplyAdd(s0, x, y);
            s1 = Vector128.FusedMultiplyAdd(s1, x, y);
            s2 = Vector128.FusedMultiplyAdd(s2, x, y);
            s3 = Vector128.FusedMultiplyAdd(s3, x, y);
            s4 = Vector128.FusedMultiplyAdd(s4, x, y);
            s5 = Vector128.FusedMultiplyAdd(s5, x, y);
            s6 = Vector128.FusedMultiplyAdd(s6, x, y);
            s7 = Vector128.FusedMultiplyAdd(s7, x, y);
            s8 = Vector128.FusedMultiplyAdd(s8, x, y);
            s9 = Vector128.FusedMultiplyAdd(s9, x, y);
            s10 = Vector128.FusedMultiplyAdd(s10, x, y);
            s11 = Vector128.FusedMultiplyAdd(s11, x, y);
        }

        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
    }

    private static double Copy(int threads, long bytes)
    {
        int each = (int)(bytes / sizeof(float) / 2 / threads);
        var x = Enumerable.Range(0, threads).Select(_ => Tensor<float>.Full([each], 1)).ToArray();
        var y = Enumerable.Range(0, threads).Select(_ => Tensor<float>.Full([each], 1)).ToArray();
        int repetitions = Math.Max(2, (int)(1.5e8 / (bytes / (double)threads)));
        return Best(() => OnThreads(threads, i =>
        {
            for (int repetition = 0; repetition < repetitions; repetition++)
                System.Numerics.Tensors.TensorPrimitives.Multiply(x[i].Span, 0.999f, y[i].Span);
        }) * repetitions * each * 2 * sizeof(float));
    }
}
