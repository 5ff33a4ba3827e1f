using System.Numerics;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>
/// No samples, or no positions, are shapes like any other, as in PyTorch: what comes out is empty, or what a sum or a mean over
/// nothing is, and the gradients of parameters are zero.
/// </summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class EmptyTensorTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static IEnumerable<TestCaseData> Rows() => EmptyTable.Rows<T>().Select(row => new TestCaseData(row).SetArgDisplayNames(row.Name));

    [TestCaseSource(nameof(Rows))]
    public void Forward_and_backward(object row)
    {
        LeaveGarbage();
        var empty = (EmptyRow<T>)row;
        using var tape = Tape<T>.Start();
        var inputs = Inputs(tape, empty);
        var result = empty.Call(inputs);
        Assert.That(result.Shape, Is.EqualTo(empty.Result));
        Assert.That(result.Value.Span.ToArray(), Is.All.EqualTo(T.CreateChecked(empty.Value)), "the result");
        tape.Backward(result, Tensor<T>.Full(result.Shape, T.One));
        for (int i = 0; i < inputs.Length; i++)
            Assert.That(inputs[i].Gradient?.Span.ToArray() ?? Garbage(inputs[i]), Is.All.EqualTo(T.CreateChecked(empty.Gradient)), $"the gradient of input {i}");
    }

    // A gradient that is there already stays as it is.
    [TestCaseSource(nameof(Rows))]
    public void Gradients_are_added_to(object row)
    {
        LeaveGarbage();
        var empty = (EmptyRow<T>)row;
        using var tape = Tape<T>.Start();
        var inputs = Inputs(tape, empty);
        var result = empty.Call(inputs);
        var sum = inputs.Aggregate(T.CreateChecked(0) * result.Sum(), (sum, input) => sum + input.Sum());
        tape.Backward(sum);
        foreach (var input in inputs.Where(input => input.Shape.Length > 0))
            Assert.That(input.Gradient!.Span.ToArray(), Is.All.EqualTo(T.One));
    }

    [TestCaseSource(nameof(Rows))]
    public void Inference(object row)
    {
        LeaveGarbage();
        var empty = (EmptyRow<T>)row;
        using var tape = Tape<T>.StartInference();
        var result = empty.Call(Inputs(tape, empty));
        Assert.That(result.Shape, Is.EqualTo(empty.Result));
        Assert.That(result.Value.Span.ToArray(), Is.All.EqualTo(T.CreateChecked(empty.Value)));
    }

    [Test]
    public void Every_operation_and_every_function_is_in_the_table()
    {
        var seen = new HashSet<string>();
        foreach (var row in EmptyTable.Rows<T>())
        {
            using var tape = Tape<T>.Start();
            _ = row.Call(Inputs(tape, row));
            Library.Collect(tape, seen);
        }

        string[] missing = [.. Library.Parts.Select(type => type.Name).Where(name => !seen.Contains(name))];
        Assert.That(missing, Is.Empty, "never tried without elements; give each a row in EmptyTable");
    }

    private static Variable<T>[] Inputs(Tape<T> tape, EmptyRow<T> row) =>
        Array.ConvertAll(row.Inputs, shape => tape.Variable(Tensor<T>.Full(shape, T.One), requiresGradient: true));

    // What is not written shows: the next tape of this thread rents memory full of numbers that nothing here makes.
    private static void LeaveGarbage()
    {
        using var tape = Tape<T>.Start();
        for (int length = 1; length < 5000; length = (length * 5 / 4) + 1)
        {
            for (int i = 0; i < 4; i++)
                tape.Rent([length]).Span.Fill(T.CreateChecked(777));
        }
    }

    // A gradient that is missing is wrong only where it would have elements.
    private static T[] Garbage(Variable<T> input)
    {
        var garbage = new T[input.Shape.Length];
        Array.Fill(garbage, T.CreateChecked(777));
        return garbage;
    }
}
