namespace Diffusion.Mutation.Faults;

internal static class TensorFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
    ];
}
