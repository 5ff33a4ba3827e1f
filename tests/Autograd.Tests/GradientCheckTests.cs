using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>The check itself: that it passes what is right and finds what is wrong, with operations made for it.</summary>
public sealed class GradientCheckTests
{
    private static readonly Tensor<double> X = Tensor<double>.From([2, 3], 0.5, -1, 2, 0.25, 1.5, -0.75);

    [Test]
    public void An_operation_of_ones_own_that_is_right_passes()
    {
        var report = GradientCheck.Run(v => Cube(v[0], (x, i) => 3 * x * x), [X]);
        Assert.That(report.Passed, report.ToString());
        Assert.That(report.RelativeError, Is.LessThan(1e-8));
        Assert.That(report.ToString(), Does.StartWith("Gradients agree"));
        Assert.That(() => GradientCheck.Require(v => Cube(v[0], (x, i) => 3 * x * x), X), Throws.Nothing);
    }

    [Test]
    public void A_wrong_formula_is_found()
    {
        var report = GradientCheck.Run(v => Cube(v[0], (x, i) => 2 * x * x), [X], ["x"]);
        Assert.That(report.Passed, Is.False);
        Assert.That(report.RelativeError, Is.EqualTo(1.0 / 3).Within(1e-6));
        Assert.That(() => GradientCheck.Require(v => Cube(v[0], (x, i) => 2 * x * x), X), Throws.InvalidOperationException.With.Message.Contains("DISAGREE"));
    }

    [Test]
    public void The_one_element_that_is_wrong_is_named()
    {
        var report = GradientCheck.Run(v => Cube(v[0], (x, i) => (3 * x * x) + (i == 4 ? 1e-4 : 0)), [X], ["weight"]);
        var entry = report.Entries.Single();
        Assert.Multiple(() =>
        {
            Assert.That(report.Passed, Is.False);
            Assert.That(entry.Input, Is.EqualTo("weight"));
            Assert.That(entry.Worst, Is.EqualTo([1, 1]));
            Assert.That(Math.Abs(entry.Analytic - entry.Numeric), Is.EqualTo(1e-4 * Math.Abs(entry.Numeric / 6.75)).Within(1e-6));
            Assert.That(report.ToString(), Does.Contain("weight [2, 3]").And.Contain("at [1, 1]"));
        });
    }

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void A_gradient_that_is_not_a_number_is_found_where_it_is(double wrong)
    {
        var report = GradientCheck.Run(v => Cube(v[0], (x, i) => i == 3 ? wrong : 3 * x * x), [X]);
        Assert.That(report.Passed, Is.False);
        Assert.That(report.RelativeError, Is.NaN);
        Assert.That(report.Entries[0].Worst, Is.EqualTo([1, 0]));
    }

    [Test]
    public void A_gradient_that_is_never_written_is_found() =>
        Assert.That(GradientCheck.Run(v => Cube(v[0], (x, i) => 0), [X]).Passed, Is.False);

    [Test]
    public void Only_the_input_that_is_wrong_is_blamed()
    {
        var report = GradientCheck.Run(v => v[1] + Cube(v[0], (x, i) => 2 * x * x), [X, X.Clone()]);
        Assert.That(report.Entries.Select(entry => entry.RelativeError < report.Tolerance), Is.EqualTo([false, true]));
    }

    // Σ f(x) alone would not see a gradient that went to the wrong elements.
    [Test]
    public void Results_of_several_numbers_are_told_apart()
    {
        Assert.That(GradientCheck.Run(v => new ReversedOperation(v[0]).Apply(), [X]).Passed, Is.False);
        Assert.That(GradientCheck.Run(v => new ReversedOperation(v[0]).Apply().Sum(), [X]).Passed, Is.True, "the error cancels in a sum: that is why the check weighs");
    }

    [Test]
    public void The_point_is_left_as_it_was()
    {
        var x = X.Clone();
        _ = GradientCheck.Run(v => v[0].Exp(), [x]);
        Assert.That(x.Span.ToArray(), Is.EqualTo(X.Span.ToArray()));
    }

    private static Variable<double> Cube(Variable<double> x, Func<double, int, double> derivative)
    {
        var y = x.Tape!.Rent(x.Shape);
        for (int i = 0; i < y.Length; i++)
            y.Span[i] = x.Value.Span[i] * x.Value.Span[i] * x.Value.Span[i];
        return x.Tape.Record(new CubeOperation(x, derivative), y);
    }

    private sealed class CubeOperation(Variable<double> x, Func<double, int, double> derivative) : Operation<double>
    {
        public override IReadOnlyList<Variable<double>> Inputs => [x];

        public override void Backward(Tensor<double> dOut, GradientSink<double> sink)
        {
            if (sink.GradientOf(x) is not { } dx)
                return;
            for (int i = 0; i < dx.Length; i++)
                dx.Span[i] += dOut.Span[i] * derivative(x.Value.Span[i], i);
        }
    }

    // y = x, but the gradient comes back in reverse order.
    private sealed class ReversedOperation(Variable<double> x) : Operation<double>
    {
        public override IReadOnlyList<Variable<double>> Inputs => [x];

        public Variable<double> Apply() => x.Tape!.Record(this, x.Value.Clone());

        public override void Backward(Tensor<double> dOut, GradientSink<double> sink)
        {
            if (sink.GradientOf(x) is not { } dx)
                return;
            for (int i = 0; i < dx.Length; i++)
                dx.Span[i] += dOut.Span[^(i + 1)];
        }
    }
}
