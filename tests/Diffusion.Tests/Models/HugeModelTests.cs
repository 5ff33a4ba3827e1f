using System.Text.Json.Nodes;
using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Nn.Serialization;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Models;

/// <summary>A small file whose metadata ask for a huge network: it is refused before memory is taken for one.</summary>
public sealed class HugeModelTests
{
    // Of a file of some kilobytes; building any of these networks takes from twice as much to gigabytes.
    private const long MostBytes = 8 << 20;

    private static readonly RandomSource Random = new(4);

    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("huge").FullName, "model.safetensors");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [TestCase("Width", 32_000)]
    [TestCase("Layers", 1000)]
    [TestCase("Dimensions", 65_536)]
    [TestCase("ConditionFeatures", 65_536)]
    public void A_model(string name, int value)
    {
        var network = new MlpDenoiser<float>(new() { Dimensions = 2, Width = 64, Timesteps = 20, Classes = 2, ConditionFeatures = 1 }, Random);
        ModelFile.Save(_path, new Model<float>(network, NoiseSchedule.Cosine(20), new SimpleObjective<float>(), new TrainingConfiguration(), "points"));
        Refused("network", name, value, () => ModelFile.Load<float>(_path));
    }

    [Test]
    public void A_classifier_of_images()
    {
        var configuration = new ImageClassifierConfiguration { Height = 8, Width = 8, Channels = 1, Classes = 2, Widths = [8], Features = 4 };
        ClassifierFile.Save(_path, new ImageClassifier<float>(configuration, Random), new ClassifierTrainingConfiguration());
        Refused("network", "Features", 4096, () => ClassifierFile.Load<float>(_path));
        ClassifierFile.Save(_path, new NoisyImageClassifier<float>(configuration, 20, Random), NoiseSchedule.Cosine(20));
        Refused("network", "Features", 4096, () => ClassifierFile.LoadNoisy<float>(_path));
    }

    [Test]
    public void A_classifier_of_noisy_points()
    {
        NoisyClassifierFile.Save(_path, new NoisyClassifierModel<float>(new TwoPixelClassifier<float>(2, 20, Random, 4), NoiseSchedule.Cosine(20), GaussianMixture.TwoPixel, new TrainingConfiguration()));
        Refused("features", null, 40_000, () => NoisyClassifierFile.Load<float>(_path));
    }

    [Test]
    public void The_limit_is_that_of_its_thread_and_ends_with_it()
    {
        Assert.Throws<InvalidDataException>(() => WeightInitializer.WithAtMost(99, () => WeightInitializer.Zeros<float>([10, 10])));
        Assert.That(WeightInitializer.WithAtMost(100, () => WeightInitializer.Zeros<float>([10, 10])).Length, Is.EqualTo(100));
        Assert.Throws<InvalidDataException>(() => WeightInitializer.WithAtMost(127, () => (WeightInitializer.Zeros<float>([1]), WeightInitializer.Zeros<float>([1]))), "a weight takes the memory of 64 numbers");
        Assert.That(() => WeightInitializer.WithAtMost<object>(1, null!), Throws.ArgumentNullException);
        Assert.That(WeightInitializer.Zeros<float>([1000]).Length, Is.EqualTo(1000));
    }

    // The same tensors under other metadata: one number of a JSON object, or all of an entry.
    private void Refused(string entry, string? name, int value, Action load)
    {
        Assert.DoesNotThrow(() => load());
        var content = SafetensorsFile.Read<float>(_path);
        var metadata = new Dictionary<string, string>(content.Metadata);
        if (name is null)
        {
            metadata[entry] = $"{value}";
        }
        else
        {
            var json = JsonNode.Parse(metadata[entry])!.AsObject();
            Assert.That(json.ContainsKey(name), Is.True, metadata[entry]);
            json[name] = value;
            metadata[entry] = json.ToJsonString();
        }

        SafetensorsFile.Write(_path, content.Tensors, metadata);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => load())!;
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostBytes));
        Assert.That(error.Message, Does.StartWith(_path).And.Contain("far more weights than the file holds").And.Not.Contain("\n"));
    }
}
