using System.Text.Json.Nodes;
using Diffusion.Terminal;
using Diffusion.TwoPixel.CommandLine;
using Diffusion.TwoPixel.Compare;
using Diffusion.TwoPixel.Study;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The comparison in a tiny setting: its files, its numbers, what it uses again, and what it refuses.</summary>
[TestFixture]
internal sealed class CompareTests : IDisposable
{
    private static readonly string[] Tiny = ["compare", "--iterations", "8", "--batch", "16", "--width", "32", "--points", "100"];

    private static readonly string[] Figures = ["samplers.png", "samplers-flow-edm.png", "samplers-paths.png", "solver-grids.png", "distillation.png", "classifier-guidance.png", "guidance-truth.png", "variance.png", "likelihood.png", "bound.png", "memorisation.png"];

    private static readonly string[] Models =
    [
        "model-T50.safetensors", "model-continuous-T1000.safetensors", "model-flow-T1000.safetensors", "model-edm-T1000.safetensors", "model-edm-16-points.safetensors", "model-edm-256-points.safetensors", "model-learned-variance-T50.safetensors", "model-v-T64.safetensors", "noisy-classifier-T50.safetensors",
        "student-1.safetensors", "student-16.safetensors", "student-2.safetensors", "student-32.safetensors", "student-4.safetensors", "student-8.safetensors",
    ];

    private readonly TemporaryFolder _folder = new();

    private string Run => _folder["run"];

    [OneTimeSetUp]
    public void Compare() => Invoke(new CommandLineReporter(), [.. Tiny, "--out", Run]);

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void All_files_are_written_and_no_others()
    {
        string[] others = ["checkpoint-T50.safetensors", "compare.html", "compare.json", "config.json", "history-T50.csv"];
        Assert.That(Directory.GetFiles(Run).Select(Path.GetFileName), Is.EquivalentTo((string[])[.. Figures, .. Models, .. others]));
        string html = File.ReadAllText(Path.Combine(Run, "compare.html"));
        Assert.That(html.Split("<img ").Length - 1, Is.EqualTo(Figures.Length));
        Assert.That(html, Does.Not.Contain("http://").And.Not.Contain("https://"));
    }

