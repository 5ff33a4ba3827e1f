using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

/// <summary>Someone's own points: what is accepted, how batches are made of them, and models and checkpoints that belong to them.</summary>
public sealed class PointSourceTests
{
    private static readonly PointSet Set = new(Tensor<float>.From([5, 2, 1], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), new[] { 0, 1, 2, -1, 0 });

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("points").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private string File(string name) => Path.Combine(_folder, name);

    [Test]
    public void Every_epoch_shows_each_point_once_with_its_label()
    {
        // Batches of 3 of 5 points: five batches are three epochs.
        var seen = new List<(float Left, float Right, int Label)>();
        var source = new PointSource<double>(Set);
        for (int step = 0; step < 5; step++)
        {
            var x0 = Tensor<double>.Zeros(source.BatchShape(3));
            int[] labels = new int[3];
            source.Fill(x0, labels, values: null, new RandomSource(4).At(step));
            for (int i = 0; i < 3; i++)
                seen.Add(((float)x0.Span[2 * i], (float)x0.Span[(2 * i) + 1], labels[i]));
        }

        var all = new[] { (0f, 1f, 0), (2, 3, 1), (4, 5, 2), (6, 7, -1), (8, 9, 0) };
        using (Assert.EnterMultipleScope())
        {
            for (int epoch = 0; epoch < 3; epoch++)
                Assert.That(seen.Skip(5 * epoch).Take(5), Is.EquivalentTo(all));
            Assert.That(seen.Take(5), Is.Not.EqualTo(seen.Skip(5).Take(5)), "Each epoch has an order of its own.");
            Assert.That((source.Classes, Set.Count), Is.EqualTo((3, 5)));
        }
    }

    [Test]
    public void The_description_tells_sets_apart_and_nothing_else_is_one()
    {
        static string Of(float first, int label) => new PointSet(Tensor<float>.From([2, 2, 1], first, 1, 2, 3), new[] { 0, label }).Description;
        string described = Of(0, 1), again = Of(0, 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(described, Is.EqualTo(again).And.StartsWith("2 points, 2 classes, sha256 "));
            Assert.That(described, Is.Not.EqualTo(Of(0.5f, 1)).And.Not.EqualTo(Of(0, 0)));
            Assert.That(PointSet.IsDescription(Set.Description));
            Assert.That(PointSet.IsDescription(GaussianMixture.TwoPixel.ToJson()), Is.False);
            Assert.That(PointSet.IsDescription("5 points"), Is.False);
        }
    }

    [TestCase("", "the file is empty; accepted is a line of names")]
    [TestCase("left,right,label\n", "there are 0 points; at least 2")]
    [TestCase("left,right,label\n1,2,0\n", "there is 1 point; at least 2")]
    [TestCase("left,right,label\n1,2,0\n1,NaN,0\n", "line 3: the right pixel is NaN; accepted are numbers from -1000 to 1000")]
    [TestCase("left,right,label\n-1e30,2,0\n1,1,0\n", "line 2: the left pixel is -1E+30; accepted are")]
    [TestCase("left,right,label\n1,2,0\n1,2\n", "line 3 is '1,2', with 2 fields; accepted are 3, as the first line has names: 'left,right,label'")]
    [TestCase("left,right,label\n1,2,0\n1,2,-2\n", "line 3 has '-2' for label; accepted is a label: a whole number from -1")]
    [TestCase("left,right,label\n1,2,0\n1,2,1000\n", "line 3: the label is 1000; accepted are 0 to 999, and -1 for none")]
    [TestCase("left,right,label\n1,2,0\n1,2,2\n", "no point has the label 1, but one has 2")]
    public void A_file_that_is_no_set_is_refused(string text, string named)
    {
        System.IO.File.WriteAllText(File("bad.csv"), text);
        Assert.That(() => PointSet.Read(File("bad.csv")), Throws.TypeOf<InvalidDataException>().With.Message.Contains(named).And.Message.StartsWith(File("bad.csv")));
    }

