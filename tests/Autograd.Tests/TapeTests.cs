using Diffusion.Tensors;
using NUnit.Framework;
using static Diffusion.Autograd.Tests.Small;

namespace Diffusion.Autograd.Tests;

public sealed class TapeTests
{
    [Test]
    public void Backward_needs_a_single_recorded_number()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1, 2), requiresGradient: true);
        var y = x * x;
        var constant = tape.Variable(Numbers(1)).Sum();
        Assert.Multiple(() =>
        {
            Assert.That(() => tape.Backward(y), Throws.ArgumentException.With.Message.Contains("[2]; reduce it with Sum or Mean"));
            Assert.That(() => tape.Backward(y, Numbers(1)), Throws.ArgumentException.With.Message.Contains("the shape [1], but the variable [2]"));
            Assert.That(() => tape.Backward(constant), Throws.ArgumentException.With.Message.Contains("requires a gradient"));
            Assert.That(() => tape.Backward(new Variable<double>(Numbers(1), requiresGradient: true)), Throws.ArgumentException.With.Message.Contains("this tape recorded"));
        });
    }

    [Test]
    public void Two_tapes_do_not_mix()
    {
        using var one = Tape<double>.Start();
        using var two = Tape<double>.Start();
        Variable<double> x = one.Variable(Numbers(1), requiresGradient: true), y = two.Variable(Numbers(2), requiresGradient: true);
        Assert.Multiple(() =>
        {
            Assert.That(() => x + y, Throws.InvalidOperationException.With.Message.Contains("two different tapes"));
            Assert.That(() => two.Backward(x * x), Throws.ArgumentException);
        });
    }

    [Test]
    public void What_is_used_after_its_tape_says_so()
    {
        var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1), requiresGradient: true);
        var y = x * x;
        tape.Backward(y);
        tape.Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(() => y.Value, Throws.InstanceOf<ObjectDisposedException>().With.Message.Contains("Clone"));
            Assert.That(() => x.Gradient, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => y + y, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => tape.Rent([1]), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => tape.Variable(Numbers(1)), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => tape.Backward(y), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(tape.Dispose, Throws.Nothing, "disposing twice");
        });

        // The next tape uses the same memory, but what is left of the last one is still refused.
        using var next = Tape<double>.Start();
        var z = next.Variable(Numbers(3), requiresGradient: true).Exp();
        Assert.Multiple(() =>
        {
            Assert.That(() => y.Value, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => y + z, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => y.Reshape([1, 1]), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => next.Backward(y), Throws.InstanceOf<ObjectDisposedException>());
        });
    }

    [Test]
    public void Inference_records_nothing_and_computes_the_same()
    {
        var weight = new Variable<double>(Tensor<double>.From([2, 2], 1, 2, 3, 4), requiresGradient: true);
        using var recording = Tape<double>.Start();
        double[] expected = recording.Variable(Numbers(1, 2)).Linear(weight).Silu().Value.Span.ToArray();
        Assert.That(recording.Operations, Has.Count.EqualTo(2));

        using var tape = Tape<double>.StartInference();
        var x = tape.Variable(Numbers(1, 2), requiresGradient: true);
        var y = x.Linear(weight).Silu();
        Assert.Multiple(() =>
        {
            Assert.That(y.Value.Span.ToArray(), Is.EqualTo(expected));
            Assert.That(tape.Operations, Is.Empty);
            Assert.That(x.RequiresGradient, Is.False);
            Assert.That(y.RequiresGradient, Is.False);
            Assert.That(() => tape.Backward(y.Sum()), Throws.ArgumentException);
        });

        // Without any tape too.
        Assert.That(new Variable<double>(Numbers(1, 2)).Linear(weight).Silu().Value.Span.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Released_memory_is_used_again_and_what_is_kept_is_not()
    {
        using var tape = Tape<double>.StartInference();
        var x = tape.Variable(Numbers(1, 2, 3));
        int mark = tape.Mark;
        var y = x.Exp().Silu().Sqrt();
        double[] expected = y.Value.Span.ToArray();
        _ = tape.KeepOnly(mark, y);
        long bytes = tape.AllocatedBytes;
        _ = x.Exp().Silu();
        Assert.That(tape.AllocatedBytes, Is.EqualTo(bytes));
        Assert.That(y.Value.Span.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void The_graph_is_drawn_for_Mermaid()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Tensor<double>.Zeros([4, 2]), name: "x \"noisy\"");
        var weight = new Variable<double>(Tensor<double>.Zeros([2, 3]), requiresGradient: true) { Name = "weight" };
        _ = x.Linear(weight).Silu().Mean();
        Assert.That(tape.ToMermaid(), Is.EqualTo("""
            flowchart TD
                op0["Linear"]
                leaf0(["x #quot;noisy#quot;"])
                leaf0 -- "[4, 2]" --> op0
                leaf1(["weight"])
                leaf1 -- "[2, 3]" --> op0
                op1["Silu"]
                op0 -- "[4, 3]" --> op1
                op2["Sum"]
                op1 -- "[4, 3]" --> op2
                op3["Scale"]
                op2 -- "[]" --> op3
                op3 -- "[]" --> result(("result"))

            """.ReplaceLineEndings("\n")));
    }
}
