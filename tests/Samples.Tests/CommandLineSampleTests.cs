using System.Diagnostics;
using System.Globalization;
using Diffusion.Data;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The commands train and sample: what they write, and that stopping changes nothing of it.</summary>
[TestFixture]
internal sealed class CommandLineSampleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder["run/model-T5.safetensors"];

    [OneTimeSetUp]
    public void Train() => Run(["train", .. CommandLineProgram.Tiny, "--out", _folder["run"]]);

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void Points_are_written_as_csv()
    {
        Run(["sample", "--model", Model, "--count", "40", "--label", "1", "--out", _folder["a.csv"]]);
        Run(["sample", "--model", Model, "--count", "3", "--out", _folder["b.csv"]]);
        var (points, labels) = PointFile.ReadCsv<float>(_folder["a.csv"]);
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadLines(_folder["a.csv"]).First(), Is.EqualTo("left,right,label"));
            Assert.That(points.Shape.ToString(), Is.EqualTo("[40, 2, 1]"));
            Assert.That(labels, Is.All.EqualTo(1));
            Assert.That(points.Span.ToArray(), Is.All.Matches<float>(float.IsFinite));
            Assert.That(PointFile.ReadCsv<float>(_folder["b.csv"]).Labels, Is.EqualTo(new[] { -1, -1, -1 }));
        });
    }

    [Test]
    public void Points_are_written_as_npy()
    {
        Run(["sample", "--model", Model, "--count", "40", "--out", _folder["c.csv"]]);
        Run(["sample", "--model", Model, "--count", "40", "--out", _folder["c.npy"]]);
        var points = PointFile.ReadNpy<float>(_folder["c.npy"]);
        string header = System.Text.Encoding.ASCII.GetString(File.ReadAllBytes(_folder["c.npy"]), 10, 60);
        Assert.Multiple(() =>
        {
            Assert.That(header, Does.StartWith("{'descr': '<f4', 'fortran_order': False, 'shape': (40, 2)"));
            Assert.That(points.Span.ToArray(), Is.EqualTo(PointFile.ReadCsv<float>(_folder["c.csv"]).Points.Span.ToArray()));
        });
    }

    [Test]
    public void A_trajectory_has_every_step_and_ends_in_the_sample()
    {
        Run(["sample", "--model", Model, "--count", "7", "--label", "0", "--out", _folder["d.csv"]]);
        Run(["sample", "--model", Model, "--count", "7", "--label", "0", "--trajectory", "--out", _folder["e.csv"]]);
        string[] ends = File.ReadAllLines(_folder["d.csv"]), lines = File.ReadAllLines(_folder["e.csv"]);
        string[][] cells = [.. lines.Skip(1).Select(line => line.Split(','))];
        Assert.Multiple(() =>
        {
            Assert.That(lines[0], Is.EqualTo("step,t,left,right,label"));
            Assert.That(cells, Has.Length.EqualTo(6 * 7));
            Assert.That(cells.Select(cell => int.Parse(cell[0], CultureInfo.InvariantCulture)), Is.EqualTo(Enumerable.Range(0, 42).Select(i => i / 7)));
            Assert.That(cells.Select(cell => double.Parse(cell[1], CultureInfo.InvariantCulture)), Is.EqualTo(Enumerable.Range(0, 42).Select(i => 5.0 - (i / 7))));
            Assert.That(lines[^7..].Select(line => line.Split(',', 3)[2]), Is.EqualTo(ends[1..]));
        });
    }

    [Test]
    public void Guidance_may_be_negative_and_minus_one_is_unconditional()
    {
        Run(["sample", "--model", Model, "--count", "20", "--label", "0", "--guidance", "-1", "--out", _folder["f.csv"]]);
        Run(["sample", "--model", Model, "--count", "20", "--label", "0", "--guidance=-0.5", "--out", _folder["g.csv"]]);
        Run(["sample", "--model", Model, "--count", "20", "--label", "none", "--out", _folder["h.csv"]]);
        float[] Points(string name) => PointFile.ReadCsv<float>(_folder[name]).Points.Span.ToArray();
        Assert.Multiple(() =>
        {
            // Points of this barely trained network are as large as 100; so is what a rounding of float is relative to.
            Assert.That(Points("f.csv"), Is.EqualTo(Points("h.csv")).Within(1e-3f));
            Assert.That(Points("g.csv"), Is.Not.EqualTo(Points("h.csv")).Within(1e-3f));
        });
    }

    [Test]
    public void Seeds_differ_and_repeat()
    {
        foreach (var (name, seed) in new[] { ("i.csv", "3"), ("j.csv", "3"), ("k.csv", "18446744073709551615") })
            Run(["sample", "--model", Model, "--count", "20", "--seed", seed, "--out", _folder[name]]);
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllBytes(_folder["j.csv"]), Is.EqualTo(File.ReadAllBytes(_folder["i.csv"])));
            Assert.That(File.ReadAllBytes(_folder["k.csv"]), Is.Not.EqualTo(File.ReadAllBytes(_folder["i.csv"])));
        });
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(20)]
    [TestCase(39)]
    public void A_run_that_was_stopped_and_resumed_ends_with_the_same_bytes(int stopAfter)
    {
        string[] options = ["train", "--iterations", "40", "--batch", "32", "--steps-max", "5", "--width", "32"];
        string whole = _folder[$"whole-{stopAfter}"], parts = _folder[$"parts-{stopAfter}"];
        Run([.. options, "--out", whole]);

        using var stop = new CancellationTokenSource();
        if (stopAfter == 0)
            stop.Cancel();
        var first = new CommandLineReporter(progress =>
        {
            if (progress.Step == stopAfter)
                stop.Cancel();
        });
        Assert.That(() => Invoke(first, [.. options, "--out", parts], stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(File.Exists(Path.Combine(parts, "model-T5.safetensors")), Is.False, "A model is written when training has ended.");
        var second = new CommandLineReporter();
        Invoke(second, [.. options, "--out", parts, "--resume"]);

        Assert.Multiple(() =>
        {
            Assert.That(first.Steps.Concat(second.Steps), Is.EqualTo(Enumerable.Range(1, 40)));
            Assert.That(first.Lines, Has.Some.Contains("--resume"));
            foreach (string name in new[] { "model-T5.safetensors", "checkpoint-T5.safetensors", "history-T5.csv", "config.json" })
                Assert.That(File.ReadAllBytes(Path.Combine(parts, name)), Is.EqualTo(File.ReadAllBytes(Path.Combine(whole, name))), name);
        });
    }

    [Test]
    public void A_finished_run_resumes_to_itself()
    {
        string folder = _folder["finished"];
        Run(["train", .. CommandLineProgram.Tiny, "--out", folder]);
        var before = Directory.GetFiles(folder).Order().Select(File.ReadAllBytes).ToList();
        var reporter = new CommandLineReporter();
        Invoke(reporter, ["train", .. CommandLineProgram.Tiny, "--out", folder, "--resume"]);
        Assert.Multiple(() =>
        {
            Assert.That(reporter.Steps, Is.Empty);
            Assert.That(Directory.GetFiles(folder).Order().Select(File.ReadAllBytes), Is.EqualTo(before));
        });
    }

    [Test]
    public void A_configuration_repeats_its_run_and_options_vary_it()
    {
        string configuration = _folder["run/config.json"];
        Run(["train", "--config", configuration, "--out", _folder["again"]]);
        Run(["train", "--config", configuration, "--seed", "5", "--out", _folder["varied"]]);
        foreach (string file in Directory.GetFiles(_folder["run"]))
        {
            string name = Path.GetFileName(file);
            Assert.That(File.ReadAllBytes(_folder[$"again/{name}"]), Is.EqualTo(File.ReadAllBytes(file)), name);
            Assert.That(File.ReadAllBytes(_folder[$"varied/{name}"]), Is.Not.EqualTo(File.ReadAllBytes(file)), name);
        }
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Signals are sent with kill.")]
    public void An_interrupt_leaves_a_checkpoint_and_says_so([Values("INT", "TERM")] string signal)
    {
        // A shell starts what runs in the background with SIGINT ignored, and programs pass that on.
        const string Status = "/proc/self/status";
        if (signal == "INT" && File.Exists(Status))
        {
            string ignored = File.ReadLines(Status).Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim();
            Assume.That(ulong.Parse(ignored, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 2, Is.Zero, "SIGINT is ignored by what started the tests.");
        }

        // The folder is made when training begins, long after the program listens to signals; the run would take minutes.
        string folder = _folder["interrupted-" + signal];
        using var process = CommandLineProgram.Start(_folder[""], "train", "--iterations", "1000000", "--batch", "32", "--steps-max", "5", "--width", "32", "--out", folder);
        while (!Directory.Exists(folder) && !process.HasExited)
            Thread.Sleep(5);
        using (var kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        var result = CommandLineProgram.End(process);
        Assert.Multiple(() =>
        {
            Assert.That(result.Code, Is.EqualTo(130), result.Error);
            Assert.That(result.Error.Trim(), Is.EqualTo("Stopped."));
            Assert.That(result.Output, Does.Contain("--resume"));
            Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName), Is.EquivalentTo(new[] { "checkpoint-T5.safetensors", "history-T5.csv" }));
        });
    }

    private static void Run(string[] arguments) => Invoke(new CommandLineReporter(), arguments);

    private static void Invoke(CommandLineReporter reporter, string[] arguments, CancellationToken cancellation = default)
    {
        var parsed = new Diffusion.TwoPixel.CommandLine.Commands(reporter, cancellation).Build().Parse(arguments);
        Assert.That(parsed.Errors, Is.Empty);
        Assert.That(parsed.Invoke(new() { EnableDefaultExceptionHandler = false }), Is.Zero);
    }
}