    [Test]
    public void The_numbers_have_their_fields()
    {
        var numbers = JsonNode.Parse(File.ReadAllText(Path.Combine(Run, "compare.json")))!;
        var samplers = numbers["samplers"]!.AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(samplers.Select(predictor => (string)predictor!["predictor"]!), Is.EqualTo(new[] { "exact", "continuous", "discrete" }));
            Assert.That(numbers["otherPaths"]!.AsArray().Select(predictor => (string)predictor!["predictor"]!), Is.EqualTo(new[] { "exact flow", "flow", "exact edm", "edm" }));

            // The learned variance is of another network than the column's.
            var every = Diffusion.Sampling.Samplers.All.Select(entry => entry.Name).Except(["ddpm-learned"]).ToList();
            foreach (var predictor in samplers)
                Assert.That(predictor!["runs"]!.AsArray().Select(run => (string)run!["sampler"]!).Distinct(), Is.EqualTo(every));
            Assert.That(samplers[0]!["runs"]!.AsArray().Select(run => (int)run!["evaluations"]!), Is.All.InRange(1, 50));
            Assert.That((int)numbers["target"]!["ddpm"]!["evaluations"]!, Is.EqualTo(49), "the last step is left out, as for all samplers");
            Assert.That((int)numbers["target"]!["ddpmContinuous"]!["evaluations"]!, Is.EqualTo(50));
            Assert.That((int)numbers["swdFloor"]!["sets"]!, Is.EqualTo(20));
            Assert.That(numbers["start"]!["rows"]!.AsArray(), Has.Count.EqualTo(15));

            // The control: with an error in the noise, and with no other change, the start decides.
            var biased = numbers["start"]!["rows"]!.AsArray().Single(row => (string)row!["sampler"]! == "ddim" && (string)row["spacing"]! == "Uniform" && (string)row["predictor"]! == "exact with an error")!;
            Assert.That((double)biased["fromT"]!, Is.GreaterThan(2 * (double)biased["fromNext"]!));
            Assert.That(numbers["grids"]!["rows"]!.AsArray(), Has.Count.EqualTo(2 * 4 * 7));
            Assert.That((int)numbers["target"]!["continuous"]!["evaluations"]!, Is.EqualTo(20));
            Assert.That(numbers["distillation"]!["students"]!.AsObject().Select(student => student.Key), Is.EqualTo(new[] { "1", "2", "4", "8", "16", "32" }));
            Assert.That(numbers["variance"]!["learned"]!.AsArray(), Has.Count.EqualTo(50));
            Assert.That(numbers["guidance"]!["runs"]!.AsArray(), Has.Count.EqualTo(6));
            Assert.That(numbers["guidanceTruth"]!["apart"]!["targets"]!.AsArray().Select(target => (double)target!["weight"]!), Is.EqualTo(GuidanceTruth.Weights));
            Assert.That(
                numbers["guidanceTruth"]!["overlapping"]!["runs"]!.AsArray().Select(run => ((string)run!["method"]!, (string)run["parameter"]!)).Distinct(),
                Is.EqualTo(GuidanceMethods.Sweeps.Select(sweep => (sweep.Name, sweep.Parameter))));
            Assert.That((int)numbers["iterations"]!["student"]!, Is.EqualTo(8));

            Assert.That(numbers["bound"]!["rows"]!.AsArray().Select(row => (int)row!["t"]!).Distinct(), Is.EqualTo(new[] { 50, 10, 1000 }));
            Assert.That((double)numbers["bound"]!["entropy"]!, Is.EqualTo(-.81).Within(.3));
            var judged = numbers["memorisation"]!["results"]!.AsArray();
            Assert.That(judged.Select(each => (int)each!["points"]!).Distinct(), Is.EqualTo(new[] { 16, 256 }));
            Assert.That(judged.Where(each => (string)each!["kind"]! == "ideal").Select(each => (string)each!["result"]!["verdict"]!), Is.All.EqualTo("Memorised"));
            Assert.That(judged.Where(each => (string)each!["kind"]! == "exact").Select(each => (string)each!["result"]!["verdict"]!), Is.All.EqualTo("NotByHeart"));

            // log p of the mixture at its own points: -ln(2 pi e sigma²) of a component, and the entropy of the weights.
            Assert.That((double)numbers["likelihood"]!["mixtureNll"]!, Is.EqualTo(-1.12).Within(.5));
        }
    }

    [Test]
    public void Every_figure_and_every_section_is_a_comparison_of_the_list()
    {
        var folder = new StudyFolder(Run);
        ExperimentCoverage.Check(Comparisons.All, CompareReport.Load(folder), folder, folder.CompareReport);
    }

    [Test]
    [Explicit(Long.Why)]
    [Category(Long.Name)]
    public void What_is_there_with_the_same_settings_is_used_again()
    {
        string again = Copy("again");
        var before = Models.Select(name => File.ReadAllBytes(Path.Combine(again, name))).ToList();

        // A student that is missing is distilled again, and so are all that were distilled from it; nothing else is trained.
        File.Delete(Path.Combine(again, "student-2.safetensors"));
        var reporter = new CommandLineReporter();
        Invoke(reporter, [.. Tiny, "--out", again]);
        Assert.That(reporter.Steps, Has.Count.EqualTo(2 * 8));
        Assert.That(Models.Select(name => File.ReadAllBytes(Path.Combine(again, name))), Is.EqualTo(before));
        foreach (string name in Figures)
            Assert.That(File.ReadAllBytes(Path.Combine(again, name)), Is.EqualTo(File.ReadAllBytes(Path.Combine(Run, name))), name);
    }

    [Test]
    public void A_damaged_model_is_named_and_bad_options_are_refused()
    {
        string damaged = Copy("damaged");
        File.WriteAllText(Path.Combine(damaged, "noisy-classifier-T50.safetensors"), "no model");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Invoke(new CommandLineReporter(), [.. Tiny, "--out", damaged]), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("noisy-classifier-T50"));
            foreach (string[] bad in (string[][])[["--points", "99"], ["--steps-max", "5"], ["--iterations", "0"]])
                Assert.That(new Commands(new CommandLineReporter(), default).Build().Parse([.. Tiny, .. bad, "--out", _folder["refused"]]).Errors, Is.Not.Empty, bad[0]);
            Assert.That(() => Invoke(new CommandLineReporter(), [.. Tiny[..^4], "--width", "40", "--out", _folder["refused"]]), Throws.InstanceOf<UsageException>().With.Message.Contains("width is 40"));
            Assert.That(Directory.Exists(_folder["refused"]), Is.False);
        }
    }

    private string Copy(string name)
    {
        _ = Directory.CreateDirectory(_folder[name]);
        foreach (string file in Directory.GetFiles(Run))
            File.Copy(file, Path.Combine(_folder[name], Path.GetFileName(file)));
        return _folder[name];
    }

    private static void Invoke(CommandLineReporter reporter, string[] arguments) =>
        Assert.That(new Commands(reporter, default).Build().Parse(arguments).Invoke(new() { EnableDefaultExceptionHandler = false }), Is.Zero);
}
