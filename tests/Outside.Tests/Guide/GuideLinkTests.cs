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
                        Assert.That(source, Does.Match($@"\b{name.Value}\b"), $"{path} names {named.Value} of {link.File}");
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
        Assert.That(members, Is.GreaterThan(80));
    }

    // A type, or a name with a type or a modifier before it and its parameters, body or end behind it. An enumeration's value stands by itself.
    private static bool Declares(string source, string name) => Regex.IsMatch(
        source,
        $@"\b(?:class|struct|record|interface|enum)\s+(?:struct\s+)?{name}\b|^\s*(?:(?:public|internal|private|protected|static|override|readonly|const|abstract|virtual|unsafe|partial|sealed|required|ref|new)\s+)*[\w<>\[\]?,.() *]+\s{name}\s*(?:<[^>\n]*>)?\s*(?:\(|=>|\{{|;|=|$)|^\s*{name}(?:\s*=\s*[^,\n]+)?,\s*$|[(,]\s*[\w<>\[\]?]+\s{name}\s*[,)=]",
        RegexOptions.Multiline);

    [GeneratedRegex(@"`(?:(?<name>[A-Z]\w*)(?:<[^>`]*>)?(?:\.|(?=[`(])))+[^`]*`")]
    private static partial Regex Members();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