    [Test]
    public void A_set_reads_back_as_itself()
    {
        PointFile.WriteCsv(File("set.csv"), Set.Points, Set.Labels.Span);
        Assert.That(PointSet.Read(File("set.csv")).Description, Is.EqualTo(Set.Description));
    }

    [Test]
    public void A_model_belongs_to_its_points()
    {
        var (network, schedule) = (new TwoPixelUNet<float>(new() { Timesteps = 5, Classes = 3 }, new RandomSource(1)), NoiseSchedule.Cosine(5));
        ModelFile.Save(File("model.safetensors"), new Model<float>(network, schedule, new SimpleObjective<float>(), new TrainingConfiguration(), Set.Description));
        var model = ModelFile.Load<float>(File("model.safetensors"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.Data, Is.EqualTo(Set.Description));
            Assert.That(model.Network.Classes, Is.EqualTo(3));
        }
    }

    [Test]
    public void A_stopped_run_goes_on_as_if_it_had_not_stopped_and_only_with_its_points()
    {
        var configuration = new TrainingConfiguration { Iterations = 6, Batch = 4, Seed = 2 };
        Trainer<float> Prepare(PointSet set) => new(
            new TwoPixelUNet<float>(new() { Timesteps = 5, Classes = 3 }, new RandomSource(2)), NoiseSchedule.Cosine(5), new SimpleObjective<float>(), new PointSource<float>(set), configuration);
        var whole = Prepare(Set);
        var stopped = Prepare(Set);
        for (int i = 0; i < 6; i++)
            _ = whole.Step();
        for (int i = 0; i < 4; i++)
            _ = stopped.Step();
        CheckpointFile.Save(File("checkpoint.safetensors"), stopped);
        var resumed = Prepare(Set);
        CheckpointFile.Resume(File("checkpoint.safetensors"), resumed);
        for (int i = 0; i < 2; i++)
            _ = resumed.Step();
        var other = new PointSet(Tensor<float>.From([3, 2, 1], 0, 1, 2, 3, 4, 5), new[] { 0, 1, 2 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(resumed.Losses, Is.EqualTo(whole.Losses));
            Assert.That(() => CheckpointFile.Resume(File("checkpoint.safetensors"), Prepare(other)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("the data of the checkpoint differs"));
        }
    }

    // As after a run in which a parameter was frozen for a step.
    [Test]
    public void A_checkpoint_has_the_steps_of_parameters_where_they_differ_from_those_of_the_run()
    {
        Trainer<float> Prepare() => new(
            new TwoPixelUNet<float>(new() { Timesteps = 5, Classes = 3 }, new RandomSource(2)), NoiseSchedule.Cosine(5), new SimpleObjective<float>(), new PointSource<float>(Set), new TrainingConfiguration { Iterations = 6, Batch = 4, Seed = 2 });
        string path = File("checkpoint.safetensors");
        var run = Prepare();
        _ = run.Step();
        _ = run.Step();
        CheckpointFile.Save(path, run);
        Assert.That(SafetensorsFile.ReadHeader(path).Metadata.Keys, Has.None.EqualTo("parameterSteps"), "files stay as they were");

        long[] steps = [.. run.Optimizer.ParameterSteps];
        steps[3] = 1;
        run.Optimizer.Resume(2, steps);
        CheckpointFile.Save(path, run);
        var resumed = Prepare();
        CheckpointFile.Resume(path, resumed);
        Assert.That(resumed.Optimizer.ParameterSteps, Is.EqualTo(steps));
        _ = run.Step();
        _ = resumed.Step();
        Assert.That(resumed.Network.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray()), Is.EqualTo(run.Network.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray())));

        var content = SafetensorsFile.Read<float>(path);
        foreach (string bad in (string[])["1,2", "", string.Join(',', steps).Replace('1', '3')])
        {
            SafetensorsFile.Write(path, content.Tensors, new Dictionary<string, string>(content.Metadata) { ["parameterSteps"] = bad });
            Assert.That(() => CheckpointFile.Resume(path, Prepare()), Throws.TypeOf<InvalidDataException>().With.Message.Contains("parameterSteps"));
        }
    }
}
