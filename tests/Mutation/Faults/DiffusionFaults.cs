namespace Diffusion.Mutation.Faults;

internal static class DiffusionFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
    ];
}
