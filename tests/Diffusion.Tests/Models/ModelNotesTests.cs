using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Models;

/// <summary>What users keep beside a model goes through its file, whatever its names are.</summary>
public sealed class ModelNotesTests
{
    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("notes").FullName, "model.safetensors");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    private static Model<float> Model => new(
        new MlpDenoiser<float>(new() { Dimensions = 2, Width = 8, Timesteps = 20 }, new RandomSource(4)), NoiseSchedule.Cosine(20), new SimpleObjective<float>(), new TrainingConfiguration(), "points");

    [Test]
    public void Notes_come_back_as_they_were()
    {
        var notes = new Dictionary<string, string> { ["classes"] = "[\"Äpfel\",\"a \\\"quote\\\"\"]", ["empty"] = "", [""] = "no name", ["note.deep"] = "line\nbreak", ["日本"] = "\u0001" };
        ModelFile.Save(_path, Model with { Notes = notes });
        Assert.That(ModelFile.Load<float>(_path).Notes, Is.EquivalentTo(notes));
        Assert.That(ModelFile.Load<double>(_path).Notes, Is.EquivalentTo(notes), "of another number type too");

        // What is read may be saved again, and a model without notes has none.
        ModelFile.Save(_path, ModelFile.Load<float>(_path), SafetensorsType.F16);
        Assert.That(ModelFile.Load<float>(_path).Notes, Is.EquivalentTo(notes));
        ModelFile.Save(_path, Model);
        Assert.That(ModelFile.Load<float>(_path).Notes, Is.Empty);
    }

    // The keys of the file are its own: a note that is called the same stands beside them.
    [Test]
    public void A_note_has_the_name_of_a_key_of_the_file_and_does_not_change_it()
    {
        ModelFile.Save(_path, Model);
        var plain = SafetensorsFile.ReadHeader(_path).Metadata;
        var notes = plain.Keys.ToDictionary(key => key, _ => "of one's own");
        Assert.That(notes.Keys, Is.SupersetOf((string[])["format", "architecture", "network", "schedule", "objective", "data", "training"]));
        ModelFile.Save(_path, Model with { Notes = notes });
        var read = ModelFile.Load<float>(_path);
        Assert.That(read.Notes, Is.EquivalentTo(notes));
        Assert.That(read.Data, Is.EqualTo("points"));
        var metadata = SafetensorsFile.ReadHeader(_path).Metadata;
        foreach (var (key, value) in plain)
            Assert.That(metadata[key], Is.EqualTo(value), key);
    }
}
