using System.Text.Json.Nodes;
using Diffusion.Sampling;
using Diffusion.Tensors.Randomness;
using Diffusion.TwoPixel.Grade;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The command as a stranger uses it, in a process of its own: the questions, the files, the verdict as exit code, the report, the class.</summary>
[TestFixture]
internal sealed class GradeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [OneTimeSetUp]
    public void Ask()
    {
        var result = CommandLineProgram.Run(_folder[""], "grade", "--table", "table.csv", "--noise", "noise.npy", "--steps-max", "5", "--seed", "4");
        Assert.That(result.Code, Is.Zero, result.Error);
        Assert.That(File.ReadLines(_folder["table.csv"]).First(), Is.EqualTo("T,seed,t,label,left,right"));
        Fill("right.csv", swapped: false);
        Fill("swapped.csv", swapped: true);
    }

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void Right_is_0_and_wrong_is_3_with_the_slip_and_the_class_is_a_table()
    {
        var right = CommandLineProgram.Run(_folder[""], "grade", "--predictions", "right.csv", "--out", "class/anna");
        var wrong = CommandLineProgram.Run(_folder[""], "grade", "--predictions", "swapped.csv", "--out", "class/ben");
        var summary = CommandLineProgram.Run(_folder[""], "grade", "--summary", "class");
        var grade = JsonNode.Parse(File.ReadAllText(_folder["class/ben/grade.json"]))!;
        string html = File.ReadAllText(_folder["class/ben/grade.html"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((right.Code, right.Error), Is.EqualTo((0, "")));
            Assert.That((wrong.Code, wrong.Error), Is.EqualTo((GradeResult.WrongCode, "")));
            Assert.That(wrong.Output, Does.Contain("the labels are swapped"));
            Assert.That(grade.AsObject().Select(field => field.Key), Is.EqualTo(new[] { "t", "right", "verdict", "slips", "undecided", "files" }));
            Assert.That((int)grade["t"]!, Is.EqualTo(5), "the table says its T");
            Assert.That((string)grade["slips"]![0]!["slips"]![0]!["key"]!, Is.EqualTo("labels-swapped"));
            Assert.That((double)grade["files"]!["predictions"]!["numbers"]!["lossRatio"]!, Is.GreaterThan(2));
            Assert.That(html, Does.Contain("data:image/png").And.Contain("(6) the labels are swapped").And.Not.Contain("http://").And.Not.Contain("https://"));
            Assert.That(summary.Output, Does.Contain("anna").And.Contain("labels-swapped"));
        }
    }

    /// <summary>What the library's own sample command writes is right: its trajectory has the columns that are asked for.</summary>
    [Test]
    public void The_trajectory_of_the_library_is_accepted_as_it_is()
    {
        var schedule = GradeStudent.Cosine(5);
        var recorder = new TrajectoryRecorder<float>();
        var random = new RandomSource(2);
        var start = Start.Draw<float>(random, [400, 2, 1]);
        _ = new DdpmSampler<float>().Sample(GradeStudent.Exact(schedule), schedule, start, 1, random, recorder);
        Diffusion.Data.PointFile.WriteTrajectoryCsv(_folder["path.csv"], recorder.States, [.. Enumerable.Repeat(1, 400)]);
        var result = CommandLineProgram.Run(_folder[""], "grade", "--trajectory", "path.csv", "--steps-max", "5", "--out", "path");
        Assert.That((result.Code, result.Error), Is.EqualTo((0, "")), result.Output);
        result = CommandLineProgram.Run(_folder[""], "grade", "--trajectory", "path.csv", "--steps-max", "6", "--out", "path");
        Assert.That((result.Code, result.Error.Trim()), Is.EqualTo((1, "path.csv: there are 6 states in 2400 rows; with T = 6 there are 7 of each point, from x_T to x_0. A loop that leaves a step out has fewer.")));
    }

    [TestCase(2, "Nothing to grade was named")]
    [TestCase(2, "--table and --predictions were given together", "--table", "t.csv", "--predictions", "right.csv")]
    [TestCase(2, "--predictions is 'none.csv'", "--predictions", "none.csv")]
    [TestCase(2, "--guided needs --guidance", "--guided", "right.csv")]
    [TestCase(2, "--steps-max is '1'", "--table", "t.csv", "--steps-max", "1")]
    [TestCase(2, "ends in .csv or .npy", "--table", "t.txt")]
    [TestCase(2, "no such folder", "--summary", "nowhere")]
    [TestCase(1, "the table of T = 10 and seed 4", "--predictions", "right.csv", "--steps-max", "10")]
    [TestCase(1, "accepted are 'left,right'", "--samples", "right.csv")]
    public void Is_refused_in_one_line(int code, string named, params string[] arguments)
    {
        var result = CommandLineProgram.Run(_folder[""], ["grade", .. arguments, "--out", "refused"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Code, Is.EqualTo(code), result.Error);
            Assert.That(result.Error.TrimEnd(), Does.Contain(named).And.Not.Contain("\n"));
            Assert.That(result.Output, Is.Empty);
            Assert.That(Directory.Exists(_folder["refused"]), Is.False, "a bad file leaves no report");
        }
    }

    /// <summary>The page for teachers names every slip, option and column.</summary>
    [Test]
    public void The_page_names_everything()
    {
        string page = File.ReadAllText(Path.Combine(Root(), "docs", "grading.md"));
        using (Assert.EnterMultipleScope())
        {
            foreach (var slip in Slip.All)
                Assert.That(page, Does.Contain($"| {slip.Number} | `{slip.Key}` |"));
            foreach (var option in Diffusion.TwoPixel.CommandLine.GradeOptions.All.Where(option => option.Name != "--threads"))
                Assert.That(page, Does.Contain(option.Name));
            Assert.That(page, Does.Contain("'" + string.Join(',', GradeTable.Columns) + ",noise_left,noise_right'"), "the header that the example in numpy writes");
            Assert.That(page, Does.Contain("'left,right,label'").And.Contain("'batch,label'"));
        }
    }

    private static string Root()
    {
        string folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "Diffusion.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private void Fill(string name, bool swapped)
    {
        var table = GradeTable.Of(5, 4);
        var student = new GradeStudent(GradeStudent.Cosine(5), new AskedOtherwise(GradeStudent.Exact(GradeStudent.Cosine(5))) { Label = label => label < 0 || !swapped ? label : 1 - label });
        double[] answers = table.Ask(student.Predict);
        File.WriteAllLines(_folder[name], File.ReadLines(_folder["table.csv"]).Select((line, i) => line + (i == 0 ? ",noise_left,noise_right"
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $",{answers[(2 * i) - 2]},{answers[(2 * i) - 1]}"))));
    }
}
