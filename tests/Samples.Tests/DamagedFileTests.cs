using Diffusion.Images.Experiments;
using Diffusion.Terminal;
using Diffusion.TwoPixel;
using Diffusion.TwoPixel.Compare;
using Diffusion.TwoPixel.Grade;
using Diffusion.TwoPixel.Study;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Files that the programs wrote and that were then damaged or edited: one line names file and place, and what is accepted.</summary>
public sealed class DamagedFileTests
{
    private const string Config = "run/config.json", History = "run/history-T5.csv", Metrics = "run/metrics.json", Compare = "run/compare.json";

    private readonly TemporaryFolder _folder = new();

    private static IEnumerable<TestCaseData> Damages()
    {
        TestCaseData Case(string name, string file, string old, string changed, string named) => new TestCaseData(file, old, changed, named).SetArgDisplayNames(name);
        yield return Case("history with a word", History, "\n3,", "\n3,many", "history-T5.csv: line 4 is '3,many");
        yield return Case("history with a word for an error", History, "\n29,", "\n29,1,none\n29,", "history-T5.csv: line 30 is '29,1,none'; accepted is '29', a loss, and an error or nothing");
        yield return Case("history with a line twice", History, "\n3,", "\n2,1,\n3,", "line 4 is '2,1,'");
        yield return Case("history with another head", History, "loss", "lost", "its first line must be 'iteration,loss,noise_rmse'");
        yield return Case("history cut in a line", History, "\n30,", "", "line 31 is cut off: '3'");
        yield return Case("history cut at its end", History, "*", "iteration,loss,noise_rmse\n1,0.5,\n2,0.2", "line 3 is cut off: '2,0.2'");
        yield return Case("history without its end", History, "*", "iteration,loss,noise_rmse\n1,0.5,\n", "there are 1 steps; the training took 30");
        yield return Case("empty history", History, "*", "", "its first line must be");
        yield return Case("configuration with a text", Config, "\"batch\": 32", "\"batch\": \"many\"", "config.json: line 7 ('\"batch\": \"many\",'): batch is not what is accepted: a whole number");
        yield return Case("configuration with a list", Config, "\"ema\": 0.9995", "\"ema\": [1]", "ema is not what is accepted: a number");
        yield return Case("configuration with another word", Config, "\"Cosine\"", "\"Sinus\"", "schedule is not what is accepted: Cosine");
        yield return Case("configuration with a number for a list", Config, "\"timesteps\": [", "\"timesteps\": 5, \"x\": [", "timesteps is not what is accepted: a list in brackets");
        yield return Case("configuration with a text in a list", Config, "[\n    5", "[\n    \"5\"", "timesteps[0] is not what is accepted: a whole number");
        yield return Case("configuration with null", Config, "\"timesteps\": [", "\"timesteps\": null, \"x\": [", "config.json");
        yield return Case("configuration with an unknown member", Config, "\"width\"", "\"wide\"", "there is no 'wide', but seed, data, timesteps");
        yield return Case("configuration with a width that is none", Config, "\"width\": 32", "\"width\": 33", "width is 33; accepted are multiples of 16");
        yield return Case("configuration that is cut off", Config, "\"guidance\": 1\n}", "", "this is no JSON, or it is cut off");
        yield return Case("empty configuration", Config, "*", "", "this is no JSON, or it is cut off");
        yield return Case("configuration of points without them", Config, "\"seed\": 0", "\"seed\": 0, \"data\": {\"points\": \"3 points\"}", "config.json: its points (3 points) belong beside it");
        yield return Case("metrics that are cut off", Metrics, "\"iterations\"", "", "metrics.json: line");
        yield return Case("metrics without a model", Metrics, "\"models\": [", "\"models\": [], \"old\": [", "metrics.json: models are of T = none; accepted are those of config.json, T = 5");
        yield return Case("metrics without models", Metrics, "\"models\"", "\"modules\"", ": there is no 'models'");
        yield return Case("metrics with a model that is null", Metrics, "\"models\": [", "\"models\": [null, ", "metrics.json: models[0] is null");
        yield return Case("metrics with a model that is a number", Metrics, "\"models\": [", "\"models\": [5, ", "metrics.json: models[0]");
        yield return Case("metrics with a text", Metrics, "\"T\": 5", "\"T\": \"five\"", "metrics.json: models[0]: T is not what is accepted: a whole number");
        yield return Case("metrics of another model", Metrics, "\"T\": 5", "\"T\": 6", "models are of T = 6");
        yield return Case("comparison that is text", Compare, "*", "Just a note.", "compare.json: line 1 ('Just a note.'): this is no JSON");
        yield return Case("comparison without numbers", Compare, "*", "{}", "compare.json: there is no '");
        yield return Case("comparison that is a list", Compare, "*", "[1]", "compare.json:");
        yield return Case("grade that is cut off", "class/a/grade.json", "*", "{\"right\": true", "grade.json: line 1");
        yield return Case("grade without slips", "class/a/grade.json", "*", "{\"right\": true, \"files\": {}}", "grade.json: line 1 ('{\"right\": true, \"files\": {}}'): there is no 'slips'");
        yield return Case("grade with a text", "class/a/grade.json", "*", "{\"right\": \"yes\", \"slips\": [], \"files\": {}}", "right is not what is accepted: true or false");
        yield return Case("grade with null", "class/a/grade.json", "*", "{\"right\": true, \"slips\": null, \"files\": {}}", "grade.json");
        yield return Case("judged with a text", "images/metrics.json", "*", "{\"settings\": 5}", "metrics.json: line 1 ('{\"settings\": 5}'): settings is not what is accepted: a text");
        yield return Case("judged without numbers", "images/metrics.json", "*", "{}", "metrics.json: line 1 ('{}'): there is no 'settings'");
    }

