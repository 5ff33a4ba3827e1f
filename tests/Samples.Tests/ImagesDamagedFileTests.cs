using Diffusion.Images;
using Diffusion.Images.CommandLine;
using Diffusion.Nn.Serialization;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Files of the pictures' program that were damaged, command by command: one line names file and place. SampleProgram makes it exit code 1, or 2 where the command line named it.</summary>
public sealed class ImagesDamagedFileTests
{
    private const string Model = "model.safetensors", Checkpoint = "checkpoint.safetensors", Classifier = "classifier.safetensors", Picture = "shapes/star/00003.png";

    private static readonly string[] Tiny = ["--widths", "8,8", "--embedding", "8", "--steps-max", "4", "--size", "12", "--batch", "8", "--iterations", "4"];

    private readonly TemporaryFolder _folder = new();

    private static IEnumerable<TestCaseData> Damages()
    {
        TestCaseData Case(string name, string file, Func<byte[], byte[]> damage, string named, params string[] arguments) => new TestCaseData(file, damage, named, arguments).SetArgDisplayNames(name);
        byte[] Cut(byte[] file) => file[..(file.Length / 2)];
        byte[] Text(byte[] file) => "Just a note."u8.ToArray();
        byte[] Empty(byte[] file) => [];
        foreach (string command in (string[])["sample", "all", "interpolate", "edit", "inpaint", "export", "evaluate", "memorisation"])
        {
            string[] arguments = command switch
            {
                "edit" => [command, "--image", "mask.png"],
                "inpaint" => [command, "--image", "mask.png", "--mask", "mask.png"],
                "export" => [command, "--onnx", "model.onnx"],
                "evaluate" or "memorisation" => [command, "--data", "shapes", "--count", "4"],
                _ => [command],
            };
            yield return Case($"{command}: model cut off", Model, Cut, "bytes of data follow the header", arguments);
        }

        yield return Case("sample: model that is text", Model, Text, "model.safetensors", "sample");
        yield return Case("sample: empty model", Model, Empty, "model.safetensors", "sample");
        yield return Case("upscale: model of a classifier", Model, _ => File.ReadAllBytes(Digits.DigitsPreset.Files.Classifier), "format", "upscale", "--image", "mask.png");
        yield return Case("sample: names of classes that are none", Model, file => Renamed(file, "[\"circle\",\"cro"), "names of classes cannot be read", "sample");
        yield return Case("sample: names of other classes", Model, file => Renamed(file, "[\"a\",\"b\"]"), "5 classes, but names of others: [\"a\",\"b\"]", "sample", "--classes", "a");
        yield return Case("train: checkpoint cut off", Checkpoint, Cut, "bytes of data follow the header", ["train", "--data", "shapes", "--resume", .. Tiny]);
        yield return Case("train: checkpoint with a bit turned", Checkpoint, file => { file[^100] ^= 1; return file; }, "SHA-256", ["train", "--data", "shapes", "--resume", .. Tiny]);
        yield return Case("train: picture cut off", Picture, Cut, "00003.png", ["train", "--data", "shapes", "--out", "other", .. Tiny]);
        yield return Case("train: configuration cut off", "config.json", Cut, "config.json: line", ["train", "--config", "config.json", "--out", "other"]);
        yield return Case("train: configuration with a word", "config.json", file => System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(file).Replace("\"batch\": 8", "\"batch\": \"many\"", StringComparison.Ordinal)), "batch is not what is accepted: a whole number", ["train", "--config", "config.json", "--out", "other"]);
        yield return Case("classifier: picture that is text", Picture, Text, "00003.png", ["classifier", "--data", "shapes", "--size", "12", "--iterations", "1", "--out", "other"]);
        yield return Case("evaluate: classifier cut off", Classifier, Cut, Classifier, "evaluate", "--data", "shapes", "--hold-out", "0.4", "--count", "6", "--sweep-count", "0", "--full-count", "0");
        yield return Case("edit: picture cut off", "mask.png", Cut, "mask.png", "edit", "--image", "mask.png");
        yield return Case("inpaint: mask that is text", "mask.png", Text, "mask.png is no picture", "inpaint", "--image", Picture, "--mask", "mask.png");
        yield return Case("all: numbers of a judgement cut off", "metrics.json", Cut, "metrics.json: line 1", "all", "--count", "4");
    }

    [OneTimeSetUp]
    public void Train()
    {
        Assert.That(Run("shapes", "--count", "20", "--size", "12"), Is.Zero);
        Assert.That(Run(["train", "--data", "shapes", .. Tiny]), Is.Zero);
        File.WriteAllBytes(_folder["mask.png"], PictureBytes.Grey(2, 1, 255, 0));
        File.WriteAllText(_folder["metrics.json"], "{\"settings\": \"ddim\"}");
        File.Copy(Digits.DigitsPreset.Files.Classifier, _folder[Classifier]);
    }

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [TestCaseSource(nameof(Damages))]
    public void Is_refused_by_file_and_place(string file, Func<byte[], byte[]> damage, string named, string[] arguments)
    {
        byte[] sound = File.ReadAllBytes(_folder[file]);
        File.WriteAllBytes(_folder[file], damage([.. sound]));
        try
        {
            var refusal = Assert.Catch(() => Run(arguments))!;
            Assert.That(refusal, Is.InstanceOf<InvalidDataException>().Or.InstanceOf<Terminal.UsageException>());
            Assert.That(refusal.Message, Does.Contain(named).And.Contain(Path.GetFileName(file)).And.Not.Contain("\n").And.Not.Contain("System.").And.Not.Contain("   at "));
            Assert.That(refusal.Message, Has.Length.LessThan(600));
        }
        finally
        {
            File.WriteAllBytes(_folder[file], sound);
        }
    }

    private static byte[] Renamed(byte[] model, string classes)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, model);
            var content = SafetensorsFile.Read<float>(path);
            SafetensorsFile.Write(path, content.Tensors, new Dictionary<string, string>(content.Metadata) { ["note.classes"] = classes });
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // In this process, so paths are made absolute: files by what they end in, and folders by name.
    private int Run(params string[] arguments)
    {
        string[] absolute = [.. arguments.Select(argument => argument is "shapes" && arguments[0] != argument || argument is "other" || Path.HasExtension(argument) && !argument.StartsWith("0.", StringComparison.Ordinal) ? _folder[argument] : argument)];
        if (!arguments.Contains("--out"))
            absolute = [.. absolute, "--out", _folder["."]];
        return ImagesProgram.Build(new PicturesPreset(), new CommandLineReporter(), default).Parse(absolute).Invoke(new() { EnableDefaultExceptionHandler = false });
    }
}
