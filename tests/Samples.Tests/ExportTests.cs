using Diffusion.Models;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The programs write ONNX, and take weights that come back; what the files compute is tested in Onnx.Tests.</summary>
[TestFixture]
internal sealed class ExportTests : IDisposable
{
    private const string Model = "run/model-T5.safetensors";

    private readonly TemporaryFolder _folder = new();

    [OneTimeSetUp]
    public void Train() => Done(CommandLineProgram.Run(_folder[""], ["train", .. CommandLineProgram.Tiny, "--out", "run"]));

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void The_study_exports_a_network_with_an_example_and_a_step()
    {
        string said = Done(CommandLineProgram.Run(_folder[""], "export", "--model", Model, "--onnx", "network.onnx", "--example", "example"));
        Assert.That(said, Does.Contain("x_t, t, label to prediction: network.onnx"));
        Assert.That(Directory.GetFiles(_folder["example"]).Select(Path.GetFileName), Is.EquivalentTo((string[])["x_t.npy", "t.npy", "label.npy", "prediction.npy"]));
        said = Done(CommandLineProgram.Run(_folder[""], "export", "--model", Model, "--onnx", "step.onnx", "--step", "ddim"));
        Assert.That(said, Does.Contain("x_t, t, label, t_next, w to x_next: step.onnx"));
        Assert.That(new FileInfo(_folder["step.onnx"]).Length, Is.GreaterThan(new FileInfo(_folder["network.onnx"]).Length));
    }

    [Test]
    public void The_digits_export_their_model_and_classifier()
    {
        string said = Done(CommandLineProgram.RunProgram(CommandLineProgram.Digits, _folder[""], "export", "--onnx", "digits.onnx"));
        Assert.That(said, Does.Contain("x_t, t, label to prediction: digits.onnx"));
        string classifier = Path.Combine(Path.GetDirectoryName(CommandLineProgram.Digits)!, "pretrained", "classifier.safetensors");
        said = Done(CommandLineProgram.RunProgram(CommandLineProgram.Digits, _folder[""], "export", "--classifier", classifier, "--onnx", "classifier.onnx"));
        Assert.That(said, Does.Contain("images to features, logits: classifier.onnx"));
        var refused = CommandLineProgram.RunProgram(CommandLineProgram.Digits, _folder[""], "export", "--onnx", "digits.onnx/below.onnx");
        Assert.That((refused.Code, refused.Error.Trim().Split('\n')), Is.EqualTo((1, (string[])[refused.Error.Trim()])));
        Assert.That(refused.Error, Does.Contain("digits.onnx cannot be written to"));
    }

    [Test]
    public void Weights_of_other_names_are_imported()
    {
        var model = SafetensorsFile.Read<float>(_folder[Model]);
        SafetensorsFile.Write(
            _folder["theirs.safetensors"],
            model.Tensors.ToDictionary(entry => "net." + entry.Key, entry => Tensor<float>.Full(entry.Value.Shape, 0.25f)), new Dictionary<string, string>());
        File.WriteAllText(_folder["names.json"], """{"net.*": "*"}""");
        _ = Done(CommandLineProgram.Run(_folder[""], "import", "--state", "theirs.safetensors", "--names", "names.json", "--model", Model, "--out", "new/ours.safetensors"));
        var imported = ModelFile.Load<float>(_folder["new/ours.safetensors"]);
        Assert.That(imported.Network.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray()), Is.All.EqualTo(0.25f));
        Assert.That(imported.Schedule.ToJson(), Is.EqualTo(ModelFile.Load<float>(_folder[Model]).Schedule.ToJson()));

        var refused = CommandLineProgram.Run(_folder[""], "import", "--state", "theirs.safetensors", "--model", Model, "--out", "ours.safetensors");
        Assert.That(refused.Code, Is.EqualTo(1));
        Assert.That(refused.Error, Does.StartWith("theirs.safetensors: The tensor '").And.Contain("is missing").And.EndsWith("\n"));
        Assert.That(File.Exists(_folder["ours.safetensors"]), Is.False);
    }

    private static string Done(CommandLineResult result)
    {
        Assert.That(result.Code, Is.Zero, result.Error);
        return result.Output;
    }
}
