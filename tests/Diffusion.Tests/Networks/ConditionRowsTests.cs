using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Tests.Networks;

public sealed class ConditionRowsTests
{
    [Test]
    public void Each_sample_has_the_sum_of_its_rows()
    {
        // What is rented is what was given back: indices of a step before.
        using (var before = Tape<double>.Start())
            before.RentIndices(3).AsSpan().Fill(2);
        using var tape = Tape<double>.Start();
        var first = new TableRows<double>(tape.Variable(Tensor<double>.From([2, 1], [1, 10])), [1, 0, 1]);
        var second = new TableRows<double>(tape.Variable(Tensor<double>.From([3, 1], [.1, .2, .3])), [0, 1, 2]);
        var rows = ConditionRows.Combine(tape, first, second);
        Assert.That(rows.Indices, Is.EqualTo((int[])[0, 1, 2]));
        Assert.That(rows.Table.Value.Span.ToArray(), Is.EqualTo(new[] { 10.1, 1.2, 10.3 }.Select(x => x / (1 + Math.Exp(-x)))).Within(1e-12));
    }

    [Test]
    public void Rows_that_all_samples_share_stay_one()
    {
        using var tape = Tape<double>.Start();
        var row = new TableRows<double>(tape.Variable(Tensor<double>.From([1, 2], [0, 1])), [0, 0, 0]);
        var rows = ConditionRows.Combine(tape, row, row);
        Assert.That((rows.Table.Shape, rows.Table.Value[0, 1]), Is.EqualTo((new Shape(1, 2), 2 / (1 + Math.Exp(-2)))).Using<double>((a, b) => Math.Abs(a - b) < 1e-12));
    }

    [Test]
    public void Rows_that_do_not_go_together_are_refused()
    {
        using var tape = Tape<double>.Start();
        var row = new TableRows<double>(tape.Variable(Tensor<double>.Zeros([1, 2])), [0, 0]);
        Assert.That(() => ConditionRows.Combine<double>(tape), Throws.ArgumentException.With.Message.Contains("at least one table"));
        Assert.That(() => ConditionRows.Combine(tape, row, new(row.Table, [0])), Throws.ArgumentException.With.Message.Contains("2 features for 2 samples"));
    }
}
