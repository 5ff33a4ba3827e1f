using System.Text.RegularExpressions;
using Diffusion.TwoPixel;
using Diffusion.TwoPixel.CommandLine;
using Diffusion.TwoPixel.Study;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>docs/assignment.md names files, members and options that are there.</summary>
internal sealed partial class AssignmentDocumentTests
{
    private static readonly string Root = FindRoot();

    private static readonly string Text = File.ReadAllText(Path.Combine(Root, "docs", "assignment.md"));

    [Test]
    public void Every_file_has_the_member_that_is_named()
    {
        var named = FileAndMember().Matches(Text);
        Assert.That(named, Has.Count.GreaterThan(20));
        using (Assert.EnterMultipleScope())
        {
            foreach (Match match in named)
            {
                string path = Path.Combine(Root, match.Groups["file"].Value);
                Assert.That(File.Exists(path), path);
                Assert.That(File.Exists(path) ? File.ReadAllText(path) : "", Does.Match($@"\b{match.Groups["member"].Value}\b"), match.Value);
            }
        }
    }

    [Test]
    public void Every_option_is_one_of_the_program()
    {
        string[] options = [.. new Commands(new CommandLineReporter(), default).Build().Subcommands.SelectMany(command => command.Options).Select(option => option.Name)];
        string[] asked = [.. OptionName().Matches(Text).Select(match => match.Value).Distinct().Except(["--project"])];
        Assert.That(asked, Does.Contain("--mnist").And.Contains("--name"));
        Assert.That(asked, Is.SubsetOf(options));
    }

    // What a report lists can be read without a run.
    [Test]
    public void Changes_and_suspected_errors_stand_in_the_documents_too()
    {
        string[] bullets = [.. File.ReadAllLines(Path.Combine(Root, "docs", "limits.md")).Where(line => line.StartsWith("- ", StringComparison.Ordinal)).Select(line => line[2..])];
        Assert.That(AssignmentNotes.Changes(new RunConfiguration()).Concat(AssignmentNotes.SuspectedErrors), Is.SubsetOf(bullets));
    }

    private static string FindRoot()
    {
        string folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "Diffusion.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex("`(?<file>[a-zA-Z/]+\\.cs)`: `(?<member>[A-Za-z]+)`")]
    private static partial Regex FileAndMember();

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex OptionName();
}
