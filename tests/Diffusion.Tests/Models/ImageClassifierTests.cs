using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Nn.Serialization;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Models;

public sealed class ImageClassifierTests
{
    private static readonly ImageClassifierConfiguration Digits = new() { Height = 28, Width = 28, Channels = 1, Classes = 10 };

    private static readonly ImageClassifierConfiguration Small = Digits with { Widths = [8, 8, 16], Features = 12 };

    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("classifier").FullName, "classifier.safetensors");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Test]
    public void The_default_is_small_enough_for_the_repository()
    {
        var classifier = new ImageClassifier<float>(Digits, new RandomSource(1));
        Assert.That(classifier.ParameterCount, Is.EqualTo(372_010));
        ClassifierFile.Save(_path, classifier, new());
        Assert.That(new FileInfo(_path).Length, Is.LessThan(1 << 20));
    }

    // ⟨gradient, v⟩ over all weights against a central difference of the loss along v, in double.
    [Test]
    public void The_gradient_of_all_weights_is_right()
    {
        var classifier = new ImageClassifier<double>(Small, new RandomSource(2));
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

    // Written down once: another order of layers has other numbers.
    [Test]
    public void Its_layers_keep_their_order()
    {
        var images = new RandomSource(3).For(Purpose.Data).At(0).Normal<double>([1, 28, 28, 1]);
        using var tape = Tape<double>.StartInference();
        var logits = new ImageClassifier<double>(Small, new RandomSource(2)).Forward(tape, images).Logits.Value;
        Assert.That(logits.Span[..3].ToArray(), Is.EqualTo((double[])[-0.24321476362720795, 0.12903745860944807, -0.03261910472482524]).Within(1e-9));
    }

    [Test]
    public void A_set_is_classified_as_its_images_are_in_batches_of_any_size()
    {
        var classifier = new ImageClassifier<float>(Small, new RandomSource(2));
        var set = BarImages.Draw(150, seed: 1);
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
        var set = BarImages.Draw(500, seed: 2);
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
        var classifier = new ImageClassifier<float>(Small, new RandomSource(5));
        ClassifierFile.Save(_path, classifier, new() { Seed = 77 });
        var (read, training) = ClassifierFile.Load<float>(_path);
        Assert.That(training.Seed, Is.EqualTo(77));
        Assert.That(read.Configuration.Widths, Is.EqualTo(Small.Widths));
        foreach (var (before, after) in classifier.Parameters.Zip(read.Parameters))
            Assert.That(after.Value.Span.ToArray(), Is.EqualTo(before.Value.Span.ToArray().Select(weight => (float)(Half)weight)));
    }

    // As earlier versions wrote them, who knew digits only.
    [Test]
    public void A_file_of_an_earlier_version_is_read()
    {
        var classifier = new ImageClassifier<float>(Small, new RandomSource(5));
        SafetensorsFile.Write(_path, StateDict.Of(classifier), new Dictionary<string, string>
        {
            ["format"] = "diffusion-classifier-1",
            ["architecture"] = "mnist-classifier",
            ["network"] = "{\"Widths\":[8,8,16],\"Features\":12,\"Classes\":10}",
            ["training"] = "{\"Seed\":4,\"HeldOut\":77}",
        });
        var (read, training) = ClassifierFile.Load<float>(_path);
        Assert.That(read.Configuration with { Widths = Small.Widths }, Is.EqualTo(Small));
        Assert.That(training, Is.EqualTo(new ClassifierTrainingConfiguration { Seed = 4, HeldOut = 77 }), "the rest is as it was");

        var noisy = new NoisyImageClassifier<float>(Digits with { Features = 128 }, 20, new RandomSource(6));
        SafetensorsFile.Write(_path, StateDict.Of(noisy), new Dictionary<string, string>
        {
            ["format"] = "diffusion-classifier-1",
            ["architecture"] = "mnist-noisy-classifier",
            ["schedule"] = NoiseSchedule.Cosine(20).ToJson(),
        });
        Assert.That(StateDict.Of(ClassifierFile.LoadNoisy<float>(_path).Classifier)["hidden.weight"].Span.SequenceEqual(StateDict.Of(noisy)["hidden.weight"].Span));
    }

    [Test]
    public void Coloured_images_of_any_extents_are_told_apart()
    {
        var sizes = new ImageClassifierConfiguration { Height = 9, Width = 13, Channels = 3, Classes = 2, Widths = [8, 8], Features = 4 };
        var images = new RandomSource(3).For(Purpose.Data).At(0).Uniform<float>([40, 9, 13, 3]);
        for (int i = 0; i < images.Length; i += 3)
            images.Span[i] = i / images.Rows(0, 1).Length % 2;
        var set = ImageSet.Of(images, Enumerable.Range(0, 40).Select(i => i % 2).ToArray());
        var trainer = new ClassifierTrainer<float>(sizes, set, new() { Iterations = 30, Batch = 16, HeldOut = 10, LearningRate = 1e-2, Warmup = 2, Ema = 0.8, Background = null });
        trainer.Run();
        Assert.That(trainer.Averaged().Accuracy(set.Range(30, 40)), Is.EqualTo(1), "one class has red of 0, the other of 1");
        Assert.That(() => new ImageClassifier<float>(sizes with { Widths = [8, 8, 8, 8, 8] }, new RandomSource(1)), Throws.ArgumentException.With.Message.Contains("9 x 13"));
        Assert.That(() => new ClassifierTrainer<float>(sizes, ImageSet.Of(images), new() { HeldOut = 1 }), Throws.ArgumentException.With.Message.Contains("no label"));
    }

    [Test]
    public void Other_files_are_refused()
    {
        var state = StateDict.Of(new ImageClassifier<float>(Small, new RandomSource(5)));
        SafetensorsFile.Write(_path, state);
        Assert.That(() => ClassifierFile.Load<float>(_path), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(_path).And.Message.Contains("no 'format'"));
        SafetensorsFile.Write(_path, state, new Dictionary<string, string> { ["format"] = "diffusion-model-1" });
        Assert.That(() => ClassifierFile.Load<float>(_path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'diffusion-model-1', but 'diffusion-classifier-1'"));

        ClassifierFile.Save(_path, new ImageClassifier<float>(Small, new RandomSource(5)), new());
        string network = SafetensorsFile.Read<float>(_path).Metadata["network"];
        var metadata = new Dictionary<string, string>(SafetensorsFile.Read<float>(_path).Metadata) { ["network"] = network.Replace("[8,8,16]", "[7,8,8]", StringComparison.Ordinal) };
        SafetensorsFile.Write(_path, state, metadata);
        Assert.That(() => ClassifierFile.Load<float>(_path), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(_path).And.Message.Contains("[7, 8, 8]"));
        metadata["network"] = network.Replace("[8,8,16]", "[8,8,8]", StringComparison.Ordinal);
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

        // Without a background the edge goes on: the mean of an image of one colour stays.
        var colour = Tensor<double>.Zeros([1, 5, 6, 3]);
        for (int i = 0; i < colour.Length; i++)
            colour.Span[i] = (i % 3) - 1;
        var moved = Tensor<double>.Zeros(colour.Shape);
        new ImageAugmentation(3, 20, 0.2) { Background = null }.Apply(colour, moved, new RandomSource(8).For(Purpose.Noise).At(0));
        Assert.That(moved.Span.ToArray(), Is.EqualTo(colour.Span.ToArray()).Within(1e-14));
        Assert.That(() => new ImageAugmentation(1, 1, 0).Apply(image, Tensor<double>.Zeros([1, 28, 28, 2]), default), Throws.ArgumentException);
    }
}
