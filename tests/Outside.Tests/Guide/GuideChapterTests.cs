using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>Every chapter of the guide has all its parts, every term is linked where it is used first, and the map lists every document once.</summary>
public sealed partial class GuideChapterTests
{
    private const int FewestLines = 120, MostLines = 230, FewestExercises = 3;

    private static IEnumerable<string> Chapters => MarkdownPage.Chapters;

    [TestCaseSource(nameof(Chapters))]
    public void A_chapter_has_its_parts(string path)
    {
        var page = MarkdownPage.Of(path);
        string exercises = Between(page, "Exercises", null);
        int answers = Answers().Count(exercises), asked = Questions().Count(Answers().Replace(exercises, ""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Links.Any(link => link.IsImage) || page.Blocks.Any(block => block.Language == "mermaid"), "a figure");
            Assert.That(page.Blocks.Count(block => block.Language == "math"), Is.GreaterThanOrEqualTo(2), "a derivation");
            Assert.That(page.Links.Count(link => link.File.EndsWith(".cs", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(3), "links to the sources");
            Assert.That(page.Blocks.Any(block => block.Source.Length > 0), "a quote of the sources");
            Assert.That(Points().Count(Between(page, "What people get wrong", "Exercises")), Is.GreaterThanOrEqualTo(3), "what people get wrong");
            Assert.That(asked, Is.GreaterThanOrEqualTo(FewestExercises), "exercises");
            Assert.That(answers, Is.EqualTo(asked), "every exercise has an answer");
            Assert.That(page.Text.Split('\n'), Has.Length.InRange(FewestLines, MostLines), "lines");
        }
    }

    // In a line, GitHub takes a backslash before punctuation away before it sets a formula, and may take underscores for emphasis.
    [TestCaseSource(nameof(Chapters))]
    public void Formulas_are_set_as_they_are_written(string path)
    {
        var page = MarkdownPage.Of(path);
        Assert.That(page.Formulas, Is.Not.Empty);
        Assert.That(page.Formulas.Where(formula => Misread().IsMatch(formula)), Is.Empty, "such a formula stands in a math block");
    }

    [Test]
    public void The_contents_list_every_chapter_in_order()
    {
        var contents = MarkdownPage.Of("docs/guide/README.md");
        Assert.That(contents.Links.Select(contents.Resolve).Where(path => Chapters.Contains(path)), Is.EqualTo(Chapters));
        Assert.That(Chapters.Count(), Is.EqualTo(10));
    }

    [TestCaseSource(nameof(Chapters))]
    public void A_term_is_linked_to_the_glossary_where_it_is_used_first(string path)
    {
        var page = MarkdownPage.Of(path);
        var glossary = MarkdownPage.Of("docs/glossary.md");
        using (Assert.EnterMultipleScope())
        {
            foreach (var (term, anchor) in glossary.Headings.Zip(glossary.Anchors).Skip(1))
            {
                var used = Regex.Match(page.Prose, $@"\b{string.Join(@"\s+", term.Split(' ').Select(Regex.Escape))}s?\b", RegexOptions.IgnoreCase);
                int linked = page.Links.FirstOrDefault(link => link.Anchor == anchor && link.File.EndsWith("glossary.md", StringComparison.Ordinal))?.At ?? int.MaxValue;
                if (used.Success)
                    Assert.That(used.Index, Is.GreaterThan(linked), $"{path} uses '{used.Value}' without a link to the glossary before");
            }
        }
    }

    [Test]
    public void The_glossary_is_in_the_order_of_the_alphabet()
    {
        string[] terms = [.. MarkdownPage.Of("docs/glossary.md").Headings.Skip(1)];
        Assert.That(terms, Has.Length.GreaterThan(100));
        Assert.That(terms, Is.SupersetOf((string[])["Tape", "Lane", "Panel", "Floor", "Coupled", "Driver", "Slip", "Control"]));
        Assert.That(terms, Is.EqualTo(terms.Order(StringComparer.OrdinalIgnoreCase)));
    }

    [Test]
    public void The_map_lists_every_document_once()
    {
        var map = MarkdownPage.Of("docs/README.md");
        string[] listed = [.. map.Links.Where(link => !link.IsImage && link.IsLocal && link.Anchor.Length == 0).Select(map.Resolve).Where(path => path.EndsWith(".md", StringComparison.Ordinal))];
        Assert.That(listed, Is.EquivalentTo(MarkdownPage.All.Where(path => path is not "README.md" and not "docs/README.md")));
        Assert.That(map.Headings, Is.EqualTo((string[])["The documents", "Learn", "Use", "Change"]));
    }

    [Test]
    public void The_figures_of_the_guide_are_drawn_by_its_program_and_shown()
    {
        string[] files = [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs", "images", "guide")).Select(file => Path.GetFileName(file)!)];
        string program = File.ReadAllText(Path.Combine(Repository.Root, "samples", "Guide", "GuideFigures.cs"));
        Assert.That(DrawnFiles().Matches(program).Select(file => file.Groups[1].Value), Is.EquivalentTo(files));
        Assert.That(Chapters.SelectMany(path => MarkdownPage.Of(path).Links).Where(link => link.IsImage).Select(link => Path.GetFileName(link.File)), Is.SupersetOf(files));
    }

    [Test]
    public void Exercises_are_many()
    {
        int exercises = Chapters.Sum(path => Answers().Count(MarkdownPage.Of(path).Text));
        TestContext.Out.WriteLine($"{exercises} exercises with answers");
        Assert.That(exercises, Is.GreaterThanOrEqualTo(30));
    }

    // The text under a heading, up to another one or the end.
    private static string Between(MarkdownPage page, string heading, string? next)
    {
        int from = page.Text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        Assert.That(from, Is.GreaterThan(0), $"{page.Path} has no '{heading}'");
        int to = next is null ? page.Text.Length : page.Text.IndexOf($"\n## {next}\n", from, StringComparison.Ordinal);
        Assert.That(to, Is.GreaterThan(from), $"'{next}' comes after '{heading}'");
        return page.Text[from..to];
    }

    [GeneratedRegex(@"<details>\s*<summary>Answer \d+</summary>.+?</details>", RegexOptions.Singleline)]
    private static partial Regex Answers();

    [GeneratedRegex(@"\\[^\w\s]|[^\w\s]_|\*|^\$\$")]
    private static partial Regex Misread();

    [GeneratedRegex(@"^\d+\. \S", RegexOptions.Multiline)]
    private static partial Regex Questions();

    [GeneratedRegex(@"\(""([a-z-]+\.png)"", ")]
    private static partial Regex DrawnFiles();

    [GeneratedRegex(@"^- \*\*", RegexOptions.Multiline)]
    private static partial Regex Points();
}
