using Diffusion.Tensors.Threading;

namespace Diffusion.Numerics;

/// <summary>Splits elementwise work over samples into chunks of a fixed size, whatever the number of threads.</summary>
internal static class Chunks
{
    /// <summary>As many threads as kernels use.</summary>
    public static ParallelOptions Options => new() { MaxDegreeOfParallelism = Workers.ThreadCount };

    /// <summary>Calls <paramref name="body"/> with [from, to) for every chunk of [0, count), in parallel.</summary>
    public static void For(int count, int size, Action<int, int> body)
    {
        int chunks = (count + size - 1) / size;
        if (chunks <= 1)
        {
            if (count > 0)
                body(0, count);
            return;
        }

        _ = Parallel.For(0, chunks, Options, chunk => body(chunk * size, Math.Min(count, (chunk + 1) * size)));
    }
}
