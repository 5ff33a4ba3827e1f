using Diffusion.Tensors;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>A gradient is right, or there is an exception: nothing is lost, doubled or stale without a word.</summary>
public sealed class RightOrExceptionTests
{
    private static Tensor<double> Numbers(params double[] values) => Tensor<double>.From([values.Length], values);

    private static Variable<double> Parameter(params double[] values) => new(Numbers(values), requiresGradient: true) { Name = "w" };

    [Test]
    public void A_weight_penalty_is_part_of_the_gradient()
    {
        var w = Parameter(1, 2);
        using var tape = Tape<double>.Start();
        var loss = (tape.Variable(Numbers(1, 1)) * w).Sum() + (10.0 * (w * w).Sum());
        tape.Backward(loss);
        Assert.That(loss.Value.ToScalar(), Is.EqualTo(53));
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([21.0, 41]));
    }

    [Test]
    public void Parameters_alone_are_recorded_through_any_operation()
    {
        var w = Parameter(1, -2, 3, 0.5);
        using var tape = Tape<double>.Start();
        var matrix = w.Reshape([2, 2]);
        tape.Backward((matrix.MatMul(matrix, transposeB: true) * matrix.BroadcastTo([2, 2])).Sum());

        // Σ_ijk a_ik·a_jk·a_ij, by hand at a = [[1, -2], [3, 0.5]].
        double[] a = [1, -2, 3, 0.5], gradient = new double[4];
        for (int i = 0; i < 2; i++)
        {
            for (int j = 0; j < 2; j++)
            {
                for (int k = 0; k < 2; k++)
                {
                    double x = a[(2 * i) + k], y = a[(2 * j) + k], z = a[(2 * i) + j];
                    gradient[(2 * i) + k] += y * z;
                    gradient[(2 * j) + k] += x * z;
                    gradient[(2 * i) + j] += x * y;
                }
            }
        }

        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo(gradient).Within(1e-12));
    }

    [Test]
    public void What_was_computed_before_the_tape_cannot_meet_it_unnoticed()
    {
        var w = Parameter(1, 2);
        var penalty = (w * w).Sum();
        var further = penalty + penalty;
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(3)).Sum();
        Assert.Multiple(() =>
        {
            Assert.That(() => x + further, Throws.InvalidOperationException.With.Message.Contains("computed from a parameter while no tape ran"));
            Assert.That(() => further.Exp(), Throws.InvalidOperationException);
            Assert.That((x + further.Detach()).Value.ToScalar(), Is.EqualTo(13));
        });
    }

    [Test]
    public void Inference_without_a_tape_still_works()
    {
        var w = Parameter(1, 2);
        Assert.That((w * w).Sum().Value.ToScalar(), Is.EqualTo(5));
        using (Tape<double>.StartInference())
            Assert.That((w * w).Sum().Value.ToScalar(), Is.EqualTo(5));
    }

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
    public void A_frozen_parameter_costs_nothing_and_gets_nothing()
    {
        Variable<double> frozen = Parameter(1, 2), w = Parameter(3, 4);
        frozen.RequiresGradient = false;
        using (var tape = Tape<double>.Start())
        {
            _ = (frozen * frozen).Exp();
            Assert.That(tape.Operations, Is.Empty);
            tape.Backward((frozen * w).Sum());
            Assert.That(frozen.Gradient, Is.Null);
            Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([1.0, 2]));
            Assert.That(() => frozen.RequiresGradient = true, Throws.InvalidOperationException.With.Message.Contains("before Tape.Start"));
        }

        frozen.RequiresGradient = true;
        using var last = Tape<double>.Start();
        last.Backward((frozen * w).Sum());
        Assert.That(frozen.Gradient!.Span.ToArray(), Is.EqualTo([3.0, 4]));
    }

    // Only the operation that the gradient passes asks for memory: a frozen weight's own is not even rented.
    [Test]
    public void The_sink_does_not_want_what_is_frozen()
    {
        var frozen = Parameter(1);
        frozen.RequiresGradient = false;
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(2), requiresGradient: true);
        bool? wanted = null;
        tape.Backward(new Probe(x, frozen, sink => wanted = sink.Wants(frozen)).Record(Numbers(2)));
        Assert.That(wanted, Is.False);
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
    public void Inference_inside_a_training_step_is_a_constant_there()
    {
        Variable<double> teacher = Parameter(2), student = Parameter(3);
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(5));
        Tensor<double> target;
        using (Tape<double>.StartInference())
            target = (x * teacher * teacher).Value.Clone();
        Variable<double> soft;
        using (Tape<double>.NoGradient())
            soft = x * teacher;
        tape.Backward((x * student * target * soft).Sum());
        Assert.Multiple(() =>
        {
            Assert.That(target[0], Is.EqualTo(20));
            Assert.That(soft.RequiresGradient, Is.False);
            Assert.That(student.Gradient![0], Is.EqualTo(5 * 20 * 10));
            Assert.That(teacher.Gradient, Is.Null);
        });
    }

    [Test]
    public void Float_and_double_tapes_run_beside_each_other()
    {
        var single = new Variable<float>(Tensor<float>.From([1], 3), requiresGradient: true);
        var w = Parameter(4);
        using var one = Tape<float>.Start();
        using var two = Tape<double>.Start();
        var (a, b) = ((single * single).Sum(), (w * w).Sum());
        one.Backward(a);
        two.Backward(b);
        Assert.That((single.Gradient![0], w.Gradient![0]), Is.EqualTo((6f, 8.0)));
    }

    [Test]
    public void Each_job_has_its_own_tapes()
    {
        double[] gradients = new double[8];
        Workers.RunJobs(8, job =>
        {
            var w = Parameter(job);
            using var tape = Tape<double>.Start();
            tape.Backward((w * w * w).Sum());
            gradients[job] = w.Gradient![0];
        });
        Assert.That(gradients, Is.EqualTo(Enumerable.Range(0, 8).Select(job => 3.0 * job * job)));
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

    private sealed class Probe(Variable<double> x, Variable<double> other, Action<GradientSink<double>> onBackward) : Operation<double>
    {
        public override IReadOnlyList<Variable<double>> Inputs => [x, other];

        public override void Backward(Tensor<double> dOut, GradientSink<double> sink)
        {
            onBackward(sink);
            sink.Add(x, dOut);
        }
    }
}
