using Diffusion.Tensors;
using Diffusion.Tensors.Threading;
using NUnit.Framework;
using static Diffusion.Autograd.Tests.Small;

namespace Diffusion.Autograd.Tests;

/// <summary>A gradient is right, or there is an exception: nothing is lost, doubled or stale without a word.</summary>
public sealed class RightOrExceptionTests
{
    [Test]
    public void A_second_pass_does_not_run_again_through_what_kept_its_gradient()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(3), requiresGradient: true);
        var h = x * x;
        h.KeepGradient();
        tape.Backward(h.Sum());
        tape.Backward(x.Sum());
        Assert.That(x.Gradient![0], Is.EqualTo(7));
        Assert.That(h.Gradient![0], Is.EqualTo(1));
    }

    [Test]
    public void The_same_number_is_not_differentiated_twice()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(3), requiresGradient: true);
        var loss = (x * x).Sum();
        tape.Backward(loss);
        Assert.That(() => tape.Backward(loss), Throws.InvalidOperationException.With.Message.Contains("twice"));
        Assert.That(x.Gradient![0], Is.EqualTo(6));
    }

    [Test]
    public void Several_seeds_of_one_result_add_up()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(3, 5), requiresGradient: true);
        var y = x * x;
        tape.Backward(y, Numbers(1, 0));
        tape.Backward(y, Numbers(0, 10));
        Assert.That(x.Gradient!.Span.ToArray(), Is.EqualTo([6.0, 100]));
    }

    [Test]
    public void Labels_that_change_before_the_backward_pass_change_nothing()
    {
        int[] labels = [1, 0];
        Tensor<double> first = Gradient(labels, () => { }), second = Gradient(labels, () => labels[0] = 0);
        Assert.That(second.Span.ToArray(), Is.EqualTo(first.Span.ToArray()));

        static Tensor<double> Gradient(int[] labels, Action change)
        {
            using var tape = Tape<double>.Start();
            var logits = tape.Variable(Tensor<double>.From([2, 3], 0, 1, 2, 3, 4, 5), requiresGradient: true);
            var table = tape.Variable(Tensor<double>.From([2, 3], 1, 2, 3, 4, 5, 6), requiresGradient: true);
            var loss = Loss.CrossEntropy(logits.AddRows(new TableRows<double>(table, labels)), labels);
            change();
            tape.Backward(loss);
            return (logits.Gradient! + table.Gradient!).Clone();
        }
    }

    [TestCase("CopyFrom")]
    [TestCase("indexer")]
    [TestCase("MarkWritten")]
    [TestCase("a span, in the checked mode")]
    public void What_was_written_to_before_the_backward_pass_is_noticed(string way)
    {
        var w = Parameter(1, 2);
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1, 1), requiresGradient: true);
        var loss = (x * w.Reshape([1, 2])).Sum();
        Write(w.Value, way);
        Assert.That(() => tape.Backward(loss), Throws.InvalidOperationException.With.Message.Contains("written to before the backward pass"));
        Assert.That(x.Gradient, Is.Null);
    }

    [Test]
    public void A_result_that_was_written_to_is_noticed_too()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1, 1), requiresGradient: true);
        var y = x.Exp();
        y.Value[0] = 5;
        Assert.That(() => tape.Backward(y.Sum()), Throws.InvalidOperationException);
    }

    [Test]
    public void Writing_before_the_forward_pass_or_after_the_backward_pass_is_no_matter()
    {
        var w = Parameter(1, 2);
        using var tape = Tape<double>.Start();
        w.Value[0] = 4;
        var loss = (w * w).Sum();
        tape.Backward(loss);
        w.Value[0] = 1;
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([8.0, 4]));
        tape.Backward(w.Sum());
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([9.0, 5]));
    }

    [Test]
    public void A_pass_that_fails_leaves_no_gradient_that_looks_right()
    {
        Variable<double> fresh = Parameter(1), used = Parameter(2);
        using (var first = Tape<double>.Start())
            first.Backward((used * used).Sum());
        using (var tape = Tape<double>.Start())
        {
            var x = tape.Variable(Numbers(1), requiresGradient: true);
            var failing = new Probe(x, fresh, _ => throw new NotSupportedException("on the way back")).Record(Numbers(1));
            Assert.That(() => tape.Backward((failing * fresh * used).Sum()), Throws.TypeOf<NotSupportedException>());
            Assert.That(x.Gradient, Is.Null);
        }

        Assert.That(fresh.Gradient, Is.Null);
        Assert.That(() => used.Gradient, Throws.InvalidOperationException.With.Message.Contains("ClearGradient"));
        used.ClearGradient();
        using var next = Tape<double>.Start();
        next.Backward((fresh * used * used).Sum());
        Assert.That((fresh.Gradient![0], used.Gradient![0]), Is.EqualTo((4.0, 4.0)));
    }

    [Test]
    public void A_gradient_alone_adds_to_no_other()
    {
        var w = Parameter(3, 4);
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1, 2), requiresGradient: true);
        var h = x * w;
        var loss = (h * h).Sum();
        var one = tape.Variable(Numbers(1), requiresGradient: true);
        var (ofX, ofH, ofW) = (tape.Gradient(loss, x), tape.Gradient(loss, h), tape.Gradient(loss, w));
        Assert.Multiple(() =>
        {
            Assert.That(ofX.Span.ToArray(), Is.EqualTo([18.0, 64]));
            Assert.That(ofH.Span.ToArray(), Is.EqualTo([6.0, 16]));
            Assert.That(ofW.Span.ToArray(), Is.EqualTo([6.0, 32]));
            Assert.That(tape.Gradient(h, Numbers(1, 0), x).Span.ToArray(), Is.EqualTo([3.0, 0]));
            Assert.That(x.Gradient, Is.Null);
            Assert.That(w.Gradient, Is.Null);
            Assert.That(() => tape.Gradient(loss, Parameter(1)), Throws.ArgumentException.With.Message.Contains("does not depend"));
            Assert.That(() => tape.Backward(tape.Gradient((one * one).Sum(), one)), Throws.ArgumentException.With.Message.Contains("gradients of gradients"));
        });
        Assert.That(tape.Gradients(loss, w, x, w).Select(gradient => gradient[1]), Is.EqualTo([32.0, 64, 32]), "one of them asked for twice");
        tape.Backward(loss);
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([6.0, 32]));
    }

    [Test]
    public void A_step_after_one_that_failed_is_right()
    {
        var w = Parameter(2);
        Assert.That(
            () =>
            {
                using var tape = Tape<double>.Start();
                _ = (w * w).Reshape([7]);
            },
            Throws.ArgumentException);
        using var next = Tape<double>.Start();
        next.Backward((w * w).Sum());
        Assert.That(w.Gradient![0], Is.EqualTo(4));
        Assert.That(next.Operations, Has.Count.EqualTo(2));
    }

    private static void Write(Tensor<double> tensor, string way)
    {
        switch (way)
        {
            case "CopyFrom": tensor.CopyFrom(Numbers(5, 6)); break;
            case "indexer": tensor[1] = 6; break;
            case "MarkWritten": tensor.MarkWritten(); break;
            default: tensor.Span[1] = 6; break;
        }
    }
}
