namespace Diffusion.Mutation.Faults;

/// <summary>Drawn faults that survive, each with the reason why no test is to notice it.</summary>
/// <param name="File">The file, from the root of the repository.</param>
/// <param name="Line">The line as it is with the fault, without the space around it.</param>
/// <param name="Why">The reason.</param>
internal sealed record Argued(string File, string Line, string Why)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Argued> All { get; } = [];
}
