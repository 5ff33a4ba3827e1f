using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Onnx;

/// <summary>The operations of one pass, told apart from the tape: what each computes, from what, and of which shape the result is.</summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class Trace<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<Tensor<T>, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<Step> _steps = [];
    private readonly List<Tensor<T>> _leaves = [];

    /// <summary>Reads a tape, which must stay alive as long as the trace is used.</summary>
    public Trace(Tape<T> tape, IReadOnlyList<(string Name, Variable<T> Value)> outputs)
    {
        foreach (var operation in tape.Operations)
        {
            // Variables of one tensor are one: a detached variable, or a constant that was made of a result.
            int[] inputs = [.. operation.Inputs.Select(input => NumberOf(input.Value))];
            _steps.Add(new(operation.Describe(), inputs, operation.Output.Shape));
            _numbers[operation.Output.Value] = _steps.Count - 1;
        }

        Outputs = [.. outputs.Select(output => (output.Name, NumberOf(output.Value.Value)))];
    }

    /// <summary>The operations, in order.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>What was not computed by one of them, in the order of first use.</summary>
    public IReadOnlyList<Tensor<T>> Leaves => _leaves;

    /// <summary>The results.</summary>
    public IReadOnlyList<(string Name, int Source)> Outputs { get; }

    private int NumberOf(Tensor<T> tensor)
    {
        if (_numbers.TryGetValue(tensor, out int number))
            return number;
        _leaves.Add(tensor);
        return _numbers[tensor] = -_leaves.Count;
    }

    /// <summary>One operation.</summary>
    /// <param name="Description">What it computes.</param>
    /// <param name="Inputs">Numbers of operations, from 0, or -1 - k for leaf k.</param>
    /// <param name="Shape">The shape of the result.</param>
    public sealed record Step(OperationDescription Description, int[] Inputs, Shape Shape);
}
