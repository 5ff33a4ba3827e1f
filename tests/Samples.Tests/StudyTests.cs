using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Diffusion.TwoPixel;
using Diffusion.TwoPixel.Study;
using Diffusion.TwoPixel.Study.Experiments;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The whole study in a tiny setting: all files are there, and none depends on the number of threads or on chance.</summary>
[TestFixture]
internal sealed partial class StudyTests : IDisposable
{
    private static readonly string[] Files =
    [
        "animation.webp", "checkpoint-T5.safetensors", "config.json", "error-budget.png", "forward.png", "ground-truth.png",
        "guidance-strength.png", "guidance.png", "history-T5.csv", "metrics.json", "model-T5.safetensors", "noise-field.png",
        "report.html", "timesteps.png", "training.png", "trajectory-histogram.png", "trajectory-kde.png",
    ];

    private readonly TemporaryFolder _folder = new();

    [OneTimeSetUp]
    public void Run()
    {
        using var one = CommandLineProgram.Start(_folder[""], ["all", .. CommandLineProgram.Tiny, "--threads", "1", "--out", "one"]);
        using var two = CommandLineProgram.Start(_folder[""], [.. CommandLineProgram.Tiny, "--threads", "2", "--out", "two"]);
        foreach (var result in new[] { CommandLineProgram.End(one), CommandLineProgram.End(two) })
        {
            Assert.That(result.Code, Is.Zero, result.Error);
            Assert.That(result.Error, Is.Empty);
            Assert.That(result.Output, Does.Contain("report.html"));
        }
    }

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void All_files_are_written_and_no_others() => Assert.Multiple(() =>
    {
        Assert.That(Directory.GetFiles(_folder["one"]).Select(Path.GetFileName).Order(StringComparer.Ordinal), Is.EqualTo(Files));
        foreach (string file in Directory.GetFiles(_folder["one"], "*.png"))
            Assert.That(Convert.ToHexString(File.ReadAllBytes(file).AsSpan(0, 8)), Is.EqualTo("89504E470D0A1A0A"), file);
    });

