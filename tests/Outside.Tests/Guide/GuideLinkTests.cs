using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>What documents link to is there: files, headings, and the members that the text of a link names.</summary>
public sealed partial class GuideLinkTests
{
    private static IEnumerable<string> Pages => MarkdownPage.All;

    [TestCaseSource(nameof(Pages))]
    public void Every_link_leads_somewhere(string path)
    {
        var page = MarkdownPage.Of(path);
        using (Assert.EnterMultipleScope())
        {
            foreach (var link in page.Links.Where(link => link.IsLocal))
            {
                string target = page.Resolve(link), full = Path.Combine(Repository.Root, target);
                Assert.That(File.Exists(full) || Directory.Exists(full), $"{path} links to {link.Target}, which is not there");
                if (link.Anchor.Length > 0 && File.Exists(full))
                    Assert.That(MarkdownPage.Of(target).Anchors, Does.Contain(link.Anchor), $"{path} links to {link.Target}");
            }
        }
    }

    // [`NoiseSchedule.QSample`](.../NoiseSchedule.cs): the file declares the last name, and mentions the one before it.
    [TestCaseSource(nameof(Pages))]
    public void Every_member_that_is_linked_stands_in_its_file(string path)
    {
        var page = MarkdownPage.Of(path);
        using (Assert.EnterMultipleScope())
        {
            foreach (var link in page.Links.Where(link => link.IsLocal && link.File.EndsWith(".cs", StringComparison.Ordinal)))
            {
                string source = Comments().Replace(File.ReadAllText(Path.Combine(Repository.Root, page.Resolve(link))), "");
                foreach (Match named in Members().Matches(link.Text))
                {
                    foreach (Capture name in named.Groups["name"].Captures)
                        Assert.That(Regex.IsMatch(source, $@"\b{name.Value}\b"), $"{path} names {named.Value} of {link.File}");
                    string last = named.Groups["name"].Captures[^1].Value;
                    Assert.That(Declares(source, last), $"{link.File} declares no {last}, which {path} says");
                }
            }
        }
    }

    [Test]
    public void There_are_enough_links_for_that_to_mean_something()
    {
        var links = Pages.Select(MarkdownPage.Of).SelectMany(page => page.Links).Where(link => link.IsLocal).ToList();
        int members = links.Where(link => link.File.EndsWith(".cs", StringComparison.Ordinal)).Sum(link => Members().Count(link.Text));
        TestContext.Out.WriteLine($"{links.Count} links to files, {links.Count(link => link.Anchor.Length > 0)} of them to headings; {members} members");
        Assert.That(links, Has.Count.GreaterThan(400));
        Assert.That(members, Is.GreaterThan(60));
    }

    [TestCase("    public void Foo(int x) => Bar();", "Foo", true)]
    [TestCase("    public int Foo { get; }", "Foo", true)]
    [TestCase("    Foo = 1,", "Foo", true)]
    [TestCase("public sealed class Foo<T>", "Foo", true)]
    [TestCase("        return Foo(1);", "Foo", false)]
    [TestCase("        x.Foo(1);", "Foo", false)]
    [TestCase("        var y = new Foo(1);", "Foo", false)]
    public void A_call_is_no_declaration(string source, string name, bool declares) => Assert.That(Declares(source, name), Is.EqualTo(declares));

    [Test]
    public void A_page_is_taken_apart_as_GitHub_does()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "page.md");
        File.WriteAllText(path, "# A, b: `C`\n\nA [link](to.md#there), ![image](x.png), `[no](link.md)` and $f(x)$.\n\n```csharp src/A.cs\n[no](link.md)\n```\n\n## Same\n\n## Same\n");
        var page = MarkdownPage.Of(path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Links.Select(link => (link.Text, link.File, link.Anchor, link.IsImage)), Is.EqualTo(new[] { ("link", "to.md", "there", false), ("image", "x.png", "", true) }));
            Assert.That(page.Anchors, Is.EqualTo(new[] { "a-b-c", "same", "same-1" }));
            Assert.That(page.Blocks.Select(block => (block.Language, block.Source)), Is.EqualTo(new[] { ("csharp", "src/A.cs") }));
            Assert.That(page.Prose, Does.Contain("and").And.Not.Contain("link").And.Not.Contain("f(x)"));
        }
    }

    // A type, or a name with a type or a modifier before it and its parameters, body or end behind it. An enumeration's value stands by itself.
    private static bool Declares(string source, string name) => Regex.IsMatch(
        source,
        $@"\b(?:class|struct|record|interface|enum)\s+(?:struct\s+)?{name}\b|^\s*(?!\s)(?:(?:public|internal|private|protected|static|override|readonly|const|abstract|virtual|unsafe|partial|sealed|required|ref|new)\s+)*(?!(?:return|throw|new|await|case|is|in|out|else)\s)[\w<>\[\]?,.() *]+\s{name}\s*(?:<[^>\n]*>)?\s*(?:\(|=>|\{{|;|=|$)|^\s*{name}(?:\s*=\s*[^,\n]+)?,\s*$|[(,]\s*[\w<>\[\]?]+\s{name}\s*[,)=]",
        RegexOptions.Multiline);

    [GeneratedRegex(@"`(?:(?<name>[A-Z]\w*)(?:<[^>`]*>)?(?:\.|(?=[`(])))+[^`]*`")]
    private static partial Regex Members();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
