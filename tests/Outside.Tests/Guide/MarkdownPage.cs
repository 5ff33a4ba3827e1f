using System.Text.RegularExpressions;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>A block of code between fences.</summary>
/// <param name="Language">The first word behind the fence, such as csharp.</param>
/// <param name="Source">The second: the file of the repository that the block quotes; empty for none.</param>
/// <param name="Text">Its lines.</param>
/// <param name="At">Where it begins on the page.</param>
/// <param name="End">Where it ends.</param>
internal sealed record MarkdownBlock(string Language, string Source, string Text, int At, int End);

/// <summary>A link or an image.</summary>
/// <param name="Text">What stands between the brackets.</param>
/// <param name="Target">What stands between the parentheses.</param>
/// <param name="IsImage">Whether it is an image.</param>
/// <param name="At">Where it begins on the page.</param>
internal sealed record MarkdownLink(string Text, string Target, bool IsImage, int At)
{
    /// <summary>Whether it leads to a file of the repository, or to a place on the page itself.</summary>
    public bool IsLocal => !Target.Contains("://", StringComparison.Ordinal) && !Target.StartsWith("mailto:", StringComparison.Ordinal);

    /// <summary>The file, relative to the page; empty for the page itself.</summary>
    public string File => Target.Split('#')[0];

    /// <summary>The anchor without its #; empty for none.</summary>
    public string Anchor => Target.Contains('#', StringComparison.Ordinal) ? Target.Split('#')[1] : "";
}

/// <summary>A document of the repository, taken apart: code, links, anchors and prose.</summary>
internal sealed partial class MarkdownPage
{
    private MarkdownPage(string path)
    {
        Path = path;
        Text = System.IO.File.ReadAllText(System.IO.Path.Combine(Repository.Root, path)).ReplaceLineEndings("\n");
        Blocks = [.. Fences().Matches(Text).Select(block => new MarkdownBlock(block.Groups["language"].Value, block.Groups["source"].Value, block.Groups["text"].Value, block.Index, block.Index + block.Length))];
        string withoutCode = TextWithoutBlocks = Blank(Fences(), Text);
        Headings = [.. HeadingLines().Matches(withoutCode).Select(heading => heading.Groups["text"].Value.Trim())];
        Anchors = SlugsOf(Headings);
        string plain = Blank(InlineCode(), withoutCode);

        // Text between brackets may be code, so links are found before code is taken out.
        Links = [.. LinkMarks().Matches(withoutCode)
            .Where(link => plain[link.Groups["open"].Index] == '[')
            .Select(link => new MarkdownLink(link.Groups["text"].Value, link.Groups["target"].Value, link.Value[0] == '!', link.Index))];
        Formulas = [.. FormulaMarks().Matches(plain).Select(formula => formula.Value)];
        Prose = Blank(FormulaMarks(), Blank(InlineCode(), Blank(LinkMarks(), Blank(HeadingLines(), withoutCode))));
    }

    /// <summary>The path in the repository, with slashes.</summary>
    public string Path { get; }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>The same with blanks in place of blocks.</summary>
    public string TextWithoutBlocks { get; }

    /// <summary>Blocks between fences, in order.</summary>
    public IReadOnlyList<MarkdownBlock> Blocks { get; }

    /// <summary>The texts of the headings, in order.</summary>
    public IReadOnlyList<string> Headings { get; }

    /// <summary>The anchors that GitHub gives to the headings.</summary>
    public IReadOnlyList<string> Anchors { get; }

    /// <summary>Links and images, in order.</summary>
    public IReadOnlyList<MarkdownLink> Links { get; }

    /// <summary>Formulas with their dollars, in order.</summary>
    public IReadOnlyList<string> Formulas { get; }

    /// <summary>The text with blanks in place of code, headings, links and formulas, at the same places.</summary>
    public string Prose { get; }

    /// <summary>Every page below docs, and the two at the root.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "README.md", "CONTRIBUTING.md",
        .. Directory.GetFiles(System.IO.Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    /// <summary>The chapters of the guide, in order.</summary>
    public static IEnumerable<string> Chapters => All.Where(path => ChapterPath().IsMatch(path));

    /// <summary>The page of a path in the repository.</summary>
    public static MarkdownPage Of(string path) => new(path);

    /// <summary>The path in the repository of what a link leads to.</summary>
    public string Resolve(MarkdownLink link)
    {
        if (link.File.Length == 0)
            return Path;
        string folder = System.IO.Path.Combine(Repository.Root, System.IO.Path.GetDirectoryName(Path)!);
        return System.IO.Path.GetRelativePath(Repository.Root, System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, link.File))).Replace('\\', '/');
    }

    /// <summary>Lines without indents, blank ones left out.</summary>
    public static string Lines(string text) => $"\n{string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))}\n";

    // As GitHub: small letters, no punctuation, hyphens for blanks, and a number where one stands again.
    private static List<string> SlugsOf(IReadOnlyList<string> headings)
    {
        List<string> slugs = [];
        foreach (string heading in headings)
        {
            string slug = Dropped().Replace(LinkMarks().Replace(heading, "${text}").ToLowerInvariant(), "").Replace(' ', '-');
            string free = slug;
            for (int again = 1; slugs.Contains(free); again++)
                free = $"{slug}-{again}";
            slugs.Add(free);
        }

        return slugs;
    }

    private static string Blank(Regex what, string text) => what.Replace(text, match => NotBreaks().Replace(match.Value, " "));

    [GeneratedRegex(@"^```(?<language>[a-z]*)(?: (?<source>\S+))?[^\n]*\n(?<text>.*?)^```[ ]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex(@"^#{1,6} (?<text>[^\n]+)$", RegexOptions.Multiline)]
    private static partial Regex HeadingLines();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"!?(?<open>\[)(?<text>(?:[^\[\]`]|`[^`\n]*`|\[[^\[\]]*\])*)\]\((?<target>[^()\s]+)\)")]
    private static partial Regex LinkMarks();

    [GeneratedRegex(@"\$\$.*?\$\$|\$[^$\n]+\$", RegexOptions.Singleline)]
    private static partial Regex FormulaMarks();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Dropped();

    [GeneratedRegex(@"[^\n]")]
    private static partial Regex NotBreaks();

    [GeneratedRegex(@"^docs/guide/\d\d-[a-z-]+\.md$")]
    private static partial Regex ChapterPath();
}