    [Test]
    public void Threads_change_no_byte() => Assert.Multiple(() =>
    {
        foreach (string name in Files.Except(["metrics.json", "report.html"]))
            Assert.That(File.ReadAllBytes(_folder[$"two/{name}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[$"one/{name}"])), Is.True, name);
        Assert.That(Metrics("two", out int two), Is.EqualTo(Metrics("one", out int one)));
        Assert.That((one, two), Is.EqualTo((1, 2)));
    });

    // Several models train beside each other, each on its own thread; on one thread one follows the other.
    [Test]
    public void Threads_change_no_byte_of_several_models_either()
    {
        var configuration = JsonNode.Parse(File.ReadAllText(_folder["one/config.json"]))!.AsObject();
        configuration["timesteps"] = new JsonArray(6, 4, 3);
        File.WriteAllText(_folder["several.json"], configuration.ToJsonString());
        foreach (string threads in new[] { "1", "3" })
        {
            var result = CommandLineProgram.Run(_folder[""], "train", "--config", "several.json", "--threads", threads, "--out", "several-" + threads);
            Assert.That(result.Code, Is.Zero, result.Error);
        }

        string[] names = [.. new[] { 3, 4, 6 }.SelectMany(t => new[] { $"checkpoint-T{t}.safetensors", $"history-T{t}.csv", $"model-T{t}.safetensors" })];
        Assert.Multiple(() =>
        {
            foreach (string name in names)
                Assert.That(File.ReadAllBytes(_folder[$"several-3/{name}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[$"several-1/{name}"])), Is.True, name);
        });
    }

    [Test]
    public void A_measurement_without_a_number_says_that_training_diverged()
    {
        var measured = new Measurements(new ModelNumbers(5, 30, 1e20), new DistanceNumbers(double.PositiveInfinity, 0.1));
        Assert.That(() => new MetricsDocument(0, 1, 1, [measured]).ToJson(), Throws.InvalidOperationException.With.Message.Contains("diverged").And.Message.Contains("--learning-rate"));
    }

    [Test]
    public void Every_figure_and_every_section_is_an_experiment_of_the_list()
    {
        var folder = new StudyFolder(_folder["one"]);
        var findings = new StudyFindings(RunConfiguration.Load(folder.Configuration), MetricsDocument.Load(folder.Metrics, RunConfiguration.Load(folder.Configuration).Timesteps));
        ExperimentCoverage.Check(StudyExperiments.Of(findings.Data), findings, folder, folder.Report);
        Assert.That(File.ReadAllText(folder.Report), Does.Contain("7. The error budget"), "Two texts say that it is section 7.");
    }

    [Test]
    public void Metrics_that_were_read_are_written_as_they_were_and_miss_nothing_in_silence()
    {
        var metrics = MetricsDocument.Load(_folder["one/metrics.json"], RunConfiguration.Load(_folder["one/config.json"]).Timesteps);
        Assert.That(metrics.ToJson(), Is.EqualTo(File.ReadAllText(_folder["one/metrics.json"])));
        Assert.That(() => metrics.Models[0].Of<Diffusion.TwoPixel.Compare.SamplerNumbers>(), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("metrics.json: models[0]: there is no '"));
    }

    [Test]
    public void The_figures_are_drawn_again_from_the_files()
    {
        _ = Directory.CreateDirectory(_folder["again"]);
        foreach (string name in new[] { "config.json", "model-T5.safetensors", "history-T5.csv" })
            File.Copy(_folder[$"one/{name}"], _folder[$"again/{name}"]);
        var result = CommandLineProgram.Run(_folder[""], "figures", "--out", "again");
        Assert.That(result.Code, Is.Zero, result.Error);
        Assert.Multiple(() =>
        {
            foreach (string name in Files.Except(["metrics.json", "report.html", "checkpoint-T5.safetensors"]))
                Assert.That(File.ReadAllBytes(_folder[$"again/{name}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[$"one/{name}"])), Is.True, name);
            Assert.That(Metrics("again", out _), Is.EqualTo(Metrics("one", out _)));
        });
    }

    [Test]
    public void The_metrics_have_their_fields()
    {
        var metrics = JsonNode.Parse(File.ReadAllText(_folder["one/metrics.json"]))!.AsObject();
        Assert.That(metrics.Select(field => field.Key), Is.EqualTo(new[] { "seed", "threads", "elapsedSeconds", "models" }));
        var model = metrics["models"]!.AsArray().Single()!.AsObject();
        string[] fields =
        [
            "T", "iterations", "finalLoss", "swd", "swdFloor", "swdExactDenoiser", "swdOptimalVariance", "modeWeights", "modeMeans", "modeStandardDeviations",
            "outlierShare", "noiseRmse", "lossRatio", "classAccuracy", "guidedMeanError",
        ];
        string[] classes = ["0", "1", "none"];
        Assert.Multiple(() =>
        {
            Assert.That(fields, Is.SubsetOf(model.Select(field => field.Key)));
            Assert.That((int)model["T"]!, Is.EqualTo(5));
            Assert.That((int)model["iterations"]!, Is.EqualTo(30));
            Assert.That(model["noiseRmse"]!.AsObject().Select(field => field.Key), Is.EqualTo(classes));
            Assert.That(model["lossRatio"]!.AsObject().Select(field => field.Key), Is.EqualTo(classes));
            foreach (var (_, error) in model["noiseRmse"]!.AsObject())
            {
                Assert.That((double)error!["overall"]!, Is.GreaterThan(0));
                Assert.That(error["perStep"]!.AsArray(), Has.Count.EqualTo(5));
            }

            foreach (var (_, error) in model["guidedMeanError"]!.AsObject())
                Assert.That(error!.AsObject().Select(field => field.Key), Is.EqualTo(new[] { "0", "1", "4" }));
            Assert.That((double)model["swdFloor"]!, Is.InRange(1e-4, 5e-3));
        });
    }

    [Test]
    public void The_report_needs_nothing_but_itself()
    {
        string html = File.ReadAllText(_folder["one/report.html"]);
        var sources = Source().Matches(html).Select(match => match.Groups[1].Value[..Math.Min(40, match.Groups[1].Length)]).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(html, Does.Not.Contain("http://").And.Not.Contain("https://").And.Not.Contain("@import").And.Not.Contain("<script"));
            Assert.That(sources, Is.All.StartsWith("data:").Or.StartsWith("#"));
            Assert.That(sources.Count(source => source.StartsWith("data:image/", StringComparison.Ordinal)), Is.EqualTo(11), "Ten figures and the animation.");
        });
    }

    [GeneratedRegex("""(?:src|srcset|href|url)\s*[=(]\s*["']?([^"'>\s]*)""")]
    private static partial Regex Source();

    // Everything but what may differ from run to run.
    private string Metrics(string folder, out int threads)
    {
        var metrics = JsonNode.Parse(File.ReadAllText(_folder[$"{folder}/metrics.json"]))!.AsObject();
        threads = (int)metrics["threads"]!;
        _ = metrics.Remove("threads");
        Assert.That(metrics.Remove("elapsedSeconds"), Is.True);
        return metrics.ToJsonString();
    }
}
