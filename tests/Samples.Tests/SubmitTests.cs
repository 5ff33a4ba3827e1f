using Diffusion.Models;
using Diffusion.Terminal;
using Diffusion.TwoPixel;
using Diffusion.TwoPixel.CommandLine;
using Diffusion.TwoPixel.Study;
using Diffusion.TwoPixel.Submit;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The assignment as one PDF, in a tiny setting.</summary>
[TestFixture]
internal sealed class SubmitTests : IDisposable
{
    private static readonly string[] Tiny = ["submit", "--iterations", "20", "--batch", "16", "--width", "32"];

    private readonly TemporaryFolder _folder = new();

    private string Run => _folder["run"];

    private string Document => Path.Combine(Run, "submission.pdf");

    // The folder has settings of a study, but no models yet; with w = -1 no label is asked, and nothing forks.
    [OneTimeSetUp]
    public void Submit()
    {
        _ = Directory.CreateDirectory(Run);
        File.WriteAllText(Path.Combine(Run, "config.json"), (new RunConfiguration { Iterations = 7, Timesteps = [30], Guidance = -1 }).ToJson());
        Assert.That(Invoke(new CommandLineReporter(), [.. Tiny, "--name", "Zoë Łukasz Ωмega", "--id", "42", "--loss", "l1", "--out", Run]), Is.Zero);
    }

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void The_document_is_written_and_what_is_there_is_used_again()
    {
        byte[] document = File.ReadAllBytes(Document);
        Assert.That(document.AsSpan(0, 5).ToArray(), Is.EqualTo("%PDF-"u8.ToArray()));
        string[] models = [.. new[] { 50, 25, 10, 5 }.Select(t => Path.Combine(Run, $"model-T{t}.safetensors")), .. new[] { "few-iterations", "dropout-0.15" }.Select(name => Path.Combine(Run, "obstacles", name, "model-T50.safetensors"))];
        var before = models.Select(File.GetLastWriteTimeUtc).ToList();
        var settings = RunConfiguration.Load(Path.Combine(Run, "config.json"));
        Assert.That((settings.Iterations, settings.Width, settings.Guidance, settings.Loss), Is.EqualTo(((int?)20, 32, -1.0, Objectives.LossKind.L1)), "what the models were made with");
        Assert.That(settings.Timesteps, Is.EquivalentTo(new[] { 30, 50, 25, 10, 5 }));
        Assert.That(ModelFile.Load<float>(models[4]).Training.Iterations, Is.EqualTo(2), "a tenth of 20");
        Assert.That(ModelFile.Load<float>(models[5]).Training.LabelDropout, Is.EqualTo(0.15));

        var (reporter, folder) = (new CommandLineReporter(), new StudyFolder(Run));
        var configuration = RunConfiguration.Load(folder.Configuration) with { Timesteps = new RunConfiguration().Timesteps };
        var found = new SubmissionModels(folder, reporter);
        Assert.That(found.Study(configuration, default).Select(model => model.T), Is.EqualTo(new[] { 50, 25, 10, 5 }));
        Assert.That(found.Others([("few-iterations", configuration with { Iterations = 2 }), ("dropout-0.15", configuration with { LabelDropout = 0.15 })], 50, default), Has.Count.EqualTo(2));
        Assert.That(reporter.Steps, Is.Empty, "nothing is trained");
        Assert.That(models.Select(File.GetLastWriteTimeUtc), Is.EqualTo(before));
    }

    [Test]
    public void What_cannot_be_answered_is_refused_and_nothing_is_written()
    {
        byte[] document = File.ReadAllBytes(Document);
        string own = _folder["own"];
        _ = Directory.CreateDirectory(own);
        File.WriteAllText(Path.Combine(own, "config.json"), """{ "Data": { "Mixture": { "Components": [ { "Weight": 1, "Left": 0, "Right": 0, "Sigma": 0.2 } ] } } }""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Invoke(new(), ["submit", "--name", "陈", "--out", Run]), Throws.InstanceOf<UsageException>().With.Message.Contains("'陈'"));
            Assert.That(() => Invoke(new(), ["submit", "--name", " ", "--out", Run]), Throws.InstanceOf<UsageException>().With.Message.Contains("--name is empty"));
            Assert.That(() => Invoke(new(), ["submit", "--width", "64", "--iterations", "20", "--out", Run]), Throws.InstanceOf<UsageException>().With.Message.Contains("made with other settings"));
            Assert.That(() => Invoke(new(), ["submit", "--seed", "1", "--out", Run]), Throws.InstanceOf<UsageException>().With.Message.Contains("made with other settings"));
            Assert.That(() => Invoke(new(), ["submit", "--out", own]), Throws.InstanceOf<UsageException>().With.Message.Contains("own mixture"));
            Assert.That(File.ReadAllBytes(Document), Is.EqualTo(document));
        }
    }

    // What was trained before is found again by what stands beside it.
    [Test]
    public void A_run_that_is_stopped_leaves_its_settings_and_no_document()
    {
        string stopped = _folder["stopped"];
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(() => new Commands(new CommandLineReporter(), stop.Token).Build().Parse([.. Tiny, "--out", stopped]).Invoke(new() { EnableDefaultExceptionHandler = false }), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(RunConfiguration.Load(Path.Combine(stopped, "config.json")).Iterations, Is.EqualTo(20));
        Assert.That(File.Exists(Path.Combine(stopped, "submission.pdf")), Is.False);
    }

    private static int Invoke(CommandLineReporter reporter, string[] arguments) =>
        new Commands(reporter, default).Build().Parse(arguments).Invoke(new() { EnableDefaultExceptionHandler = false });
}
