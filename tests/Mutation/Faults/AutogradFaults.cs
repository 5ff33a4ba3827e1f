namespace Diffusion.Mutation.Faults;

internal static class AutogradFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
    ];
}
