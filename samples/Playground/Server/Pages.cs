using System.Reflection;
using System.Text.RegularExpressions;
using Diffusion.Playground.Settings;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Http;

namespace Diffusion.Playground.Server;

/// <summary>The page and the guide, which are parts of the program: only these names are served, and no file of the disk.</summary>
internal static partial class Pages
{
    private static readonly Dictionary<string, byte[]> Files = Embedded();

    private static readonly Dictionary<string, string> Types = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
    };

    private static readonly MarkdownPipeline Markdown = new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers().UseMathematics().Build();

    /// <summary>The chapters of the guide, by what the page links to; their files are <c>docs/guide/NAME.md</c>.</summary>
    public static IReadOnlyList<string> Chapters { get; } =
        ["01-tensors", "02-tape", "03-operation", "04-layers", "05-forward", "06-objectives", "07-sampling", "08-guidance", "09-images", "10-speed"];

    /// <summary>A file of the page.</summary>
    /// <exception cref="RefusedException">There is none of this name.</exception>
    public static IResult File(string name) => Part("page", name);

    /// <summary>A figure of the guide.</summary>
    /// <exception cref="RefusedException">There is none of this name.</exception>
    public static IResult Figure(string name) => Part("figure", name);

    /// <summary>A chapter of the guide as a page.</summary>
    /// <exception cref="RefusedException">There is no such chapter.</exception>
    public static IResult Chapter(string name)
    {
        if (!Chapters.Contains(name))
            throw new RefusedException(404, "There is no such chapter.");
        string text = Files.TryGetValue($"guide/{name}.md", out byte[]? content)
            ? System.Text.Encoding.UTF8.GetString(content)
            : $"# {name}\n\nThis program was built without the guide: its chapters are read from `docs/guide` when it is built.";
        int at = Chapters.ToList().IndexOf(name);
        string Neighbour(int index, string word) => index < 0 || index >= Chapters.Count ? "" : $"<a href=\"/guide/{Chapters[index]}\">{word}: {Chapters[index]}</a>";
        return Results.Content($"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{name}</title><link rel="stylesheet" href="/style.css"><link rel="icon" href="/icon.svg">
            <script src="/temml.min.js" defer></script><script src="/guide.js" type="module"></script></head>
            <body class="guide"><nav aria-label="Guide"><a href="/">Playground</a> {Neighbour(at - 1, "Before")} {Neighbour(at + 1, "Next")}</nav>
            <main>{Render(text)}</main></body>
            </html>
            """, "text/html; charset=utf-8");
    }

    /// <summary>Markdown of the guide as HTML. Links between chapters lead from page to page; of links to other files of the repository the words stay. Of markup only what folds answers is taken.</summary>
    public static string Render(string text)
    {
        var document = Markdig.Markdown.Parse(text, Markdown);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            var file = ChapterFile().Match(link.Url ?? "");
            var figure = FigureFile().Match(link.Url ?? "");
            if (link.IsImage && figure.Success && Files.ContainsKey($"figure/{figure.Groups[1].Value}"))
                link.Url = $"/figures/{figure.Groups[1].Value}";
            else if (file.Success && !link.IsImage && Chapters.Contains(file.Groups[1].Value))
                link.Url = $"/guide/{file.Groups[1].Value}{file.Groups[2].Value}";
            else if (link.IsImage || !Elsewhere().IsMatch(link.Url ?? ""))
                _ = link.ReplaceBy(new ContainerInline());
        }

        foreach (var block in document.Descendants<HtmlBlock>().Where(block => !Fold().IsMatch(block.Lines.ToString())).ToList())
            _ = block.Parent!.Remove(block);
        foreach (var inline in document.Descendants<HtmlInline>().ToList())
            inline.Remove();
        return document.ToHtml(Markdown);
    }

    private static IResult Part(string kind, string name) => Files.TryGetValue($"{kind}/{name}", out byte[]? content) && Types.TryGetValue(Path.GetExtension(name), out string? type)
        ? Results.Bytes(content, type)
        : throw new RefusedException(404, "There is nothing here.");

    private static Dictionary<string, byte[]> Embedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().ToDictionary(name => name, name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        });
    }

    // Chapters are files beside each other.
    [GeneratedRegex(@"^(?:\./)?(\d\d-[a-z]+)\.md(#.*)?$")]
    private static partial Regex ChapterFile();

    [GeneratedRegex(@"^\.\./images/(?:guide/)?([a-z-]+\.png)$")]
    private static partial Regex FigureFile();

    [GeneratedRegex(@"^(\s|</?details>|<summary>[^<>]*</summary>)*$")]
    private static partial Regex Fold();

    [GeneratedRegex(@"^(https?://|#)")]
    private static partial Regex Elsewhere();
}
