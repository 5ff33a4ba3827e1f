using Diffusion.Tensors;
using Diffusion.Tensors.Threading;
using NUnit.Framework;
using static Diffusion.Autograd.Tests.Small;

namespace Diffusion.Autograd.Tests;

/// <summary>What is recorded and on which tape: nothing of it is lost without a word.</summary>
public sealed class RecordingTests
{
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
}
