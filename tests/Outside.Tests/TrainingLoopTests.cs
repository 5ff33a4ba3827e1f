using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>What someone who knows PyTorch writes on the first day: a network, a loss and a loop of their own.</summary>
public sealed class TrainingLoopTests
{
    private static readonly RandomSource Random = new(3);

    /// <summary>A linear layer whose weight is normalised, W = g·v/‖v‖ (arXiv:1602.07868): a function of parameters alone.</summary>
    private sealed class NormalisedLinear : Layer<double>
    {
        private readonly Parameter<double> _direction, _size;

        public NormalisedLinear(int inputs, int outputs, WeightInitializer weights)
        {
            _direction = Register("direction", new Parameter<double>(weights.Normal<double>([inputs, outputs]), WeightLayout.Linear));
            _size = Register("size", new Parameter<double>(Tensor<double>.Full([outputs], 1)));
        }

        public override Variable<double> Forward(Variable<double> x)
        {
            var norms = (_direction * _direction).Sum(0, keepDimensions: true).Sqrt();
            return x.MatMul(_direction * (_size / norms));
        }
    }

    [Test]
    public void A_network_with_an_own_layer_learns_with_a_penalty()
    {
        var weights = new WeightInitializer(Random);
        var net = new Sequential<double>(new NormalisedLinear(2, 16, weights), new Tanh<double>(), new Linear<double>(16, 1, weights));
        var optimiser = new AdamW<double>(net.Parameters) { LearningRate = 2e-2, WeightDecay = 0 };
        var x = Random.For(Purpose.Data).At(0).Normal<double>([64, 2]).Tanh();
        var y = x[.., ..1] * x[.., 1..].Square();

        double Step(double penalty)
        {
            using var tape = Tape<double>.Start();
            var loss = Loss.MeanSquared(net.Forward(tape.Variable(x)), y);
            var all = loss;
            foreach (var parameter in net.Parameters)
                all += penalty * parameter.Square().Sum();
            tape.Backward(all);
            optimiser.Step();
            return loss.Value.ToScalar();
        }

        double first = Step(1e-4), last = first;
        for (int step = 0; step < 1000; step++)
            last = Step(1e-4);
        Assert.That(last, Is.LessThan(first / 20));

        // A penalty alone, of nothing but parameters, shrinks them.
        double before = net.Parameters.Sum(parameter => (parameter.Value * parameter.Value).Sum());
        for (int step = 0; step < 50; step++)
        {
            using var tape = Tape<double>.Start();
            tape.Backward(net.Parameters.Select(parameter => parameter.Square().Sum()).Aggregate((a, b) => a + b));
            optimiser.Step();
        }

        Assert.That(net.Parameters.Sum(parameter => (parameter.Value * parameter.Value).Sum()), Is.LessThan(0.6 * before));
    }

    [Test]
    public void Frozen_parameters_stay_and_groups_have_their_own_rate()
    {
        var weights = new WeightInitializer(Random);
        Linear<double> body = new(3, 4, weights), head = new(4, 2, weights), frozen = new(4, 4, weights);
        var net = new Sequential<double>(body, frozen, head);
        foreach (var parameter in frozen.Parameters)
            parameter.RequiresGradient = false;
        var optimiser = new Sgd<double>([new ParameterGroup<double>(body.Parameters, 0.1), new ParameterGroup<double>(head.Parameters), new ParameterGroup<double>(frozen.Parameters)]) { LearningRate = 0.5 };
        var before = net.Parameters.Select(parameter => parameter.Value.Clone()).ToArray();
        Tensor<double>[] gradients;
        using (var tape = Tape<double>.Start())
        {
            tape.Backward(net.Forward(tape.Variable(Tensor<double>.Ones([5, 3]))).Square().Mean());
            gradients = [.. net.Parameters.Select(parameter => parameter.Gradient?.Clone() ?? Tensor<double>.Zeros(parameter.Shape))];
            optimiser.Step();
        }

        double[] rates = [0.1, 0.1, 0, 0, 0.5, 0.5];
        var after = net.Parameters.ToArray();
        for (int i = 0; i < after.Length; i++)
            Assert.That((after[i].Value - before[i] + (rates[i] * gradients[i])).Abs().Max(), Is.LessThan(1e-15), $"parameter {i}");
        Assert.That(gradients[4].Abs().Max(), Is.GreaterThan(0));
        Assert.That((gradients[2].Abs().Max(), gradients[3].Abs().Max()), Is.EqualTo((0.0, 0.0)));
    }

    // Gradients of halves of a batch, each with half the weight, are that of the whole.
    [Test]
    public void Gradients_of_small_batches_add_up_to_that_of_a_large_one()
    {
        var net = new Linear<double>(3, 1, new WeightInitializer(Random));
        var x = Random.For(Purpose.Data).At(1).Normal<double>([8, 3]);
        using (var tape = Tape<double>.Start())
            tape.Backward(net.Forward(tape.Variable(x)).Square().Mean());
        var whole = net.Weight.Gradient!.Clone();
        net.ZeroGradients();
        Assert.That(net.Weight.Gradient, Is.Null);
        foreach (var half in (Tensor<double>[])[x[..4], x[4..]])
        {
            using var tape = Tape<double>.Start();
            tape.Backward(net.Forward(tape.Variable(half)).Square().Mean() / 2);
        }

        Assert.That((net.Weight.Gradient! - whole).Abs().Max(), Is.LessThan(1e-15));
    }

    // A generative adversarial step: two losses, two optimisers, one of them stepping in between.
    [Test]
    public void A_step_between_two_passes_that_would_spoil_the_second_is_an_exception()
    {
        var weights = new WeightInitializer(Random);
        Linear<double> generator = new(2, 2, weights), critic = new(2, 1, weights);
        var ofCritic = new Sgd<double>(critic.Parameters) { LearningRate = 0.1 };
        using var tape = Tape<double>.Start();
        var fake = generator.Forward(tape.Variable(Tensor<double>.Ones([4, 2])));
        var score = critic.Forward(fake).Mean();
        var realLoss = critic.Forward(tape.Variable(Tensor<double>.Ones([4, 2]))).Square().Mean();
        tape.Backward(realLoss);
        ofCritic.Step();
        Assert.That(() => tape.Backward(score), Throws.InvalidOperationException.With.Message.Contains("written to before the backward pass"));
        Assert.That(generator.Weight.Gradient, Is.Null);

        tape.Backward(critic.Forward(fake).Mean());
        Assert.That(generator.Weight.Gradient, Is.Not.Null);
    }
}
