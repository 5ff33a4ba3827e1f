using System.Globalization;
using Diffusion.Data;
using Diffusion.Nn.Serialization;
using Diffusion.Terminal;
using Diffusion.TwoPixel.Grade;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Files of other people's programs: what is accepted is read as it is, and what is not is refused in one line that names file, place and value.</summary>
[TestFixture]
internal sealed class GradeFileTests : IDisposable
{
    private const int T = 5;

    private readonly TemporaryFolder _folder = new();

    private static GradeTable Table { get; } = GradeTable.Of(T, 7);

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [TestCase(".csv")]
    [TestCase(".npy")]
    public void A_table_is_read_back_and_known_by_its_columns(string end)
    {
        string path = Filled("whole" + end);
        var file = NumberFile.Read("--predictions", path);
        Assert.That(GradeFiles.TableOf(file), Is.EqualTo((T, 7UL)));
        Assert.That(GradeFiles.Predictions(file, Table), Is.EqualTo(Answers()));
    }

    [Test]
    public void The_two_columns_alone_are_taken_in_their_order()
    {
        NumberFile.Write("--table", _folder["two.csv"], ["noise_left", "noise_right"], [Table.Count, 2], Answers());
        var file = NumberFile.Read("--predictions", _folder["two.csv"]);
        Assert.That(GradeFiles.TableOf(file), Is.Null);
        Assert.That(GradeFiles.Predictions(file, Table), Is.EqualTo(Answers()));
    }

    [Test]
    public void Rows_are_of_every_step_and_label_and_follow_from_T_and_seed()
    {
        var again = GradeTable.Of(T, 7);
        Assert.That(Enumerable.Range(0, Table.Count).Select(again.Row), Is.EqualTo(Enumerable.Range(0, Table.Count).Select(Table.Row)));
        var rows = Enumerable.Range(0, Table.Count).Select(Table.Row).ToList();
        Assert.That(rows.Select(row => row[2]).Distinct(), Is.EqualTo(new double[] { 1, 2, 3, 4, 5 }));
        foreach (var group in rows.Where(row => row[3] >= 0).GroupBy(row => (T: row[2], Label: row[3])))
        {
            // The mean of x_t is sqrt(A) times the peak, here to five standard errors.
            double level = GradeLevels.Right(T)[(int)group.Key.T], error = 5 * Math.Sqrt(((level * 0.01) + 1 - level) / group.Count());
            var peak = GaussianMixture.TwoPixel.Components[(int)group.Key.Label];
            Assert.That(group.Average(row => row[4]), Is.EqualTo(Math.Sqrt(level) * peak.Left).Within(error));
            Assert.That(group.Average(row => row[5]), Is.EqualTo(Math.Sqrt(level) * peak.Right).Within(error));
        }

        Assert.That(rows.Select((row, i) => row[3] < 0 ? 0 : Math.Abs(rows[Table.WithoutLabel(i)][4] - row[4]) + Math.Abs(rows[Table.WithoutLabel(i)][3] + 1)), Is.All.EqualTo(0));
    }

    private static IEnumerable<TestCaseData> Bad()
    {
        static TestCaseData Case(string name, string end, Func<string[], IEnumerable<string>> change, params string[] named) => new TestCaseData(end, change, named).SetArgDisplayNames(name);
        yield return Case("another header", ".csv", lines => lines[1..].Prepend("T,seed,t,label,left,right,eps0,eps1"), "eps0,eps1'", "noise_left,noise_right");
        yield return Case("another number of names", ".csv", lines => lines[1..].Prepend("a,b"), "line 2", "8 fields", "'a,b'");
        yield return Case("missing rows", ".csv", lines => lines[..^3], $"{Table.Count - 3} rows", $"{Table.Count}");
        yield return Case("not a number", ".csv", lines => Replace(lines, 4, fields => fields[6] = "nan"), "line 5", "NaN", "finite");
        yield return Case("infinity", ".csv", lines => Replace(lines, 9, fields => fields[7] = "-inf"), "line 10", "accepted");
        yield return Case("text", ".csv", lines => Replace(lines, 4, fields => fields[6] = "one"), "line 5", "'one'", "accepted is a number");
        yield return Case("another order", ".csv", lines => lines.Take(1).Concat(lines.Skip(1).Reverse()), "line 2", "has t 5", "order");
        yield return Case("one column", ".csv", lines => lines.Select(line => line.Split(',')[^1]), "'noise_right'", "noise_left,noise_right");
        yield return Case("a field too few", ".csv", lines => Replace(lines, 6, fields => fields[7] = ""), "line 7");
        yield return Case("a field too many", ".csv", lines => lines.Select((line, i) => i == 6 ? line + ",1" : line), "line 7", "9 fields", "8");
        yield return Case("another T", ".csv", lines => lines.Select((line, i) => i == 0 ? line : "50" + line[1..]), "T = 50", "rows");
        yield return Case("a T that is none", ".csv", lines => lines.Select((line, i) => i == 0 ? line : "0.5" + line[1..]), "line 2 has T 0.5", "from 1 to");
        yield return Case("another seed", ".csv", lines => Replace(lines, 1, fields => fields[1] = "8"), "seed 8", "has left");
        yield return Case("an empty file", ".csv", _ => [], "empty");
        yield return Case("a header alone", ".csv", lines => lines[..1], "no row");
        yield return Case("binary junk", ".csv", _ => ["\u0001\u0000\u0002\u0003"], "no text");
        yield return Case("text for NPY", ".npy", lines => lines, "no NPY file");
    }

