namespace Diffusion.Mutation.Faults;

/// <summary>A chosen fault: a text of a source file, and what stands there instead.</summary>
/// <param name="File">The file, from the root of the repository.</param>
/// <param name="Original">A text that the file has exactly once.</param>
/// <param name="Replacement">What is planted in its place.</param>
/// <param name="What">The fault in words.</param>
internal sealed record Fault(string File, string Original, string Replacement, string What)
{
    /// <summary>Why no test can or need notice it; null if one must.</summary>
    public string? Equivalent { get; init; }

    /// <summary>Where the original begins in the file's text.</summary>
    /// <exception cref="InvalidDataException">It is not there, or more than once.</exception>
    public int Find(string source)
    {
        int at = source.IndexOf(Original, StringComparison.Ordinal);
        if (at < 0)
            throw new InvalidDataException($"{File} has no '{Original}', which the fault '{What}' would replace.");
        return source.IndexOf(Original, at + 1, StringComparison.Ordinal) < 0 ? at
            : throw new InvalidDataException($"{File} has '{Original}' more than once, which the fault '{What}' would replace: it needs more of the text around it.");
    }
}
