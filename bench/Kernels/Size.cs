namespace Diffusion.Benchmarks;

/// <summary>What a benchmark's parameter says of its work.</summary>
public interface ISize
{
    /// <summary>Floating-point operations of one call, where they are what limits it; else 0.</summary>
    long FloatingPointOperations { get; }

    /// <summary>Elements of the tensor that passes through; see <see cref="MovesAttribute"/>.</summary>
    long Elements { get; }
}

/// <summary>How many times a call reads or writes the elements of its <see cref="ISize"/>: bytes are 4 times that.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MovesAttribute(int times) : Attribute
{
    /// <summary>Reads and writes together.</summary>
    public int Times => times;
}

/// <summary>Which sizes are run.</summary>
internal static class Sizes
{
    /// <summary>Whether only those are run that take a moment.</summary>
    public static bool OnlySmall { get; set; }

    /// <summary>All sizes, or the small ones.</summary>
    public static IEnumerable<TSize> Of<TSize>(IReadOnlyList<TSize> small, params IReadOnlyList<TSize> large) => OnlySmall ? small : [.. small, .. large];
}
