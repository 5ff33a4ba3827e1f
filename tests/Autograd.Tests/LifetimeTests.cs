using Diffusion.Tensors;
using NUnit.Framework;
using static Diffusion.Autograd.Tests.Small;

namespace Diffusion.Autograd.Tests;

/// <summary>What is used after its tape, its module or on another thread throws, and never shows what is somebody else's by now.</summary>
public sealed class LifetimeTests
{
    [Test]
    public void Tensors_kept_past_their_tape_throw()
    {
        Tensor<double> value, view, rented, gradient, kept;
        using (var tape = Tape<double>.Start())
        {
            var x = tape.Variable(Numbers(1, 2, 3, 4), requiresGradient: true);
            var y = x.Exp();
            y.KeepGradient();
            (value, view, rented) = (y.Value, y.Value.Reshape([2, 2]).Rows(0, 1), tape.Rent([4]));
            tape.Backward((y * y).Sum());
            (gradient, kept) = (x.Gradient!, y.Gradient!);
            Assert.That(view[0, 0], Is.EqualTo(Math.E).Within(1e-15));
        }

        using var next = Tape<double>.Start();
        _ = next.Variable(Numbers(5, 6, 7, 8), requiresGradient: true).Exp();
        Assert.Multiple(() =>
        {
            foreach (var tensor in (Tensor<double>[])[value, view, rented, gradient, kept])
                Assert.That(() => tensor[tensor.Rank == 2 ? [0, 0] : [0]], Throws.InstanceOf<ObjectDisposedException>().With.Message.Contains("Clone"));
            Assert.That(() => value.Span.Length, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => value.Clone(), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => value.AsTensorSpan().FlattenedLength, Throws.InstanceOf<ObjectDisposedException>());
        });
    }

    [Test]
    public void An_intermediate_that_inference_gave_away_throws()
    {
        using var tape = Tape<double>.StartInference();
        var x = tape.Variable(Numbers(1, 2));
        int mark = tape.Mark;
        Variable<double> hidden = x.Exp(), seen = x.Sqrt();
        var value = seen.Value;
        var y = tape.KeepOnly(mark, hidden + seen);
        _ = x.Exp().Silu();
        Assert.Multiple(() =>
        {
            Assert.That(() => hidden.Value, Throws.InstanceOf<ObjectDisposedException>().With.Message.Contains("serves others"));
            Assert.That(() => hidden + y, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => value[0], Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(y.Value[0], Is.EqualTo(Math.E + 1).Within(1e-15));
        });
    }

    [Test]
    public void A_tape_belongs_to_its_thread()
    {
        var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1), requiresGradient: true);
        var loss = x.Exp().Sum();
        On_another_thread(() => Assert.Multiple(() =>
        {
            Assert.That(() => x.Exp(), Throws.InvalidOperationException.With.Message.Contains("await"));
            Assert.That(() => tape.Rent([1]), Throws.InvalidOperationException);
            Assert.That(() => tape.Backward(loss), Throws.InvalidOperationException);
            Assert.That(tape.Dispose, Throws.InvalidOperationException);

            // Its memory is not among this thread's: a new tape has none yet.
            using var own = Tape<double>.Start();
            Assert.That(own.AllocatedBytes, Is.Zero);
        }));

        // It has ended, and does not get what belongs to nobody.
        var w = new Variable<double>(Numbers(1), requiresGradient: true);
        Assert.That(() => loss.Value, Throws.InstanceOf<ObjectDisposedException>());
        using var next = Tape<double>.Start();
        next.Backward((w * w).Sum());
        Assert.That(w.Gradient![0], Is.EqualTo(2));
    }

    private static void On_another_thread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw new AssertionException(failure.Message, failure);
    }
}
