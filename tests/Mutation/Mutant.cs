using System.Globalization;
using Microsoft.CodeAnalysis.Text;

namespace Diffusion.Mutation;

/// <summary>One fault at one place of one file.</summary>
/// <param name="File">The file, from the root of the repository.</param>
/// <param name="Span">What is replaced.</param>
/// <param name="Replacement">By what.</param>
/// <param name="What">The fault in words.</param>
/// <param name="Chosen">Whether somebody chose it, or it was drawn.</param>
internal sealed record Mutant(string File, TextSpan Span, string Replacement, string What, bool Chosen)
{
    /// <summary>Why it needs no test, if that was argued.</summary>
    public string? Argument { get; init; }

    /// <summary>The line of the file, from 1.</summary>
    public int Line { get; init; }

    /// <summary>The lines that change, as they are, without the space around them.</summary>
    public string Before { get; init; } = "";

    /// <summary>The same with the fault.</summary>
    public string After { get; init; } = "";

    /// <summary>The library of src that has the file.</summary>
    public string Library => File.Split('/')[1];

    /// <summary>What names it in the file of results. It knows the file's text around, and not the number of the line.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{File}: {Before} => {After}{(Occurrence > 0 ? $" ({Occurrence + 1})" : "")}");

    /// <summary>How many equal lines with the same fault stand above it in the file.</summary>
    public int Occurrence { get; init; }

    /// <summary>The file's text with the fault.</summary>
    public string Apply(string source) => string.Concat(source.AsSpan(0, Span.Start), Replacement, source.AsSpan(Span.End));

    /// <summary>The same, with the lines that it changes.</summary>
    public Mutant Located(string source)
    {
        int start = source.LastIndexOf('\n', Math.Max(Span.Start - 1, 0)) + 1, end = source.IndexOf('\n', Span.End);
        string before = source[start..end];
        string after = string.Concat(source.AsSpan(start, Span.Start - start), Replacement, source.AsSpan(Span.End, end - Span.End));
        return this with { Before = OneLine(before), After = OneLine(after), Line = source.AsSpan(0, Span.Start).Count('\n') + 1 };
    }

    private static string OneLine(string text) => string.Join(' ', text.Split('\n').Select(line => line.Trim()));
}
