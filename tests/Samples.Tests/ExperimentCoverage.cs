using System.Net;
using System.Text.RegularExpressions;
using Diffusion.Figures;
using Diffusion.TwoPixel.Study;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Holds a list of experiments against the folder and the report of a run.</summary>
internal static partial class ExperimentCoverage
{
    /// <summary>Every figure of the folder is one experiment's, each shows all of its own, and the numbered sections of the report are theirs, in order.</summary>
    public static void Check<TSubject, TStudy, TFindings>(
        IReadOnlyList<Experiment<TSubject, TStudy, TFindings>> experiments, TFindings findings, StudyFolder folder, string report)
    {
        using var temporary = new TemporaryFolder();
        var drawn = Directory.GetFiles(folder.Path).Select(Path.GetFileName).Where(name => Path.GetExtension(name) is ".png" or ".webp");
        var sections = Section().Matches(File.ReadAllText(report)).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value));
        var told = experiments.Select(experiment =>
        {
            var alone = new HtmlReport(experiment.GetType().Name, "").Section("alone");
            experiment.Write(alone, findings, experiment.PathsIn(folder));
            alone.Save(temporary["alone.html"]);
            return (experiment.GetType().Name, File.ReadAllText(temporary["alone.html"]).Split("<img ").Length - 1);
        }).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(experiments.SelectMany(experiment => experiment.Figures), Is.EquivalentTo(drawn));
            Assert.That(told, Is.EqualTo(experiments.Select(experiment => (experiment.GetType().Name, experiment.Figures.Count))));
            Assert.That(sections, Is.EqualTo(experiments.Select(experiment => experiment.SectionOf(findings)).Distinct().Select((title, index) => $"{index + 1}. {title}")));
        }
    }

    [GeneratedRegex(@"<h2>(\d+\. [^<]*)</h2>")]
    private static partial Regex Section();
}
