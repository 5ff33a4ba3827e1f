using System.Text.RegularExpressions;
using Diffusion.Outside.Tests.Guide;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.HowTo;

/// <summary>
/// The pages of docs/how-to: each stands in the index, each of its blocks of code in the tests of the same name, such as
/// NetworkHowToTests.cs of network.md, and each name of its text in the libraries or in its code.
/// </summary>
public sealed partial class HowToTests
{
    private const int MostLines = 15;

    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "how-to");

    private static IEnumerable<string> Pages => Directory.GetFiles(Folder, "*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).Where(name => name != "README").Order();

    [TestCaseSource(nameof(Pages))]
    public void The_code_of_a_page_is_that_of_its_tests(string page)
    {
        string name = $"{char.ToUpperInvariant(page[0])}{page[1..]}HowToTests.cs";
        string source = MarkdownPage.Lines(File.ReadAllText(Directory.GetFiles(Path.Combine(Repository.Root, "tests"), name, SearchOption.AllDirectories).Single()).ReplaceLineEndings("\n"));
        string[] blocks = [.. Code(page).Select(MarkdownPage.Lines)];
        Assert.That(source, Does.Contain("[Test]"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(blocks, Is.Not.Empty);
            Assert.That(blocks.Where(block => !source.Contains(block, StringComparison.Ordinal)), Is.Empty, $"what of {page}.md does not stand in {name}");
            Assert.That(blocks.Where(block => block.Count(letter => letter == '\n') > MostLines + 1), Is.Empty, $"blocks of more than {MostLines} lines");
        }
    }

    [TestCaseSource(nameof(Pages))]
    public void The_names_of_a_page_are_there(string page)
    {
        // Data may come from the samples' library of pictures, and images go there, too.
        IEnumerable<string> others = page is "data" or "generating" ? Directory.GetFiles(Path.Combine(Repository.Root, "samples", "Pictures"), "*.cs").SelectMany(file => Words().Matches(File.ReadAllText(file))).Select(word => word.Value) : [];
        string[] code = [.. Code(page).SelectMany(block => Words().Matches(block)).Select(word => word.Value)];
        HashSet<string> known = [.. PublicNames.All, .. code, .. others];
        string[] named = [.. PageOf(page).TextWithoutBlocks.Split('\n').SelectMany(PublicNames.In).Distinct()];
        Assert.That(named, Has.Length.GreaterThan(5));
        Assert.That(named.Where(name => !known.Contains(name)), Is.Empty);
    }

    [Test]
    public void The_index_lists_every_page_and_no_other()
    {
        var index = PageOf("README");
        string[] listed = [.. index.Links.Where(link => !link.File.Contains('/', StringComparison.Ordinal)).Select(link => link.File)];
        Assert.That(listed, Is.EquivalentTo(Pages.Select(page => $"{page}.md")));
        Assert.That(File.ReadAllText(Path.Combine(Repository.Root, "README.md")), Does.Contain("(docs/how-to/README.md)"));
    }

    private static MarkdownPage PageOf(string page) => MarkdownPage.Of($"docs/how-to/{page}.md");

    private static IEnumerable<string> Code(string page) => PageOf(page).Blocks.Where(block => block is { Language: "csharp", Source: "" }).Select(block => block.Text);

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Words();
}
