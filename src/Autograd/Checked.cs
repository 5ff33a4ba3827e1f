using System.Numerics;
using System.Runtime.InteropServices;

namespace Diffusion.Autograd;

/// <summary>
/// A mode for tests and for finding faults: a tape remembers what each operation read, so that also writes through spans,
/// which nothing else notices, make the backward pass throw. On with <c>DIFFUSION_CHECKED=1</c> or the runtime option
/// <c>Diffusion.Checked</c>.
/// </summary>
public static class Checked
{
    /// <summary>Whether the mode is on.</summary>
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("DIFFUSION_CHECKED") == "1"
        || (AppContext.TryGetSwitch("Diffusion.Checked", out bool isOn) && isOn);

    /// <summary>A number that changes, but for chance, when the values of an operation's inputs or output do.</summary>
    internal static int ContentOf<T>(Operation<T> operation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var hash = new HashCode();
        foreach (var input in operation.Inputs)
            hash.AddBytes(MemoryMarshal.AsBytes(input.Data.Span));
        hash.AddBytes(MemoryMarshal.AsBytes(operation.Output.Data.Span));
        return hash.ToHashCode();
    }
}
