using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Models and checkpoints of the first version, whose settings of the training held those of the objective: they load as what they were.</summary>
public sealed class FirstFilesTests
{
    // As the first version wrote them, letter by letter.
    private const string Schedule = """{"Kind":"Cosine","Timesteps":10,"CosineOffset":0.008,"MaxBeta":0.999,"LinearStart":0.0001,"LinearEnd":0.02,"SigmoidStart":-3,"SigmoidEnd":3,"SigmoidTau":1}""";

    private static readonly TrainingConfiguration Settings = new() { Iterations = 9, Batch = 4, LearningRate = .002, Warmup = 2, LabelDropout = .1, Ema = .9, ClipGradients = 1, WeightDecay = .01, Seed = 6 };
    private static readonly NoiseSchedule Cosine = NoiseSchedule.Cosine(10);

    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("first").FullName, "file.safetensors");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [TestCase("Epsilon", "Discrete", "L2", 0, false, "simple", """{"Parameterisation":"Epsilon","Times":"Discrete","Loss":"L2"}""")]
    [TestCase("V", "Continuous", "Huber", 0, false, "simple", """{"Parameterisation":"V","Times":"Continuous","Loss":"Huber"}""")]
    [TestCase("X0", "Discrete", "L2", 5, false, "min-snr", """{"Parameterisation":"X0","Times":"Discrete","Gamma":5}""")]
    [TestCase("Epsilon", "Discrete", "L1", 0, true, "learned-variance", """{"Loss":"L1","BoundWeight":0.002}""")]
    public void A_model_loads_as_what_it_was(string asked, string times, string loss, double gamma, bool learns, string name, string settings)
    {
        var network = Network(learns);
        SafetensorsFile.Write(_path, StateDict.Of(network), First("diffusion-model-1", network, asked, times, loss, gamma));
        var model = ModelFile.Load<float>(_path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((model.Objective.Name, model.Objective.Settings), Is.EqualTo((name, settings)));
            Assert.That(model.Denoiser.Parameterisation.Name, Is.EqualTo(asked));
            Assert.That(model.Training, Is.EqualTo(Settings));
            Assert.That(model.Schedule.ToJson(), Is.EqualTo(Cosine.ToJson()));
            Assert.That(model.Data, Is.EqualTo(GaussianMixture.TwoPixel.ToJson()));
            Assert.That(model.Network.ConfigurationJson, Is.EqualTo(network.ConfigurationJson));
            Assert.That(Weights(model.Network), Is.EqualTo(Weights(network)));
        }

        // What is saved again is of this version, and says the same.
        ModelFile.Save(_path, model);
        var again = ModelFile.Load<float>(_path);
        Assert.That(SafetensorsFile.ReadHeader(_path).Metadata["format"], Is.EqualTo("diffusion-model-2"));
        Assert.That((again.Objective.Name, again.Objective.Settings, again.Training), Is.EqualTo((name, settings, Settings)));
    }

    [TestCase("Epsilon", 0)]
    [TestCase("V", 5)]
    public void A_checkpoint_goes_on_as_the_run_would_have(string asked, double gamma)
    {
        var of = asked == "V" ? Parameterisation.V : Parameterisation.Epsilon;
        IObjective<float> objective = gamma > 0 ? new MinSnrObjective<float>(gamma, of) : new SimpleObjective<float>(of);
        Trainer<float> Prepare(IObjective<float> what) => new(Network(false), Cosine, what, new MixtureSource<float>(GaussianMixture.TwoPixel), Settings);
        Trainer<float> whole = Prepare(objective), stopped = Prepare(objective);
        whole.Run();
        for (int i = 0; i < 5; i++)
            _ = stopped.Step();
        CheckpointFile.Save(_path, stopped);
        var metadata = First("diffusion-checkpoint-1", stopped.Network, asked, "Discrete", "L2", gamma);
        metadata["step"] = "5";
        SafetensorsFile.Write(_path, SafetensorsFile.Read<float>(_path).Tensors, metadata);

        var resumed = Prepare(objective);
        CheckpointFile.Resume(_path, resumed);
        Assert.That(resumed.StepsTaken, Is.EqualTo(5));
        resumed.Run();
        Assert.That(resumed.Losses, Is.EqualTo(whole.Losses));
        Assert.That(Weights(resumed.Network), Is.EqualTo(Weights(whole.Network)));

        // Of another objective it is not.
        foreach (var other in (IObjective<float>[])[new SimpleObjective<float>(Parameterisation.X0), new MinSnrObjective<float>(3, of), new FlowMatchingObjective<float>()])
            Assert.That(() => CheckpointFile.Resume(_path, Prepare(other)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("of the checkpoint differs"));
    }

    [Test]
    public void Damaged_files_of_the_first_version_are_refused()
    {
        var network = Network(false);
        var good = First("diffusion-model-1", network, "V", "Discrete", "L2", 0);
        using (Assert.EnterMultipleScope())
        {
            Refused("parameterisation", "X0", "the parameterisation is 'X0', but 'V' is needed");
            Refused("parameterisation", null, "no 'parameterisation'");
            Refused("training", "[]", "the training in the metadata is no object");
            Refused("training", "{", "cannot be read");
            Refused("training", good["training"].Replace("\"L2\"", "\"L7\"", StringComparison.Ordinal), "cannot be read");
            Refused("training", good["training"].Replace("\"Batch\":4", "\"Batch\":0", StringComparison.Ordinal), "Batch is 0");
            Refused("network", null, "no 'network'");
            Refused("format", "diffusion-model-0", "'diffusion-model-0', but 'diffusion-model-2' is needed");
            Refused("schedule", Schedule.Replace(":10,", ":11,", StringComparison.Ordinal), "the network is for T = 10, but the schedule has T = 11");
            Refused("architecture", "transformer", "no architecture 'transformer'; known are mlp, mnist-unet, two-pixel-unet");
        }

        void Refused(string key, string? value, string message)
        {
            var metadata = new Dictionary<string, string>(good);
            if (value is null)
                _ = metadata.Remove(key);
            else
                metadata[key] = value;
            SafetensorsFile.Write(_path, StateDict.Of(network), metadata);
            Assert.That(() => ModelFile.Load<float>(_path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message).And.Message.StartsWith(_path));
        }
    }

    private static Dictionary<string, string> First(string format, DenoisingNetwork<float> network, string asked, string times, string loss, double gamma) => new()
    {
        ["format"] = format,
        ["architecture"] = "two-pixel-unet",
        ["parameterisation"] = asked,
        ["network"] = network.ConfigurationJson,
        ["schedule"] = Schedule,
        ["data"] = GaussianMixture.TwoPixel.ToJson(),
        ["training"] = $$"""{"Iterations":9,"Batch":4,"LearningRate":0.002,"Warmup":2,"LabelDropout":0.1,"Ema":0.9,"Loss":"{{loss}}","Parameterisation":"{{asked}}","Times":"{{times}}","ClipGradients":1,"WeightDecay":0.01,"MinSnrGamma":{{gamma}},"BoundWeight":0.002,"Seed":6}""",
    };

    private static TwoPixelUNet<float> Network(bool learns) => new(new() { Timesteps = 10, Channels1 = 16, Channels2 = 64, Embedding = 8, LearnsVariance = learns }, new RandomSource(7));

    private static float[] Weights(DenoisingNetwork<float> network) => [.. network.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray())];
}
