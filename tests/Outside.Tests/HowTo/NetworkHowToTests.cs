using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.HowTo;

/// <summary>The code of docs/how-to/network.md.</summary>
public sealed class NetworkHowToTests
{
    private sealed class OwnImages : DenoisingNetwork<float>
    {
        private readonly int _width;
        private readonly StepEmbedding<float> _step;
        private readonly Conv2d<float> _first, _last;
        private readonly ResidualBlock<float> _block;

        public OwnImages(int width)
        {
            var weights = new WeightInitializer(new RandomSource(2));
            _width = width;
            _step = Register("step", new StepEmbedding<float>(32, 100, weights));
            _first = Register("first", new Conv2d<float>(1, width, 3, weights, padding: 1));
            _block = Register("block", new ResidualBlock<float>(width, width, 32, weights));
            _last = Register("last", new Conv2d<float>(width, 1, 3, weights, padding: 1));
        }

        public override string Architecture => "own-images";

        public override string ConfigurationJson => $"{_width}";

        public override Variable<float> Forward(Tape<float> tape, Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition) =>
            _last.Forward(_block.Forward(tape, _first.Forward(tape.Variable(xt)), ConditionRows.Combine(tape, _step.Forward(tape, t, xt.Shape[0]))));
    }

    [Test]
    public void A_network_of_blocks_learns_and_goes_through_a_file()
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "how-to-network.safetensors");
        var random = new RandomSource(1);
        var schedule = NoiseSchedule.Cosine(100);

        // Images of 8 x 8 that are light on one side.
        var images = Tensor<float>.Full([64, 8, 8, 1], -1);
        for (int i = 0; i < images.Length; i++)
            images.Span[i] = i % 8 < 4 == i / 64 % 2 < 1 ? 1 : -1;

        var settings = new TrainingConfiguration { Iterations = 150, Batch = 16, LearningRate = 5e-3, Ema = 0.9 };
        var trainer = new Trainer<float>(new OwnImages(16), schedule, new SimpleObjective<float>(Parameterisation.V), new TensorSource<float>(images), settings);
        trainer.Run();
        Assert.That(trainer.Losses.TakeLast(30).Average(), Is.LessThan(0.5 * trainer.Losses.Take(5).Average()));

        var trained = Model<float>.Of(trainer, new OwnImages(16));
        Architectures<float>.Register("own-images", configuration => new OwnImages(int.Parse(configuration)));
        ModelFile.Save(file, trained);
        var model = ModelFile.Load<float>(file);

        var x = random.At(0).Normal([4, 8, 8, 1]);
        Assert.That(model.Denoiser.Predict(x, [60]).X0.Span.SequenceEqual(trained.Denoiser.Predict(x, [60]).X0.Span));
    }

    [Test]
    public void A_UNet_has_the_sizes_that_it_is_given()
    {
        var random = new RandomSource(1);

        UNetLevel[] levels = [new() { Width = 16 }, new() { Width = 24, Blocks = 2, Attention = AttentionKind.Softmax, Heads = 4 }];
        var images = new UNet<float>(new UNetConfiguration { Height = 12, Width = 20, Channels = 3, Classes = 10, Levels = levels, Embedding = 32, Timesteps = 100 }, random);
        var sequences = new UNet1d<float>(new UNet1dConfiguration { Length = 50, Channels = 2, Levels = levels, Timesteps = 100 }, random);
        Console.WriteLine($"{images.ParameterCount} and {sequences.ParameterCount} numbers");

        Tensor<float> x = random.At(0).Normal([2, 12, 20, 3]), y = random.At(1).Normal([2, 50, 2]), three = Tensor<float>.Zeros(x.Shape), four = Tensor<float>.Zeros(x.Shape), output = Tensor<float>.Zeros(y.Shape);
        images.Evaluate(x, [50], 3, three);
        images.Evaluate(x, [50], 4, four);
        sequences.Evaluate(y, [50], default, output);
        Assert.That((three - four).Abs().Max(), Is.GreaterThan(1e-4), "classes tell");
        Assert.That(output.Abs().Max(), Is.GreaterThan(0));
        Assert.That(() => sequences.Evaluate(y, [50], 3, output), Throws.ArgumentException.With.Message.Contains("knows no classes"));
        Assert.That(images.ParameterCount, Is.GreaterThan(sequences.ParameterCount));
    }
}
