using Diffusion.Autograd;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>An operation that is written by a user: x³, with its derivative by hand.</summary>
public sealed class OwnOperationTests
{
    private sealed class Cube(Variable<double> x) : Operation<double>
    {
        public override IReadOnlyList<Variable<double>> Inputs => [x];

        public static Variable<double> Of(Variable<double> x) => new Cube(x).Record(x.Value.Map(value => value * value * value));

        // dx += 3x²·dy
        public override void Backward(Tensor<double> dOut, GradientSink<double> sink) => sink.Add(x, dOut * x.Value.Map(value => 3 * value * value));
    }

    [Test]
    public void Its_gradient_is_checked_like_any_other()
    {
        var report = GradientCheck.Run(v => Cube.Of(v[0]) * Cube.Of(v[0] + v[1]), [Tensor<double>.From([3], 1, -2, 0.5), Tensor<double>.From([3], 0.3, 0.2, 1)]);
        Assert.That(report.Passed, report.ToString());
    }

    // On parameters alone, without a tape among its inputs, it is recorded on the one that runs.
    [Test]
    public void A_parameter_alone_gets_its_gradient()
    {
        var w = new Variable<double>(Tensor<double>.From([2], 1, 2), requiresGradient: true);
        using var tape = Tape<double>.Start();
        tape.Backward(Cube.Of(w).Sum());
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([3.0, 12]));
    }

    // For what writes networks for other programs: a trace lists it, also of constants.
    [Test]
    public void A_trace_lists_it_by_its_name()
    {
        using var tape = Tape<double>.StartTrace();
        _ = Cube.Of(tape.Variable(Tensor<double>.From([2], 1, 2)));
        Assert.That(tape.Operations.Select(operation => operation.Describe().Kind), Is.EqualTo((string[])["Cube"]));
    }

    [Test]
    public void What_it_keeps_must_not_be_written_to()
    {
        var w = new Variable<double>(Tensor<double>.From([2], 1, 2), requiresGradient: true);
        using var tape = Tape<double>.Start();
        var loss = Cube.Of(w).Sum();
        w.Value[0] = 3;
        Assert.That(() => tape.Backward(loss), Throws.InvalidOperationException.With.Message.Contains("Cube").And.Message.Contains("written to"));
    }

    [Test]
    public void Gradients_that_it_is_lent_end_with_the_tape()
    {
        Tensor<double>? lent = null;
        using (var tape = Tape<double>.Start())
        {
            var x = tape.Variable(Tensor<double>.From([2], 1, 2), requiresGradient: true);
            tape.Backward(new Keeper(x, dOut => lent = dOut).Record(x.Value.Clone()).Exp().Sum());
        }

        Assert.That(() => lent![0], Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void A_gradient_of_another_shape_is_refused()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Tensor<double>.Ones([2, 3]), requiresGradient: true);
        var y = new Turned(x).Record(x.Value.Transpose());
        Assert.That(() => tape.Backward(y.Sum()), Throws.ArgumentException.With.Message.Contains("[3, 2] was handed in for an input of shape [2, 3]"));
        Assert.That(x.Gradient, Is.Null);
    }

    // It forgets to turn the gradient back.
    private sealed class Turned(Variable<double> x) : Operation<double>
    {
        public override IReadOnlyList<Variable<double>> Inputs => [x];

        public override void Backward(Tensor<double> dOut, GradientSink<double> sink) => sink.Add(x, dOut);
    }

    private sealed class Keeper(Variable<double> x, Action<Tensor<double>> keep) : Operation<double>
    {
        public override IReadOnlyList<Variable<double>> Inputs => [x];

        public override void Backward(Tensor<double> dOut, GradientSink<double> sink)
        {
            keep(dOut);
            sink.Add(x, dOut);
        }
    }
}
