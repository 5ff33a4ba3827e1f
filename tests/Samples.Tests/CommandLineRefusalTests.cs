using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Bad input: one line on standard error that names the thing, exit code 2 (used wrongly) or 1, and no file changed.</summary>
[TestFixture]
internal sealed class CommandLineRefusalTests : IDisposable
{
    private const string Model = "run/model-T5.safetensors", Checkpoint = "run/checkpoint-T5.safetensors";

    private static readonly string[] Same = ["--iterations", "30", "--batch", "32", "--steps-max", "5", "--width", "32", "--out", "run"];

    private readonly TemporaryFolder _folder = new();

    private static IEnumerable<TestCaseData> Refused()
    {
        static TestCaseData Case(string name, int code, string named, params string[] arguments) =>
            new TestCaseData(code, named, arguments).SetArgDisplayNames(name);

        yield return Case("unknown option", 2, "--bogus", "--bogus");
        yield return Case("unknown command", 2, "paint", "paint");
        yield return Case("option of another command", 2, "--batch", "sample", "--batch", "8");
        yield return Case("option without its value", 2, "--steps-max", "train", "--steps-max");
        yield return Case("no steps", 2, "--steps-max is '0'", "--steps-max", "0");
        yield return Case("steps that are no whole number", 2, "--steps-max is '2.5'", "train", "--steps-max", "2.5");
        yield return Case("guidance that is text", 2, "--guidance is 'abc'", "--guidance", "abc");
        yield return Case("guidance that is no number", 2, "--guidance is 'NaN'", "sample", "--guidance", "NaN");
        yield return Case("guidance that is infinite", 2, "--guidance is '-Infinity'", "sample", "--guidance", "-Infinity");
        yield return Case("seed below zero", 2, "--seed is '-1'", "train", "--seed", "-1");
        yield return Case("no images", 2, "--count is '0'", "sample", "--count", "0");
        yield return Case("class that is none", 2, "--label is '2'; accepted is 0 to 1 or none", "sample", "--model", Model, "--label", "2", "--out", "points.csv");
        yield return Case("class that is no number", 2, "--label is 'left'", "sample", "--label", "left");
        yield return Case("start that is no point", 2, "--start is '1'; accepted is two finite numbers", "sample", "--start", "1");
        yield return Case("start that is not finite", 2, "--start is '1,NaN'", "sample", "--start", "1,NaN");
        yield return Case("width that is no multiple of 16", 2, "width is 40", "train", "--width", "40", "--out", "run");
        yield return Case("unknown loss", 2, "--loss is 'l3'", "train", "--loss", "l3");
        yield return Case("no threads", 2, "--threads is '0'", "train", "--threads", "0");

        yield return Case("folder below a file", 1, "note.txt", "train", "--out", "note.txt/below");
        yield return Case("study in a folder below a file", 1, "note.txt", "--out", "note.txt/below");
        yield return Case("folder that is a file", 1, "note.txt", "train", "--out", "note.txt");
        yield return Case("points in a folder below a file", 1, "note.txt", "sample", "--model", Model, "--out", "note.txt/points.csv");
        yield return Case("points of another format", 2, "points.txt", "sample", "--model", Model, "--out", "points.txt");
        yield return Case("trajectory without room for times", 2, "--trajectory", "sample", "--model", Model, "--trajectory", "--out", "points.npy");

        yield return Case("missing model", 2, "nothing.safetensors", "sample", "--model", "nothing.safetensors");
        yield return Case("model that is text", 1, "note.txt", "sample", "--model", "note.txt", "--out", "points.csv");
        yield return Case("model that is a checkpoint", 1, "diffusion-checkpoint-2", "sample", "--model", Checkpoint, "--out", "points.csv");
        yield return Case("model of another architecture", 1, "mnist-unet", "sample", "--model", "architecture.safetensors", "--out", "points.csv");
        yield return Case("model of another library", 1, "foreign.safetensors", "sample", "--model", "foreign.safetensors", "--out", "points.csv");
        yield return Case("model of other tensors", 1, "encoder", "sample", "--model", "tensors.safetensors", "--out", "points.csv");
        yield return Case("truncated model", 1, "truncated.safetensors", "sample", "--model", "truncated.safetensors", "--out", "points.csv");
        yield return Case("empty model", 1, "empty.safetensors", "sample", "--model", "empty.safetensors", "--out", "points.csv");
        yield return Case("steps that contradict the model", 2, "--steps-max is 6", "sample", "--model", Model, "--steps-max", "6", "--out", "points.csv");

        yield return Case("export without a file", 2, "--onnx FILE is missing", "export", "--model", Model);
        yield return Case("export below a file", 1, "note.txt", "export", "--model", Model, "--onnx", "note.txt/model.onnx");
        yield return Case("export of no model", 2, "nothing.safetensors", "export", "--model", "nothing.safetensors", "--onnx", "model.onnx");
        yield return Case("export of an unknown step", 2, "--step is 'heun'; accepted is ddim", "export", "--model", Model, "--onnx", "model.onnx", "--step", "heun");
        yield return Case("import of nothing", 2, "--state FILE is missing", "import", "--model", Model, "--out", "points.csv");
        yield return Case("import of missing weights", 2, "nothing.safetensors", "import", "--state", "nothing.safetensors", "--model", Model, "--out", "points.csv");
        yield return Case("import by a map that is text", 1, "note.txt", "import", "--state", Model, "--names", "note.txt", "--model", Model, "--out", "points.csv");

        yield return Case("missing configuration", 2, "nothing.json", "train", "--config", "nothing.json");
        yield return Case("configuration that is text", 2, "note.txt", "train", "--config", "note.txt");
        yield return Case("configuration with an unknown entry", 2, "unknown.json", "train", "--config", "unknown.json");
        yield return Case("configuration with a bad value", 2, "bad.json", "train", "--config", "bad.json");
        yield return Case("configuration with null for a number", 2, "null.json", "train", "--config", "null.json");
        yield return Case("configuration with null for the steps", 2, "timesteps", "train", "--config", "null-steps.json");

        yield return Case("resume without checkpoint", 2, "checkpoint-T7.safetensors", "train", "--resume", "--steps-max", "7", "--out", "run");
        yield return Case("resume with other settings", 1, "the training of the checkpoint", ["train", "--resume", .. Same, "--seed", "1"]);
        yield return Case("resume with another schedule", 1, "schedule", ["train", "--resume", .. Same, "--schedule", "linear"]);
        yield return Case("resume from a truncated checkpoint", 1, "checkpoint-T5.safetensors", ["train", "--resume", .. Same[..^1], "truncated"]);

        yield return Case("points and mixture", 2, "--data and --mixture", "train", "--data", "nan.csv", "--mixture", "weights.json", "--out", "new");
        yield return Case("points and a set", 2, "--data and --dataset", "train", "--data", "nan.csv", "--dataset", "moons", "--out", "new");
        yield return Case("unknown set", 2, "--dataset is 'moon'; accepted is checkerboard, circles, gaussians, moons, spirals, swiss-roll", "train", "--dataset", "moon", "--out", "new");
        yield return Case("unknown network", 2, "--network is 'cnn'", "train", "--network", "cnn", "--out", "new");
        yield return Case("points that are not there", 2, "nothing.csv", "train", "--data", "nothing.csv", "--out", "new");
        yield return Case("points that are text", 1, "note.txt: the first line is 'Just a note.'", "train", "--data", "note.txt", "--out", "new");
        yield return Case("points with one that is no number", 1, "nan.csv: line 3: the right pixel is NaN; accepted", "all", "--data", "nan.csv", "--out", "new");
        yield return Case("weights that do not sum to 1", 1, "weights.json: The mixture cannot be read: The weights of the 1 components sum to 0.5", "train", "--mixture", "weights.json", "--out", "new");
        yield return Case("sigma below zero", 1, "sigma.json: The mixture cannot be read: The Sigma of a component is -1", "train", "--mixture", "sigma.json", "--out", "new");
        yield return Case("mixture with an unknown member", 1, "'Color'", "train", "--mixture", "member.json", "--out", "new");
        yield return Case("mixture of three dimensions", 1, "three.json: The mixture is not one of isotropic pixel pairs", "train", "--mixture", "three.json", "--out", "new");
        yield return Case("mixture out of reach", 1, "far.json: The mixture reaches to 1E+06", "train", "--mixture", "far.json", "--out", "new");
        yield return Case("configuration of points without them", 2, "data.csv", "train", "--config", "points.json", "--out", "new");
        yield return Case("figures of other data than the model's", 2, "was trained on", "figures", "--out", "run", "--mixture", "good.json");

        yield return Case("figures without folder", 2, "nowhere", "figures", "--out", "nowhere");
        yield return Case("figures without model", 2, "model-T7.safetensors", "figures", "--out", "run", "--steps-max", "7");
    }

