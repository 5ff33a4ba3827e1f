using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Models;

public sealed class MnistClassifierTests
{
    private static readonly MnistClassifierConfiguration Small = new() { Widths = [8, 8, 16], Features = 12 };

    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("classifier").FullName, "classifier.safetensors");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Test]
    public void The_default_is_small_enough_for_the_repository()
    {
        var classifier = new MnistClassifier<float>(new(), new RandomSource(1));
        Assert.That(classifier.ParameterCount, Is.EqualTo(372_010));
        ClassifierFile.Save(_path, classifier, new());
        Assert.That(new FileInfo(_path).Length, Is.LessThan(1 << 20));
    }

    // ⟨gradient, v⟩ over all weights against a central difference of the loss along v, in double.
    [Test]
    public void The_gradient_of_all_weights_is_right()
    {
        var classifier = new MnistClassifier<double>(Small, new RandomSource(2));
        var images = new RandomSource(3).For(Purpose.Data).At(0).Normal<double>([3, 28, 28, 1]);
        var directions = classifier.Parameters.Select((parameter, i) => new RandomSource(4).For(Purpose.Metrics).At(i).Normal<double>(parameter.Shape)).ToArray();
        double slope;
        using (var tape = Tape<double>.Start())
        {
            tape.Backward(Loss.CrossEntropy(classifier.Forward(tape, images).Logits, [1, 9, 4]));
            slope = classifier.Parameters.Zip(directions).Sum(pair => pair.First.Gradient!.Multiply(pair.Second).Sum());
        }

        double At(double step)
        {
            Move(step);
            using var tape = Tape<double>.StartInference();
            double loss = Loss.CrossEntropy(classifier.Forward(tape, images).Logits, [1, 9, 4]).Value.ToScalar();
            Move(-step);
            return loss;
        }

        void Move(double step)
        {
            foreach (var (parameter, direction) in classifier.Parameters.Zip(directions))
            {
                for (int i = 0; i < direction.Length; i++)
                    parameter.Value.Span[i] += step * direction.Span[i];
            }
        }

        Assert.That((At(1e-6) - At(-1e-6)) / 2e-6, Is.EqualTo(slope).Within(1e-5 * Math.Abs(slope)));
    }

    [Test]
    public void A_set_is_classified_as_its_images_are_in_batches_of_any_size()
    {
        var classifier = new MnistClassifier<float>(Small, new RandomSource(2));
        var set = Shapes(150, seed: 1);
        var (features, classes) = classifier.Classify(set);
        var (again, sameClasses) = classifier.Classify(set.ToTensor<float>());
        var (last, lastClass) = classifier.Classify(set.Range(149, 150));
        Assert.That(features.Shape, Is.EqualTo(new Shape(150, 12)));
        Assert.That(again.Span.SequenceEqual(features.Span));
        Assert.That(sameClasses, Is.EqualTo(classes));
        Assert.That(last.Span.ToArray(), Is.EqualTo(features.Rows(149, 150).Span.ToArray()).Within(1e-5), "one image alone may be convolved in another way");
        Assert.That(lastClass[0], Is.EqualTo(classes[149]));
        int right = classes.Index().Count(item => item.Item == set.Labels.Span[item.Index]);
        Assert.That(classifier.Accuracy(set), Is.EqualTo(right / 150.0));
        Assert.That(() => classifier.Classify(Tensor<float>.Zeros([2, 27, 28, 1])), Throws.ArgumentException.With.Message.Contains("[2, 27, 28, 1]"));
    }

    // Bars at ten places, which sixty steps tell apart.
    [Test]
    public void Training_learns_and_repeats_to_the_bit()
    {
        var configuration = new ClassifierTrainingConfiguration { Iterations = 60, Batch = 32, HeldOut = 100, LearningRate = 5e-3, Warmup = 10, Ema = 0.9, MaxShift = 0.5, MaxTurn = 2, MaxScale = 0.02, Seed = 3 };
        var set = Shapes(500, seed: 2);
        ClassifierTrainer<float> Train()
        {
            var trainer = new ClassifierTrainer<float>(Small, set, configuration);
            trainer.Run();
            return trainer;
        }

        var averaged = Train().Averaged();
        Assert.That(averaged.Accuracy(set.Range(400, 500)), Is.GreaterThan(0.95), "of images that training has not seen");
        Assert.That(StateDict.Of(Train().Averaged())["classes.weight"].Span.SequenceEqual(StateDict.Of(averaged)["classes.weight"].Span));
        Assert.That(() => new ClassifierTrainer<float>(Small, set, configuration with { HeldOut = 500 }), Throws.ArgumentException.With.Message.Contains("500 of 500"));
        Assert.That(() => new ClassifierTrainer<float>(Small with { Classes = 9 }, set, configuration), Throws.ArgumentException.With.Message.Contains("9 classes"));
    }

    [Test]
    public void A_file_reads_back_rounded_to_half_precision()
    {
        var classifier = new MnistClassifier<float>(Small, new RandomSource(5));
        ClassifierFile.Save(_path, classifier, new() { Seed = 77 });
        var (read, training) = ClassifierFile.Load<float>(_path);
        Assert.That(training.Seed, Is.EqualTo(77));
        Assert.That(read.Configuration.Widths, Is.EqualTo(Small.Widths));
        foreach (var (before, after) in classifier.Parameters.Zip(read.Parameters))
            Assert.That(after.Value.Span.ToArray(), Is.EqualTo(before.Value.Span.ToArray().Select(weight => (float)(Half)weight)));
    }

    [Test]
    public void Other_files_are_refused()
    {
        var state = StateDict.Of(new MnistClassifier<float>(Small, new RandomSource(5)));
        SafetensorsFile.Write(_path, state);
        Assert.That(() => ClassifierFile.Load<float>(_path), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(_path).And.Message.Contains("no 'format'"));
        SafetensorsFile.Write(_path, state, new Dictionary<string, string> { ["format"] = "diffusion-model-1" });
        Assert.That(() => ClassifierFile.Load<float>(_path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'diffusion-model-1', but 'diffusion-classifier-1'"));

        ClassifierFile.Save(_path, new MnistClassifier<float>(Small, new RandomSource(5)), new());
        var metadata = new Dictionary<string, string>(SafetensorsFile.Read<float>(_path).Metadata) { ["network"] = "{\"Widths\":[7,8,8],\"Features\":12,\"Classes\":10}" };
        SafetensorsFile.Write(_path, state, metadata);
        Assert.That(() => ClassifierFile.Load<float>(_path), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(_path).And.Message.Contains("[7, 8, 8]"));
        metadata["network"] = "{\"Widths\":[8,8,8],\"Features\":12,\"Classes\":10}";
        SafetensorsFile.Write(_path, state, metadata);
        Assert.That(() => ClassifierFile.Load<float>(_path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("another architecture"));
        byte[] bytes = File.ReadAllBytes(_path);
        File.WriteAllBytes(_path, bytes[..(bytes.Length / 2)]);
        Assert.That(() => ClassifierFile.Load<float>(_path), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void Augmentation_of_nothing_changes_nothing_and_a_large_shift_brings_background()
    {
        var image = new RandomSource(6).For(Purpose.Data).At(0).Uniform<double>([1, 28, 28, 1]);
        var changed = Tensor<double>.Zeros(image.Shape);
        new ImageAugmentation(0, 0, 0).Apply(image, changed, new RandomSource(7).For(Purpose.Noise).At(0));
        Assert.That(changed.Span.ToArray(), Is.EqualTo(image.Span.ToArray()).Within(1e-14));

        new ImageAugmentation(100, 0, 0).Apply(image, changed, new RandomSource(8).For(Purpose.Noise).At(0));
        Assert.That(changed.Span.ToArray().Count(pixel => pixel == -1), Is.GreaterThan(600));
        Assert.That(() => new ImageAugmentation(1, 1, 0).Apply(image, Tensor<double>.Zeros([1, 28, 28, 2]), default), Throws.ArgumentException);
    }

    // A bar whose height says the class, in noise.
    private static MnistSet Shapes(int count, int seed)
    {
        var random = new Random(seed);
        byte[] images = new byte[count * 784], labels = new byte[count];
        for (int n = 0; n < count; n++)
        {
            labels[n] = (byte)random.Next(10);
            for (int i = 0; i < 784; i++)
                images[(n * 784) + i] = (byte)((i / 28 / 2) - 2 == labels[n] ? 200 + random.Next(56) : random.Next(56));
        }

        return new MnistSet(images, labels);
    }
}
