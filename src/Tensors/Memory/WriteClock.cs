namespace Diffusion.Tensors.Memory;

/// <summary>
/// Counts the writes to tensors that exist already, in the whole process. By it a backward pass knows whether anything that it
/// is about to read was written to after the forward pass read it, and mostly at once that nothing was.
/// </summary>
internal static class WriteClock
{
    private static long s_now;

    /// <summary>The number of writes so far.</summary>
    public static long Now => Volatile.Read(ref s_now);

    /// <summary>Counts a write.</summary>
    public static long Tick() => Interlocked.Increment(ref s_now);
}
