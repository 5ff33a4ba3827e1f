namespace Diffusion.TwoPixel.Study;

/// <summary>One question of a study, in one file: what it measures, the figures that it draws, and what the report says of it.</summary>
/// <typeparam name="TSubject">What is measured: one model and its samples, or all models of the comparison.</typeparam>
/// <typeparam name="TStudy">What is drawn: everything that was measured.</typeparam>
/// <typeparam name="TFindings">What is told: the numbers, of this run or from the files of an earlier one.</typeparam>
/// <param name="section">The title of its section; experiments may share one.</param>
/// <param name="figures">The files that it draws.</param>
internal abstract class Experiment<TSubject, TStudy, TFindings>(string section, params string[] figures)
{
    /// <summary>The names of the files that <see cref="Draw"/> writes, all of them.</summary>
    public IReadOnlyList<string> Figures => figures;

    /// <summary>Where they are.</summary>
    public IReadOnlyList<string> PathsIn(OutputFolder folder) => [.. figures.Select(folder.File)];

    /// <summary>The title of its section in that report.</summary>
    public virtual string SectionOf(TFindings findings) => section;

    /// <summary>Measures: a record, whose members become fields of the file of numbers; null for nothing.</summary>
    public virtual object? Measure(TSubject subject) => null;

    /// <summary>Draws the figures.</summary>
    /// <param name="study">What was measured.</param>
    /// <param name="paths">Where each of <see cref="Figures"/> goes.</param>
    public abstract void Draw(TStudy study, IReadOnlyList<string> paths);

    /// <summary>Tells what was found, in words made from the numbers.</summary>
    /// <param name="report">The report, in whose section it writes.</param>
    /// <param name="findings">The numbers.</param>
    /// <param name="paths">Where each of <see cref="Figures"/> is.</param>
    public abstract void Write(HtmlReport report, TFindings findings, IReadOnlyList<string> paths);

    /// <summary>Writes the sections of all experiments, in the order of the first of each.</summary>
    /// <param name="experiments">The list.</param>
    /// <param name="report">The report.</param>
    /// <param name="findings">The numbers.</param>
    /// <param name="folder">Where the figures are.</param>
    /// <param name="heading">The heading of a section, from its number and its title.</param>
    public static void WriteAll(
        IEnumerable<Experiment<TSubject, TStudy, TFindings>> experiments, HtmlReport report, TFindings findings, OutputFolder folder, Func<int, string, string> heading)
    {
        foreach (var (index, section) in experiments.GroupBy(experiment => experiment.SectionOf(findings)).Index())
        {
            _ = report.Section(heading(index + 1, section.Key));
            foreach (var experiment in section)
                experiment.Write(report, findings, experiment.PathsIn(folder));
        }
    }
}
