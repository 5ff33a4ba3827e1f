using System.Reflection;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>
/// The code of the guide. A csharp block stands in the file of its chapter, such as TapeGuide.cs of 02-tape.md; one that is followed by
/// what it prints is a whole method there, which is run, and must print that. A block that names a file of the sources quotes it.
/// </summary>
[NonParallelizable]
public sealed partial class GuideCodeTests
{
    private const int MostLines = 30;

    private static IEnumerable<string> Chapters => MarkdownPage.Chapters;

    private static IEnumerable<string> Pages => MarkdownPage.All;

    private static IEnumerable<TestCaseData> Methods => Chapters.SelectMany(path => ClassOf(path)
        .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(method => new TestCaseData(path, method.Name)));

    [TestCaseSource(nameof(Methods))]
    public void What_a_page_says_that_is_printed_is_printed(string path, string method)
    {
        var output = Console.Out;
        using var writer = new StringWriter { NewLine = "\n" };
        Console.SetOut(writer);
        try
        {
            _ = ClassOf(path).GetMethod(method)!.Invoke(null, null);
        }
        finally
        {
            Console.SetOut(output);
        }

        string body = BodyOf(path, method);
        string[] told = [.. Printed(MarkdownPage.Of(path)).Where(pair => MarkdownPage.Lines(pair.Code.Text) == body).Select(pair => pair.Output.Text)];
        Assert.That(told, Has.Length.EqualTo(1), $"blocks of {path} that are the method {method} and are followed by what it prints");
        Assert.That(Trimmed(writer.ToString()), Is.EqualTo(Trimmed(told[0])));
    }

    [TestCaseSource(nameof(Chapters))]
    public void Every_block_of_a_chapter_is_compiled(string path)
    {
        var page = MarkdownPage.Of(path);
        string source = MarkdownPage.Lines(SourceOf(path));
        MarkdownBlock[] own = [.. page.Blocks.Where(block => block is { Language: "csharp", Source: "" })];
        string[] bodies = [.. ClassOf(path).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(method => BodyOf(path, method.Name))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own, Is.Not.Empty);
            Assert.That(bodies, Is.Not.Empty);
            foreach (var block in own)
                Assert.That(source, Does.Contain(MarkdownPage.Lines(block.Text)), $"a block of {path}");
            foreach (var (code, _) in Printed(page))
                Assert.That(bodies, Does.Contain(MarkdownPage.Lines(code.Text)), $"what is printed in {path} is the output of no method");
            Assert.That(page.Blocks.Where(block => block.Language == "csharp" && block.Text.Count(letter => letter == '\n') > MostLines), Is.Empty, $"blocks of more than {MostLines} lines");
        }
    }

    [TestCaseSource(nameof(Pages))]
    public void Every_quoted_line_stands_in_its_source(string path)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var block in MarkdownPage.Of(path).Blocks.Where(block => block.Source.Length > 0))
            {
                string file = Path.Combine(Repository.Root, block.Source);
                Assert.That(File.Exists(file), $"{path} quotes {block.Source}");
                Assert.That(File.Exists(file) ? MarkdownPage.Lines(File.ReadAllText(file).ReplaceLineEndings("\n")) : "", Does.Contain(MarkdownPage.Lines(block.Text)), $"{path} quotes {block.Source}");
            }
        }
    }

    [Test]
    public void Quotes_and_outputs_are_many()
    {
        MarkdownPage[] pages = [.. Chapters.Select(MarkdownPage.Of)];
        int blocks = pages.Sum(page => page.Blocks.Count(block => block is { Language: "csharp", Source: "" })), quotes = pages.Sum(page => page.Blocks.Count(block => block.Source.Length > 0));
        TestContext.Out.WriteLine($"{blocks} blocks compiled, {pages.Sum(page => Printed(page).Count())} of them run with what they print, {quotes} quotes of the sources");
        Assert.That(blocks, Is.GreaterThan(30));
        Assert.That(quotes, Is.GreaterThanOrEqualTo(10));
    }

    // A csharp block with the block of output, text or a graph, that follows it with nothing in between.
    private static IEnumerable<(MarkdownBlock Code, MarkdownBlock Output)> Printed(MarkdownPage page) => page.Blocks.Zip(page.Blocks.Skip(1))
        .Where(pair => pair.First is { Language: "csharp", Source: "" } && pair.Second.Language is "text" or "mermaid" && string.IsNullOrWhiteSpace(page.Text[pair.First.End..pair.Second.At]));

    private static string Trimmed(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).Trim('\n');

    private static string NameOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path)[3..];
        return $"{char.ToUpperInvariant(name[0])}{name[1..]}Guide";
    }

    private static Type ClassOf(string path) => typeof(GuideCodeTests).Assembly.GetType($"{typeof(GuideCodeTests).Namespace}.{NameOf(path)}", throwOnError: true)!;

    private static string SourceOf(string path) => File.ReadAllText(Path.Combine(Repository.Root, "tests", "Outside.Tests", "Guide", $"{NameOf(path)}.cs")).ReplaceLineEndings("\n");

    private static string BodyOf(string path, string method) =>
        MarkdownPage.Lines(Bodies().Matches(SourceOf(path)).Single(body => body.Groups["name"].Value == method).Groups["body"].Value);

    [GeneratedRegex(@"^    public static void (?<name>\w+)\(\)\n    \{\n(?<body>.*?)^    \}$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Bodies();
}
