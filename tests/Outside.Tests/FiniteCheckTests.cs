using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>A step whose numbers are not finite: the first place is named, forward and backward, and a step that is well names nothing.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FiniteCheckTests
{
    private static readonly Tensor<float> X = new RandomSource(5).For(Purpose.Data).At(0).Normal<float>([4, 3]);

    private readonly Sequential<float> _net = Network();

    /// <summary>A block of its own, so that names have more than one part.</summary>
    private sealed class Block : Layer<float>
    {
        private readonly Linear<float> _inner;

        public Block(WeightInitializer weights) => _inner = Register("inner", new Linear<float>(8, 8, weights));

        /// <summary>What the values are multiplied with before the layer.</summary>
        public float Factor { get; set; } = 1;

        public override Variable<float> Forward(Variable<float> x) => _inner.Forward(x * Factor);
    }

    [Test]
    public void A_step_that_is_well_names_nothing_and_changes_nothing()
    {
        using var tape = Tape<float>.Start();
        var check = new FiniteCheck<float>(_net);
        var loss = _net.Forward(tape.Variable(X)).Square().Mean();
        Assert.That(check.Loss(loss), Is.Null);
        tape.Backward(loss);
        var before = _net.Parameters.Select(parameter => parameter.Gradient!.Clone()).ToList();
        Assert.That(check.Gradients(loss), Is.Null);
        foreach (var (parameter, gradient) in _net.Parameters.Zip(before))
            Assert.That(parameter.Gradient!.Span.ToArray(), Is.EqualTo(gradient.Span.ToArray()));
    }

    [TestCase("0.weight", float.NaN, "NaN")]
    [TestCase("0.bias", float.NaN, "NaN")]
    [TestCase("2.inner.weight", float.NaN, "NaN")]
    [TestCase("4.bias", float.PositiveInfinity, "Infinity")]
    public void A_value_that_is_planted_in_a_parameter_is_named(string name, float value, string loss)
    {
        var parameter = Parameter(name);
        parameter.Value.Span[0] = value;
        Assert.That(Forward(), Is.EqualTo($"the loss is {loss}; first not finite: the parameter {name}, 1 of {parameter.Shape.Length} values"));
    }

    [Test]
    public void What_overflows_later_is_named_where_it_does()
    {
        // Large, but finite up to the last layer.
        Parameter("2.inner.weight").Value.Span.Fill(1e20f);
        Parameter("4.weight").Value.Span.Fill(1e30f);
        Assert.That(Forward(), Does.Match("^the loss is (NaN|Infinity); first not finite: the output of 4 \\(Linear\\), [1-8] of 8 values$"));

        // And in the middle of the network, where an operation without parameters comes after a layer.
        var net = Network();
        ((Block)net.Children[2].Module).Factor = float.PositiveInfinity;
        Assert.That(Forward(net), Does.Match("^the loss is (NaN|Infinity); first not finite: the output of Scale after 0 \\(Linear\\), 32 of 32 values$"));
        net = Network();
        net.Parameters.First().Value.Span.Fill(1e5f);
        ((Block)net.Children[2].Module).Factor = float.MaxValue;
        Assert.That(Forward(net), Does.Match("^the loss is (NaN|Infinity); first not finite: the output of 2\\.inner \\(Linear\\), [0-9]+ of 32 values$"));
        ((Block)net.Children[2].Module).Factor = 1;
        using var tape = Tape<float>.Start();
        var loss = (net.Forward(tape.Variable(X)) * 1e30f).Square().Mean();
        Assert.That(new FiniteCheck<float>(net).Loss(loss), Is.EqualTo("the loss is Infinity; first not finite: the output of Squared after 4 (Linear), 8 of 8 values"));
    }

    [Test]
    public void Data_that_are_not_finite_are_named_as_such()
    {
        var x = X.Clone();
        x.Span[7] = float.NaN;
        foreach (var (name, place) in (IEnumerable<(string?, string)>)[(null, "an input of 0 (Linear) of shape [4, 3]"), ("points", "the input points")])
        {
            using var tape = Tape<float>.Start();
            var loss = _net.Forward(tape.Variable(x, name: name)).Mean();
            Assert.That(new FiniteCheck<float>(_net).Loss(loss), Is.EqualTo($"the loss is NaN; first not finite: {place}, 1 of 12 values"));
        }
    }

    [Test]
    public void A_gradient_that_is_infinite_names_the_parameter_or_the_layer_though_the_loss_is_finite()
    {
        // √w at 0: the slope is infinite. The layer before has a gradient of its own that is finite.
        using var tape = Tape<float>.Start();
        var check = new FiniteCheck<float>(_net);
        var bias = Parameter("4.bias");
        bias.Value.Span.Clear();
        var loss = bias.Sqrt().Sum() + _net.Forward(tape.Variable(X)).Square().Mean();
        Assert.That(check.Loss(loss), Is.Null);
        tape.Backward(loss);
        Assert.That(check.Gradients(loss), Does.Match("^the loss is [0-9.]+, but not all gradients are finite; first, going backward: that of the parameter 4.bias, 2 of 2 values$"));

        // √ of what the layer gives: from there back all is lost, and the layer's output is the first.
        var net = Network();
        foreach (var parameter in net.Children[4].Module.Parameters)
            parameter.Value.Span.Clear();
        var other = net.Forward(tape.Variable(X)).Sqrt().Sum();
        tape.Backward(other);
        Assert.That(new FiniteCheck<float>(net).Gradients(other), Is.EqualTo("the loss is 0, but not all gradients are finite; first, going backward: that of the output of 4 (Linear), 8 of 8 values"));
    }

    [Test]
    public void Large_gradients_are_no_fault()
    {
        // Their sum is beyond what a float holds, and each of them is not.
        using var tape = Tape<float>.Start();
        var layer = new Linear<float>(8, 8, new WeightInitializer(new RandomSource(2)));
        var loss = (layer.Weight * 1e38f).Sum() * 1e-3f * 1e3f;
        tape.Backward(loss);
        var gradient = layer.Weight.Gradient!.Clone();
        Assert.That(gradient.Sum(), Is.EqualTo(float.PositiveInfinity));
        Assert.That(new FiniteCheck<float>(layer).Gradients(loss), Is.Null);
        Assert.That(layer.Weight.Gradient!.Span.ToArray(), Is.EqualTo(gradient.Span.ToArray()));
    }

    [Test]
    public void Training_ends_with_the_step_and_the_place_and_leaves_the_weights()
    {
        Trainer<float> Prepare(double learningRate) => new(
            new MlpDenoiser<float>(new() { Dimensions = 2, Width = 8, Layers = 2, Timesteps = 5, Classes = 2 }, new RandomSource(4)), NoiseSchedule.Cosine(5), new SimpleObjective<float>(),
            new MixtureSource<float>(GaussianMixture.TwoPixel), new TrainingConfiguration { Iterations = 50, Batch = 8, LearningRate = learningRate, Warmup = 0 });
        var trainer = Prepare(1e-3);
        _ = trainer.Step();
        _ = trainer.Step();
        var (name, parameter) = trainer.Network.NamedParameters.Last(named => named.Name.EndsWith("weight", StringComparison.Ordinal));
        parameter.Value.Span[1] = float.NaN;
        float[] before = parameter.Value.Span.ToArray();
        Assert.That(() => trainer.Run(), Throws.InvalidOperationException.With.Message.StartsWith($"Step 3: the loss is NaN; first not finite: the parameter {name}, 1 of {parameter.Shape.Length} values."));
        Assert.That(parameter.Value.Span.ToArray(), Is.EqualTo(before));
        Assert.That(trainer.StepsTaken, Is.EqualTo(2));

        // A rate at which weights overflow by themselves: the step and some place are named, whatever they are.
        Assert.That(() => Prepare(1e30).Run(), Throws.InvalidOperationException.With.Message.Matches("^Step [0-9]+: the loss is (NaN|-?Infinity); first not finite: the output of .+, [0-9,]+ of [0-9,]+ values\\. .*smaller learning rate than 1E\\+30 may help\\.$"));
    }

    private static Sequential<float> Network()
    {
        var weights = new WeightInitializer(new RandomSource(1));
        return new(new Linear<float>(3, 8, weights), new Tanh<float>(), new Block(weights), new SiLU<float>(), new Linear<float>(8, 2, weights));
    }

    private Parameter<float> Parameter(string name) => _net.NamedParameters.Single(named => named.Name == name).Parameter;

    private string? Forward(Sequential<float>? net = null)
    {
        using var tape = Tape<float>.Start();
        return new FiniteCheck<float>(net ?? _net).Loss((net ?? _net).Forward(tape.Variable(X)).Square().Mean());
    }
}
