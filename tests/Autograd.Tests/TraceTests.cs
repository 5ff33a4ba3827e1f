using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>A trace lists every operation, and each says what it computes.</summary>
public sealed class TraceTests
{
    private static readonly Tensor<double> X = Tensor<double>.From([2, 3], 1, -2, 3, 0.5, 4, -1);

    [Test]
    public void Operations_of_constants_are_listed()
    {
        using var tape = Tape<double>.StartTrace();
        var frozen = new Variable<double>(X);
        var x = tape.Variable(X);
        var y = (x > frozen.Tanh()) * x.Detach();
        Assert.That(tape.Operations.Select(operation => operation.Describe().Kind), Is.EqualTo((string[])["Tanh", "Greater", "Multiply"]));
        Assert.That(tape.IsTrace);
        Assert.That(y.RequiresGradient, Is.False);
    }

    [Test]
    public void Nothing_hides_from_it()
    {
        using var tape = Tape<double>.StartTrace();
        using (Tape<double>.NoGradient())
            _ = tape.Variable(X).Relu();
        Assert.That(tape.Operations, Has.Count.EqualTo(1));
    }

    [Test]
    public void It_computes_what_any_tape_does()
    {
        double[] On(Tape<double> tape)
        {
            using (tape)
                return (tape.Variable(X).Softmax() * tape.Variable(X).Silu()).Sum(1).Value.Span.ToArray();
        }

        Assert.That(On(Tape<double>.StartTrace()), Is.EqualTo(On(Tape<double>.Start())));
    }

    [Test]
    public void It_has_no_backward_pass()
    {
        var w = new Variable<double>(X, requiresGradient: true);
        using var tape = Tape<double>.StartTrace();
        var loss = w.Sum();
        Assert.That(() => tape.Backward(loss), Throws.ArgumentException);
    }

    // The tape is used again, and must not remember.
    [Test]
    public void The_next_tape_is_none()
    {
        Tape<double>.StartTrace().Dispose();
        using var tape = Tape<double>.Start();
        _ = tape.Variable(X).Relu();
        Assert.That(tape.IsTrace, Is.False);
        Assert.That(tape.Operations, Is.Empty);
    }

    [Test]
    public void A_description_has_what_the_inputs_do_not_say()
    {
        using var tape = Tape<double>.StartTrace();
        var image = tape.Variable(Tensor<double>.Ones([1, 4, 4, 2]));
        _ = image.Conv2d(Tensor<double>.Ones([3, 3, 1, 2]), stride: (2, 1), padding: 1, groups: 2);
        var convolution = tape.Operations[^1].Describe();
        Assert.That(convolution.Kind, Is.EqualTo("Conv2d"));
        Assert.That(convolution.Attributes["stride"], Is.EqualTo((int[])[2, 1]));
        Assert.That(convolution.Attributes["groups"], Is.EqualTo(2));
        _ = image.Clamp(-1, 0.5);
        Assert.That(tape.Operations[^1].Describe().Attributes["max"], Is.EqualTo(0.5));
        _ = image.Pad(1, 0, 2, Padding.Reflect);
        Assert.That(tape.Operations[^1].Describe().Attributes["after"], Is.EqualTo(2));
        _ = tape.Variable(X).Lookup([1, 0, 1], tape);
        Assert.That(tape.Operations[^1].Describe().Attributes["indices"], Is.EqualTo((int[])[1, 0, 1]));
    }

    [Test]
    public void Attributes_of_other_types_are_refused()
    {
        Assert.That(() => new OperationDescription("Mine", ("x", 1f)), Throws.ArgumentException.With.Message.Contains("Single").And.Message.Contains("double"));
        Assert.That(() => new OperationDescription("Mine", ("x", 1), ("x", 2)), Throws.ArgumentException.With.Message.Contains("two attributes x"));
    }
}
