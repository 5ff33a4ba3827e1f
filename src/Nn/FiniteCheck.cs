using System.Globalization;
using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Nn;

/// <summary>
/// Tells where the numbers of a training step were first not finite: which layer, input or parameter, forward or backward. As long as
/// all is well, a look costs next to nothing: what the tape recorded is searched only after something went wrong.
/// </summary>
/// <example>
/// <code>
/// var check = new FiniteCheck&lt;float&gt;(network);
/// ...
/// if (check.Loss(loss) is { } forward)
///     throw new InvalidOperationException($"step {step}: {forward}");
/// tape.Backward(loss);
/// if (check.Gradients(loss) is { } backward)
///     throw new InvalidOperationException($"step {step}: {backward}");
/// optimiser.Step();
/// </code>
/// </example>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="module">What is trained: its names tell the places.</param>
public sealed class FiniteCheck<T>(Module<T> module)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Parameter<T>[] _parameters = [.. module.Parameters];

    /// <summary>Looks at a loss, while its tape runs.</summary>
    /// <param name="loss">A single number.</param>
    /// <returns>
    /// Null for a finite one. Else one line, such as <c>the loss is NaN; first not finite: the output of layers.3 (Conv1d), 5 of 1,024 values</c>.
    /// </returns>
    public string? Loss(Variable<T> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        T value = loss.Value.ToScalar();
        if (T.IsFinite(value))
            return null;
        string what = $"the loss is {value.ToString(null, CultureInfo.InvariantCulture)}";
        if (loss.Tape is not { } tape)
            return what;
        var places = new TapePlaces<T>(module, tape);
        foreach (var operation in tape.Operations)
        {
            foreach (var input in operation.Inputs.Where(places.IsLeaf))
            {
                if (Count(input.Value) is { } ofLeaf)
                    return $"{what}; first not finite: {places.OfLeaf(input, operation)}, {ofLeaf}";
            }

            if (Count(operation.Output.Value) is { } ofOutput)
                return $"{what}; first not finite: {places.OfOutput(operation)}, {ofOutput}";
        }

        return what;
    }

    /// <summary>Looks at the gradients of a backward pass from a loss, before the optimiser's step and while its tape runs.</summary>
    /// <param name="loss">The number that the pass began from.</param>
    /// <returns>
    /// Null where those of all parameters are finite. Else one line, such as <c>the loss is 0.25, but not all gradients are finite; first, going
    /// backward: that of the output of layers.3 (Conv1d), 5 of 1,024 values</c>. The parameters have the gradients of this loss alone then.
    /// </returns>
    public string? Gradients(Variable<T> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (Array.TrueForAll(_parameters, IsFinite) || loss.Tape is not { } tape)
            return null;

        // The same pass once more, which keeps what it comes by: what a pass makes on the way is given to others else.
        foreach (var operation in tape.Operations)
            operation.Output.KeepGradient();
        module.ZeroGradients();
        tape.Backward(loss, Tensor<T>.Full(loss.Shape, T.One));
        var places = new TapePlaces<T>(module, tape);
        foreach (var operation in tape.Operations.Reverse())
        {
            string? place = operation.Output.Gradient is { } gradient && Count(gradient) is { } ofOutput ? $"{places.OfOutput(operation)}, {ofOutput}" : null;
            foreach (var input in operation.Inputs.Where(input => place is null && places.IsLeaf(input)))
                place = input.Gradient is { } own && Count(own) is { } ofLeaf ? $"{places.OfLeaf(input, operation)}, {ofLeaf}" : null;
            if (place is not null)
                return $"the loss is {loss.Value.ToScalar().ToString(null, CultureInfo.InvariantCulture)}, but not all gradients are finite; first, going backward: that of {place}";
        }

        return null;
    }

    // A sum that is finite has no part that is not. One that overflows is looked at again.
    private static bool IsFinite(Parameter<T> parameter) =>
        !parameter.RequiresGradient || parameter.Gradient is not { } gradient || T.IsFinite(TensorPrimitives.Sum<T>(gradient.Span)) || Count(gradient) is null;

    private static string? Count(Tensor<T> tensor)
    {
        int count = 0;
        foreach (T value in tensor.Span)
            count += T.IsFinite(value) ? 0 : 1;
        return count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{count:N0} of {tensor.Length:N0} values");
    }
}
