namespace Diffusion.Mutation.Faults;

internal static class NnFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
    ];
}
