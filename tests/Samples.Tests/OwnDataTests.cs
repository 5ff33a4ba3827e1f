using System.Text.Json.Nodes;
using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.TwoPixel;
using Diffusion.TwoPixel.Study;
using Diffusion.TwoPixel.Study.Experiments;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The study of points from a CSV and of a mixture from a JSON: what is written, what is left out, and that it repeats.</summary>
[TestFixture]
internal sealed class OwnDataTests : IDisposable
{
    private static readonly string[] OfPoints =
    [
        "animation.webp", "checkpoint-T5.safetensors", "config.json", "data.csv", "forward.png", "ground-truth.png", "guidance-strength.png", "guidance.png",
        "history-T5.csv", "metrics.json", "model-T5.safetensors", "report.html", "timesteps.png", "training.png", "trajectory-histogram.png", "trajectory-kde.png",
    ];

    private readonly TemporaryFolder _folder = new();

    [OneTimeSetUp]
    public void Run()
    {
        // Far from the assignment's window, three classes, and points without one.
        var points = new RandomSource(3).For(Purpose.Data).At(0).Normal<float>([90, 2, 1]);
        for (int i = 0; i < points.Length; i++)
            points.Span[i] *= 20;
        PointFile.WriteCsv(_folder["own.csv"], points, [.. Enumerable.Range(0, 90).Select(i => (i % 4) - 1)]);
        File.WriteAllText(_folder["own.json"], """{"components":[{"weight":0.25,"left":2,"right":0,"sigma":0.2},{"weight":0.25,"left":-2,"right":0,"sigma":0.3},{"weight":0.5,"left":0,"right":3,"sigma":0.1}]}""");
        Done(["all", .. CommandLineProgram.Tiny, "--data", "own.csv", "--out", "points"]);
        Done(["all", .. CommandLineProgram.Tiny, "--mixture", "own.json", "--out", "mixture"]);
    }

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void A_study_of_points_leaves_out_what_needs_the_truth_and_says_so()
    {
        var model = Model("points");
        string report = File.ReadAllText(_folder["points/report.html"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Directory.GetFiles(_folder["points"]).Select(Path.GetFileName).Order(StringComparer.Ordinal), Is.EqualTo(OfPoints));
            Assert.That(model.Select(field => field.Key), Is.EqualTo(new[] { "T", "iterations", "finalLoss", "swd", "swdFloor", "conditionalSwd", "pointsLoss" }));
            Assert.That(model["conditionalSwd"]!.AsObject().Select(field => field.Key), Is.EqualTo(new[] { "0", "1", "2" }));

            // No network has less than what knows the points by heart; at the last t, which is pure noise, all there is to say is in both.
            var losses = model["pointsLoss"]!.AsObject().Select(at => (Network: (double)at.Value!["network"]!, Least: (double)at.Value["least"]!)).ToList();
            Assert.That(losses, Has.All.Matches<(double Network, double Least)>(loss => loss.Network > 0.98 * loss.Least));
            Assert.That(losses[0].Least, Is.LessThan(0.5 * losses[0].Network), "the points lie far apart");

            // Two sets of 45 points of deviation 20: about 20 · sqrt(2 / 45) apart.
            Assert.That((double)model["swdFloor"]!, Is.InRange(1, 12));
            Assert.That(report, Does.Contain("is not known, so the exact predictor and all that needs it are left out"));
        }
    }

    [TestCase("points")]
    [TestCase("mixture")]
    public void Every_figure_and_every_section_is_an_experiment_that_applies(string run)
    {
        var folder = new StudyFolder(_folder[run]);
        var findings = new StudyFindings(RunConfiguration.Load(folder.Configuration), MetricsDocument.Load(folder.Metrics, RunConfiguration.Load(folder.Configuration).Timesteps));
        ExperimentCoverage.Check(StudyExperiments.Of(findings.Data), findings, folder, folder.Report);
    }

    [Test]
    public void A_study_of_a_mixture_has_everything_of_it()
    {
        var model = Model("mixture");
        var configuration = JsonNode.Parse(File.ReadAllText(_folder["mixture/config.json"]))!["data"]!["mixture"]!["components"]!.AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model["noiseRmse"]!.AsObject().Select(field => field.Key), Is.EqualTo(new[] { "0", "1", "2", "none" }));
            Assert.That(model["modeWeights"]!.AsArray(), Has.Count.EqualTo(3));
            Assert.That(configuration.Select(component => (double)component!["weight"]!), Is.EqualTo(new[] { 0.25, 0.25, 0.5 }));
            Assert.That(File.Exists(_folder["mixture/noise-field.png"]));
            Assert.That(File.ReadAllText(_folder["mixture/report.html"]), Does.Contain("3 Gaussians").And.Not.Contain("Changes from the assignment"));
        }
    }

    [Test]
    [Explicit(Long.Why)]
    [Category(Long.Name)]
    public void Figures_and_configuration_repeat_a_study_of_points_without_naming_them()
    {
        _ = Directory.CreateDirectory(_folder["again"]);
        foreach (string name in new[] { "config.json", "data.csv", "model-T5.safetensors", "history-T5.csv" })
            File.Copy(_folder[$"points/{name}"], _folder[$"again/{name}"]);
        Done(["figures", "--out", "again"]);
        Done(["train", "--config", "again/config.json", "--out", "trained"]);
        using (Assert.EnterMultipleScope())
        {
            foreach (string name in OfPoints.Except(["metrics.json", "report.html", "checkpoint-T5.safetensors"]))
                Assert.That(File.ReadAllBytes(_folder[$"again/{name}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[$"points/{name}"])), Is.True, name);
            foreach (string name in new[] { "config.json", "data.csv", "model-T5.safetensors", "checkpoint-T5.safetensors" })
                Assert.That(File.ReadAllBytes(_folder[$"trained/{name}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[$"points/{name}"])), Is.True, name);
        }
    }

    [Test]
    public void A_model_of_points_samples_each_of_its_classes()
    {
        Done(["sample", "--model", "points/model-T5.safetensors", "--label", "2", "--count", "9", "--out", "class.csv"]);
        var model = ModelFile.Load<float>(_folder["points/model-T5.safetensors"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.Data, Is.EqualTo(PointSet.Read(_folder["own.csv"]).Description));
            Assert.That(PointFile.ReadCsv<float>(_folder["class.csv"]).Labels, Has.Length.EqualTo(9).And.All.EqualTo(2));
        }
    }

    [Test]
    public void A_sample_begins_where_start_says()
    {
        Done(["sample", "--model", "mixture/model-T5.safetensors", "--start", "-0.5,1.25", "--count", "3", "--trajectory", "--out", "start.csv"]);
        string[] lines = File.ReadAllLines(_folder["start.csv"]);
        Assert.That(lines[1..4], Is.All.EqualTo("0,5,-0.5,1.25,-1"));
        Assert.That(lines[4..7].Distinct().Count(), Is.EqualTo(3), "The noise of the steps is each image's own.");
    }

    private void Done(string[] arguments)
    {
        var result = CommandLineProgram.Run(_folder[""], arguments);
        Assert.That(result.Code, Is.Zero, result.Error);
    }

    private JsonObject Model(string folder) => JsonNode.Parse(File.ReadAllText(_folder[$"{folder}/metrics.json"]))!["models"]!.AsArray().Single()!.AsObject();
}
