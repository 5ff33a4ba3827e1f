using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The program of the digits: training that survives anything, figures, and refusals.</summary>
[TestFixture]
internal sealed class DigitsProgramTests : IDisposable
{
    private const int Iterations = 80;

    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    private string Model => _folder["whole/model.safetensors"];

    [OneTimeSetUp]
    public void Train()
    {
        _ = TinyDigits.Write(Data);
        var result = CommandLineProgram.RunProgram(CommandLineProgram.Digits, _folder["."], Training("whole", "--checkpoint-minutes", "1000"));
        Assert.That(result.Code, Is.Zero, result.Error);
    }

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void A_training_leaves_its_files()
    {
        string[] files = [.. Directory.GetFiles(_folder["whole"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        Assert.That(files, Is.EqualTo(new[] { "checkpoint.safetensors", "config.json", "history.csv", "model.safetensors", "preview.png", "training.png" }));
    }

    [Test]
    [Explicit(Long.Why)]
    [Category(Long.Name)]
    public void Killed_ten_times_and_resumed_it_ends_with_the_same_bytes()
    {
        // SIGKILL after a random number of checkpoints and a random moment more: the program gets no chance to do anything.
        // There are many more steps than ten such spells can take.
        var random = new Random(20);
        string checkpoint = _folder["killed/checkpoint.safetensors"];
        int kills = 0;
        while (kills < 10)
        {
            using var process = CommandLineProgram.StartProgram(CommandLineProgram.Digits, _folder["."],
                Training("killed", ["--checkpoint-minutes", "0", .. File.Exists(checkpoint) ? new[] { "--resume" } : []]));
            int checkpoints = random.Next(1, 3);
            var last = File.GetLastWriteTimeUtc(checkpoint);
            while (checkpoints > 0 && !process.WaitForExit(1))
            {
                var now = File.GetLastWriteTimeUtc(checkpoint);
                checkpoints -= now == last ? 0 : 1;
                last = now;
            }

            Thread.Sleep(random.Next(0, 60));
            Assert.That(process.HasExited, Is.False, () => process.StandardError.ReadToEnd());
            process.Kill();
            process.WaitForExit();
            kills++;
        }

        var end = CommandLineProgram.RunProgram(CommandLineProgram.Digits, _folder["."], Training("killed", "--resume"));
        Assert.That(end.Code, Is.Zero, end.Error);
        Assert.Multiple(() =>
        {
            foreach (string file in new[] { "model.safetensors", "checkpoint.safetensors", "history.csv", "preview.png" })
                Assert.That(File.ReadAllBytes(_folder[$"killed/{file}"]), Is.EqualTo(File.ReadAllBytes(_folder[$"whole/{file}"])), file);
        });
    }

    [Test]
    public void Every_figure_is_drawn()
    {
        var result = Run("all", "--model", Model, "--sampling-steps", "2", "--digits", "3,1", "--count", "4", "--out", "figures");
        var formation = Run("formation", "--model", Model, "--count", "20", "--out", "figures");
        Assert.Multiple(() =>
        {
            Assert.That(result.Code, Is.Zero, result.Error);
            Assert.That(formation.Code, Is.Zero, formation.Error);
            Assert.That(formation.Output, Does.Contain("part by part"));
            foreach (string file in new[] { "digits.png", "trajectory.png", "guidance.png", "interpolation.png", "animation.webp", "formation.png", "formation.json", "report.html" })
                Assert.That(new FileInfo(_folder[$"figures/{file}"]).Length, Is.GreaterThan(100), file);
        });
    }

    // A network of four training steps knows nothing by heart that could be told; the command says what it finds, and refuses what it cannot do.
    [Test]
    public void Memorisation_is_measured_with_a_control()
    {
        var result = Run("memorisation", "--model", Model, "--count", "6", "--data", "data", "--out", "memorisation");
        var refused = Run("memorisation", "--model", Model, "--count", "1", "--data", "data", "--out", "refused");
        Assert.Multiple(() =>
        {
            Assert.That(result.Code, Is.Zero, result.Error);
            Assert.That(result.Output, Does.Contain("The network ").And.Contain("Control, with images that it never saw"));
            Assert.That(result.Output, Does.Not.Contain("by heart: by heart at"));
            var numbers = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(_folder["memorisation/memorisation.json"]))!;
            Assert.That(((int)numbers["count"]!, (int)numbers["heldOutImages"]!, (int)numbers["controlImages"]!), Is.EqualTo((6, 10, 10)));
            Assert.That(numbers["network"]!["times"]!.AsArray(), Is.Not.Empty);
            Assert.That(new FileInfo(_folder["memorisation/memorisation.png"]).Length, Is.GreaterThan(1000));
            Assert.That(refused.Code, Is.Not.Zero);
            Assert.That(refused.Error, Does.Contain("--count is 1"));
        });
    }

    [Test]
    [Explicit(Long.Why)]
    [Category(Long.Name)]
    public void A_classifier_of_noisy_digits_guides()
    {
        string[] settings = ["classifier-guidance", "--model", Model, "--sampling-steps", "2", "--iterations", "2", "--out", "guided"];
        var trained = Run([.. settings, "--data", "data"]);
        var reused = Run(settings);
        Assert.Multiple(() =>
        {
            Assert.That(trained.Code, Is.Zero, trained.Error);
            Assert.That(reused.Code, Is.Zero, reused.Error);
            Assert.That(reused.Output, Does.Not.Contain("noisy classifier"), "it was there already");
            Assert.That(File.Exists(_folder["guided/classifier-guidance.png"]));
        });
    }

    [Test]
    public void Samples_are_bytes_with_their_labels()
    {
        var result = Run("sample", "--model", Model, "--sampling-steps", "2", "--digits", "7,2", "--count", "5", "--guidance", "0", "--out", "samples");
        Assert.That(result.Code, Is.Zero, result.Error);
        byte[] images = File.ReadAllBytes(_folder["samples/samples.npy"]), labels = File.ReadAllBytes(_folder["samples/labels.npy"]);
        Assert.Multiple(() =>
        {
            Assert.That(System.Text.Encoding.ASCII.GetString(images, 10, 60), Does.StartWith("{'descr': '|u1', 'fortran_order': False, 'shape': (5, 28, 28), }"[..60]));
            Assert.That(images, Has.Length.EqualTo(128 + (5 * 784)));
            Assert.That(Enumerable.Range(0, 5).Select(i => BitConverter.ToInt64(labels, 128 + (8 * i))), Is.EqualTo(new long[] { 7, 2, 7, 2, 7 }));
        });
    }

    [Test]
    public void The_same_seed_gives_the_same_images()
    {
        string[] settings = ["sample", "--model", Model, "--sampler", "ddpm", "--count", "3", "--seed", "5"];
        _ = Run([.. settings, "--threads", "1", "--out", "a"]);
        _ = Run([.. settings, "--threads", "2", "--out", "b"]);
        Assert.That(File.ReadAllBytes(_folder["a/samples.npy"]), Is.EqualTo(File.ReadAllBytes(_folder["b/samples.npy"])));
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        static TestCaseData Case(string name, int code, string named, params string[] arguments) =>
            new TestCaseData(code, named, arguments).SetArgDisplayNames(name);

        yield return Case("no digit", 2, "--digits is '3,10'", "sample", "--digits", "3,10");
        yield return Case("no sampler", 2, "--sampler is 'eular'", "sample", "--sampler", "eular");
        yield return Case("guidance that is no number", 2, "--guidance is 'NaN'", "--guidance", "NaN");
        yield return Case("no model", 2, "nothing.safetensors", "--model", "nothing.safetensors");
        yield return Case("more steps than T", 2, "--sampling-steps is 5", "sample", "--model", "whole/model.safetensors", "--sampling-steps", "5");
        yield return Case("a checkpoint for a model", 1, "diffusion-checkpoint-2", "sample", "--model", "whole/checkpoint.safetensors");
        yield return Case("no data", 1, "no-data", "train", "--data", "no-data", "--out", "x");
        yield return Case("widths that are no multiples of 8", 2, "[8, 12, 8, 8]", "train", "--widths", "8,12,8,8", "--data", "data", "--out", "x");
        yield return Case("too few widths", 2, "[8, 8, 8]", "train", "--widths", "8,8,8", "--data", "data", "--out", "x");
        yield return Case("data that the classifier does not know", 1, "10000", "evaluate", "--model", "whole/model.safetensors", "--sampling-steps", "2", "--data", "data", "--out", "x");
        yield return Case("too few images to hold some out", 1, "10000", "classifier", "--data", "data", "--out", "x");
        yield return Case("an interval the wrong way round", 2, "--guidance-interval is '0.8,0.2'", "--guidance-interval", "0.8,0.2");
        yield return Case("no address", 2, "--mirror is 'ftp://x'", "train", "--mirror", "ftp://x");
        yield return Case("nothing to resume", 2, "no checkpoint", "train", "--resume", "--data", "data", "--out", "empty");
        yield return Case("another run to resume", 1, "network of the checkpoint", "train", "--resume", "--data", "data", "--out", "whole", "--widths", "8,8,8,16");
    }

    [TestCaseSource(nameof(Refused))]
    public void Bad_input_is_refused_in_one_line(int code, string named, string[] arguments)
    {
        var result = Run(arguments);
        Assert.Multiple(() =>
        {
            Assert.That(result.Code, Is.EqualTo(code));
            Assert.That(result.Error, Does.Contain(named));
            Assert.That(result.Error.TrimEnd().Split('\n'), Has.Length.EqualTo(1), result.Error);
            Assert.That(result.Output, Is.Empty);
        });
    }

    private static string[] Training(string output, params IEnumerable<string> more) =>
        ["train", "--data", "data", "--out", output, "--iterations", $"{Iterations}", .. TinyDigits.Options, .. more];

    private CommandLineResult Run(params IEnumerable<string> arguments) => CommandLineProgram.RunProgram(CommandLineProgram.Digits, _folder["."], arguments);
}
