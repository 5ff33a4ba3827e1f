namespace Diffusion.Mutation.Faults;

/// <summary>The faults that somebody chose, by the library in which they are planted.</summary>
internal static class Chosen
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Fault> All { get; } = [.. TensorFaults.All, .. AutogradFaults.All, .. NnFaults.All, .. DiffusionFaults.All];
}
