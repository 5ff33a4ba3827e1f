namespace Diffusion.Numerics;

/// <summary>Splits elementwise work over samples into chunks of a fixed size, whatever the number of threads.</summary>
internal static class Chunks
{
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

        _ = Parallel.For(0, chunks, chunk => body(chunk * size, Math.Min(count, (chunk + 1) * size)));
    }
}
