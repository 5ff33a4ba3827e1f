using Diffusion.Tensors;
using NUnit.Framework;
using static Diffusion.Autograd.Tests.Small;

namespace Diffusion.Autograd.Tests;

/// <summary>What a backward pass gives to inputs, parameters and intermediate results.</summary>
public sealed class TapeGradientTests
{
    [Test]
    public void A_variable_that_is_used_often_gets_the_sum()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1, -2, 3), requiresGradient: true);
        tape.Backward(((x * x) + x - (2.0 * x) + (x * x * x)).Sum());
        Assert.That(x.Gradient!.Span.ToArray(), Is.EqualTo([4.0, 7, 32]));
    }

    [Test]
    public void A_diamond_adds_up_both_ways()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(0.5), requiresGradient: true);
        var a = x.Exp();
        tape.Backward(a.Log() * a.Sqrt());

        // d/dx (x·e^(x/2)) = e^(x/2)·(1 + x/2)
        Assert.That(x.Gradient![0], Is.EqualTo(Math.Exp(0.25) * 1.25).Within(1e-14));
    }

    // What is on no tape, such as a parameter, is recorded with what it is broadcast to.
    [Test]
    public void A_parameter_that_is_broadcast_keeps_its_gradient()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1, 2, 4));
        var factor = new Variable<double>(Numbers(3), requiresGradient: true);
        tape.Backward(((x * factor) - (factor / x)).Sum());
        Assert.That(factor.Gradient![0], Is.EqualTo(7 - 1.75).Within(1e-14));
        Assert.That(x.Gradient, Is.Null);
    }

    [Test]
    public void Constants_get_nothing_and_cost_nothing()
    {
        using var tape = Tape<double>.Start();
        Variable<double> x = tape.Variable(Numbers(1, 2), requiresGradient: true), c = tape.Variable(Numbers(3, 4)), free = Numbers(5, 6);
        _ = (c * free).Exp();
        Assert.That(tape.Operations, Is.Empty);
        tape.Backward((x * c + free).Sum());
        Assert.Multiple(() =>
        {
            Assert.That(c.Gradient, Is.Null);
            Assert.That(free.Gradient, Is.Null);
            Assert.That(x.Gradient!.Span.ToArray(), Is.EqualTo([3.0, 4]));
        });
    }

    [Test]
    public void What_lives_longer_than_a_tape_adds_gradients_until_they_are_cleared()
    {
        var parameter = new Variable<double>(Numbers(2, 3), requiresGradient: true);
        for (int pass = 1; pass <= 2; pass++)
        {
            using var tape = Tape<double>.Start();
            tape.Backward((parameter * tape.Variable(Numbers(1, 10))).Sum());
            Assert.That(parameter.Gradient!.Span.ToArray(), Is.EqualTo([1.0 * pass, 10 * pass]));
        }

        parameter.ClearGradient();
        Assert.That(parameter.Gradient, Is.Null);
        using var last = Tape<double>.Start();
        last.Backward((parameter * last.Variable(Numbers(1, 10))).Sum());
        Assert.That(parameter.Gradient!.Span.ToArray(), Is.EqualTo([1.0, 10]));
    }

    [Test]
    public void Intermediate_gradients_are_kept_only_where_asked_for()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1, 2), requiresGradient: true);
        Variable<double> kept = 3.0 * x, dropped = kept * kept;
        kept.KeepGradient();
        tape.Backward(dropped.Sum());
        Assert.Multiple(() =>
        {
            Assert.That(kept.Gradient!.Span.ToArray(), Is.EqualTo([6.0, 12]));
            Assert.That(dropped.Gradient, Is.Null);
            Assert.That(x.Gradient!.Span.ToArray(), Is.EqualTo([18.0, 36]));
        });
    }

    [Test]
    public void A_seed_weighs_the_results_and_is_not_changed()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1, 2, 3), requiresGradient: true);
        var y = x * x;
        y.KeepGradient();
        var seed = Numbers(1, 0, -1);
        tape.Backward(y, seed);
        Assert.That(x.Gradient!.Span.ToArray(), Is.EqualTo([2.0, 0, -6]));
        Assert.That(seed.Span.ToArray(), Is.EqualTo([1.0, 0, -1]));
        Assert.That(y.Gradient!.Span.ToArray(), Is.EqualTo([1.0, 0, -1]));
    }

    [Test]
    public void What_takes_tensors_can_be_differentiated_with_respect_to_them()
    {
        static Variable<double> Square(Tape<double> tape, Tensor<double> data)
        {
            var x = tape.Variable(data);
            return x * x;
        }

        Tensor<double> watched = Numbers(2, 3), other = Numbers(4, 5);
        using (var tape = Tape<double>.Start())
        {
            var x = tape.Watch(watched);
            tape.Backward((Square(tape, watched) + Square(tape, other)).Sum());
            Assert.That(x.Gradient!.Span.ToArray(), Is.EqualTo([4.0, 6]));
        }

        // The next tape, which has the same memory, has forgotten it.
        using (var tape = Tape<double>.Start())
        {
            _ = Square(tape, watched);
            Assert.That(tape.Operations, Is.Empty);
        }
    }

    [Test]
    public void Two_losses_of_one_tape_add_up()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1, 2), requiresGradient: true);
        var squares = x * x;
        Variable<double> first = squares.Sum(), second = squares.Mean();
        tape.Backward(first);
        tape.Backward(second);
        Assert.That(x.Gradient!.Span.ToArray(), Is.EqualTo([3.0, 6]));
    }

    // A loop over the list, not a recursion: a stack of a megabyte holds about ten thousand calls.
    [Test]
    public void A_hundred_thousand_operations_do_not_overflow_the_stack()
    {
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Numbers(1), requiresGradient: true);
        var y = x;
        for (int i = 0; i < 100_000; i++)
            y += x;
        tape.Backward(y);
        Assert.That(x.Gradient![0], Is.EqualTo(100_001));
    }
}