    [TestCaseSource(nameof(Bad))]
    public void Is_refused_with_its_place(string end, Func<string[], IEnumerable<string>> change, string[] named)
    {
        string path = _folder["bad" + end];
        File.WriteAllLines(path, change(File.ReadAllLines(Filled("good.csv"))));
        string message = Refusal(path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(message, Does.StartWith(path).And.Not.Contain("\n"));
            foreach (string part in named)
                Assert.That(message, Does.Contain(part));
            Assert.That(message, Has.Length.LessThan(600));
        }
    }

    [TestCase("False", "Maybe", "in C or Fortran order")]
    [TestCase("(6020, 8)", "(6021, 8)", "bytes follow")]
    [TestCase("(6020, 8)", "(48160,)", "two dimensions")]
    [TestCase("(6020, 8)", "(9999999999, 8)", "the header is")]
    [TestCase("'<f8'", "'|O' ", "accepted are")]
    public void An_array_of_another_kind_is_refused(string found, string put, string named)
    {
        string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Filled("good.npy")));
        Assert.That(text, Does.Contain(found));
        string header = text[..128];
        File.WriteAllBytes(_folder["bad.npy"], System.Text.Encoding.Latin1.GetBytes(header.Replace(found, put, StringComparison.Ordinal)[..127].TrimEnd('\n').PadRight(127) + "\n" + text[128..]));
        Assert.That(Refusal(_folder["bad.npy"]), Does.Contain(named).And.StartWith(_folder["bad.npy"]));
    }

    [Test]
    public void A_file_that_is_cut_off_or_huge_is_refused()
    {
        File.WriteAllBytes(_folder["cut.npy"], File.ReadAllBytes(Filled("good.npy"))[..^5]);
        Assert.That(Refusal(_folder["cut.npy"]), Does.Contain("bytes follow the header"));
        using (var huge = File.Create(_folder["huge.csv"]))
            huge.SetLength(NumberFile.MostBytes + 1);
        Assert.That(Refusal(_folder["huge.csv"]), Does.Contain($"at most {NumberFile.MostBytes}"));
        Assert.That(() => NumberFile.Read("--samples", _folder["none.csv"]), Throws.TypeOf<UsageException>().With.Message.Contains("--samples is"));
        Assert.That(() => NumberFile.Read("--samples", _folder["points.txt"]), Throws.TypeOf<UsageException>());
    }

    [Test]
    public void Samples_and_trajectories_are_told_apart_by_label_and_w()
    {
        const int Count = 1200;
        double[] rows = [.. Enumerable.Range(0, Count).SelectMany(i => new[] { 0.1, 0.2, (i % 2) - 0.0, i % 2 })];
        NumberFile.Write("--samples", _folder["samples.npy"], [], [Count, 4], rows);
        var groups = GradeFiles.Samples(NumberFile.Read("--samples", _folder["samples.npy"]), 0);
        Assert.That(groups.Select(group => (group.Label, group.Guidance, group.Points.Length)), Is.EqualTo(new[] { (0, 0.0, Count), (1, 1.0, Count) }));

        rows[2] = 2;
        NumberFile.Write("--samples", _folder["samples.npy"], [], [Count, 4], rows);
        Assert.That(() => GradeFiles.Samples(NumberFile.Read("--samples", _folder["samples.npy"]), 0), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("row 0 has label 2; accepted is a whole number from -1 to 1"));
        rows[2] = -1;
        NumberFile.Write("--samples", _folder["samples.npy"], [], [Count, 4], rows);
        Assert.That(() => GradeFiles.Samples(NumberFile.Read("--samples", _folder["samples.npy"]), 0), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("1 points of label -1; accepted are at least 500"));

        double[] states = [.. Enumerable.Range(0, (T + 1) * 300).SelectMany(i => new[] { i / 300, i % 300.0 })];
        NumberFile.Write("--trajectory", _folder["paths.npy"], [], [T + 1, 300, 2], states);
        var path = GradeFiles.Trajectories(NumberFile.Read("--trajectory", _folder["paths.npy"]), T, 0).Single();
        Assert.That(path.States.Select(state => state[0]), Is.EqualTo(new double[] { 5, 4, 3, 2, 1, 0 }), "from the samples to the start");
        Assert.That(() => GradeFiles.Trajectories(NumberFile.Read("--trajectory", _folder["paths.npy"]), T + 1, 0), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("there are 6 states"));
    }

    private static double[] Answers() => [.. Enumerable.Range(0, 2 * Table.Count).Select(i => Math.Round(Math.Sin(i), 6))];

    private static IEnumerable<string> Replace(string[] lines, int at, Action<string[]> change)
    {
        string[] fields = lines[at].Split(',');
        change(fields);
        return lines.Select((line, i) => i == at ? string.Join(',', fields) : line);
    }

    private static string Refusal(string path)
    {
        try
        {
            var file = NumberFile.Read("--predictions", path);
            var (steps, seed) = GradeFiles.TableOf(file) ?? (T, 7);
            _ = GradeFiles.Predictions(file, GradeTable.Of(steps, seed));
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }

        return "";
    }

    private string Filled(string name)
    {
        double[] answers = Answers();
        NumberFile.Write("--table", _folder[name], [.. GradeTable.Columns, "noise_left", "noise_right"], [Table.Count, 8],
            [.. Enumerable.Range(0, Table.Count).SelectMany(row => Table.Row(row).Concat(answers.Skip(2 * row).Take(2)))]);
        return _folder[name];
    }
}