    [OneTimeSetUp]
    public void Train_and_damage()
    {
        var trained = CommandLineProgram.Run(_folder[""], ["train", .. Same]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        var model = SafetensorsFile.Read<float>(_folder[Model]);
        SafetensorsFile.Write(_folder["architecture.safetensors"], model.Tensors, With(model.Metadata, "architecture", "mnist-unet"));
        SafetensorsFile.Write(_folder["foreign.safetensors"], new Dictionary<string, Tensor<float>> { ["w"] = Tensor<float>.From([2], 1, 2) }, new Dictionary<string, string>());
        SafetensorsFile.Write(_folder["tensors.safetensors"], model.Tensors.Where(tensor => !tensor.Key.StartsWith("encoder1", StringComparison.Ordinal)).ToDictionary(), model.Metadata);
        byte[] bytes = File.ReadAllBytes(_folder[Model]), checkpoint = File.ReadAllBytes(_folder[Checkpoint]);
        File.WriteAllBytes(_folder["truncated.safetensors"], bytes[..^1000]);
        File.WriteAllBytes(_folder["empty.safetensors"], []);
        _ = Directory.CreateDirectory(_folder["truncated"]);
        File.WriteAllBytes(_folder["truncated/checkpoint-T5.safetensors"], checkpoint[..(checkpoint.Length / 2)]);
        File.WriteAllText(_folder["note.txt"], "Just a note.\nOf two lines.\n");
        string configuration = File.ReadAllText(_folder["run/config.json"]);
        File.WriteAllText(_folder["unknown.json"], configuration.Replace("\"seed\"", "\"sead\"", StringComparison.Ordinal));
        File.WriteAllText(_folder["bad.json"], configuration.Replace("\"batch\": 32", "\"batch\": \"many\"", StringComparison.Ordinal));
        File.WriteAllText(_folder["null.json"], "null");
        File.WriteAllText(_folder["nan.csv"], "left,right,label\n1,2,0\n1,NaN,0\n");
        static string Mixture(string weight, string left, string sigma) => $$"""{"components":[{"weight":{{weight}},"left":{{left}},"right":0,"sigma":{{sigma}}}]}""";
        File.WriteAllText(_folder["good.json"], Mixture("1", "0", "1"));
        File.WriteAllText(_folder["weights.json"], Mixture("0.5", "0", "1"));
        File.WriteAllText(_folder["sigma.json"], Mixture("1", "0", "-1"));
        File.WriteAllText(_folder["far.json"], Mixture("1", "1e6", "1"));
        File.WriteAllText(_folder["three.json"], """{"components":[{"weight":1,"mean":[0,1,2],"sigma":0.5}]}""");
        File.WriteAllText(_folder["member.json"], Mixture("1", "0", "1, \"Color\": 3"));
        File.WriteAllText(_folder["points.json"], "{ \"data\": { \"points\": \"3 points, 2 classes, sha256 00\" } }");
        File.WriteAllText(_folder["null-steps.json"], "{ \"timesteps\": null }");
    }

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [TestCaseSource(nameof(Refused))]
    public void Is_refused_in_one_line(int code, string named, string[] arguments)
    {
        var before = Contents();
        var result = CommandLineProgram.Run(_folder[""], arguments);
        Assert.Multiple(() =>
        {
            Assert.That(result.Code, Is.EqualTo(code), result.Error);
            Assert.That(result.Error.TrimEnd('\r', '\n'), Does.Contain(named).And.Not.Contain("\n").And.Not.Contain("Exception"));
            Assert.That(result.Error, Does.EndWith(Environment.NewLine));
            Assert.That(result.Output, Is.Empty);
            Assert.That(Contents(), Is.EqualTo(before), "No file may be made, changed or deleted.");
        });
    }

    [TestCase("0x10")]
    [TestCase("1025")]
    public void Threads_of_the_environment_are_checked(string threads)
    {
        var before = Environment.GetEnvironmentVariable("DIFFUSION_THREADS");
        Environment.SetEnvironmentVariable("DIFFUSION_THREADS", threads);
        try
        {
            Assert.That(
                () => new Diffusion.TwoPixel.CommandLine.Commands(new CommandLineReporter(), default).Build().Parse(["figures", "--out", _folder["nowhere"]])
                    .Invoke(new() { EnableDefaultExceptionHandler = false }),
                Throws.TypeOf<Diffusion.Terminal.UsageException>().With.Message.Contains($"DIFFUSION_THREADS is '{threads}'"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("DIFFUSION_THREADS", before);
        }
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> metadata, string key, string value) =>
        new(metadata) { [key] = value };

    private SortedDictionary<string, string> Contents() => new(Directory
        .GetFiles(_folder[""], "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))));
}