    [OneTimeSetUp]
    public void Train_a_little()
    {
        Assert.That(Run("train", [.. CommandLineProgram.Tiny, "--out", _folder["run"]]), Is.Zero);
        File.WriteAllText(_folder[Metrics], new MetricsDocument(0, 1, 1, [new(new ModelNumbers(5, 30, 1))]).ToJson());
    }

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [TestCaseSource(nameof(Damages))]
    public void Is_refused_by_file_and_place(string file, string old, string changed, string named)
    {
        string path = _folder[file];
        string? sound = File.Exists(path) ? File.ReadAllText(path) : null;
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (old != "*")
            Assert.That(sound, Does.Contain(old), "The file has nothing of the kind to damage.");

        // A part that becomes nothing takes all that follows with it.
        string damaged = old == "*" ? changed : changed.Length > 0 ? sound!.Replace(old, changed, StringComparison.Ordinal) : sound![..(sound!.IndexOf(old, StringComparison.Ordinal) + 2)];
        File.WriteAllText(path, damaged);
        try
        {
            var refusal = Assert.Throws<InvalidDataException>(() => Read(file));
            Assert.That(refusal!.Message, Does.Contain(named).And.Contain(Path.GetFileName(file)).And.Not.Contain("\n").And.Not.Contain("System."));
        }
        finally
        {
            if (sound is null)
                File.Delete(path);
            else
                File.WriteAllText(path, sound);
        }
    }

    [Test]
    public void Sound_files_are_read()
    {
        var configuration = RunConfiguration.Load(_folder[Config]);
        Assert.That(MetricsDocument.Load(_folder[Metrics], configuration.Timesteps).Models, Has.Count.EqualTo(1));
        Assert.That(TrainingHistory.LoadOf(_folder[History], 30).Losses, Has.Count.EqualTo(30));
        Assert.That(TrainingHistory.LoadOf(_folder["none.csv"], 30).Losses, Is.Empty);
    }

    [Test]
    public void A_folder_with_a_damaged_file_is_an_error_of_the_run_and_a_named_file_one_of_the_command_line()
    {
        string configuration = File.ReadAllText(_folder[Config]);
        _ = Directory.CreateDirectory(_folder["damaged"]);
        File.WriteAllText(_folder["damaged/config.json"], configuration[..20]);
        foreach (string command in (string[])["figures", "compare", "submit"])
            Assert.Throws<InvalidDataException>(() => Run(command, "--out", _folder["damaged"]), command);
        Assert.Throws<UsageException>(() => Run("train", "--config", _folder["damaged/config.json"], "--out", _folder["new"]));
    }

    // As the commands read them.
    private void Read(string file)
    {
        var folder = new StudyFolder(_folder["run"]);
        switch (file)
        {
            case History: _ = TrainingHistory.LoadOf(folder.History(5), 30); break;
            case Config: _ = Run("figures", "--out", folder.Path); break;
            case Metrics: _ = MetricsDocument.Load(folder.Metrics, RunConfiguration.Load(folder.Configuration).Timesteps); break;
            case Compare: _ = Run("figures", "--out", folder.Path); break;
            case "images/metrics.json": _ = ImageMetrics.Load(_folder[file]); break;
            default: _ = GradeSummary.Of(_folder["class"]); break;
        }
    }

    private static int Run(string command, params string[] arguments) =>
        new Diffusion.TwoPixel.CommandLine.Commands(new CommandLineReporter(), default).Build().Parse([command, .. arguments]).Invoke(new() { EnableDefaultExceptionHandler = false });
}
