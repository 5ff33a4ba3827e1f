using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Memory;

namespace Diffusion.Autograd;

public sealed partial class Tape<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The gradients of a single number with respect to everything that it was computed from; they add to those of earlier passes.</summary>
    /// <exception cref="ArgumentException">The variable is not a single number, or not a result of this tape.</exception>
    /// <exception cref="InvalidOperationException">It was done already for this number, or something that the pass must read was written to meanwhile.</exception>
    public void Backward(Variable<T> loss)
    {
        var seed = One(loss);
        if (loss.IsUsedUp)
            throw new InvalidOperationException("The gradients of this number were computed already, and would be added twice. For several losses, call Backward for each; for a new pass, record it anew.");
        _sink.Run(_operations, loss, seed);
        loss.IsUsedUp = true;
    }

    /// <summary>
    /// The vector-Jacobian product: the gradients of Σ result·seed with respect to everything that the result was computed
    /// from. It may be called with several seeds, whose gradients add up.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes differ, or the variable is not a result of this tape.</exception>
    /// <exception cref="InvalidOperationException">Something that the pass must read was written to meanwhile.</exception>
    public void Backward(Variable<T> result, Tensor<T> seed) => _sink.Run(_operations, result, CopyOf(result, seed));

    /// <summary>The gradient of a single number with respect to one variable, which adds to no other gradient. It is a constant, in the tape's memory.</summary>
    /// <param name="loss">The number.</param>
    /// <param name="input">A parameter, an input of the tape, or a result of it.</param>
    /// <exception cref="ArgumentException">The variable is not a single number, or it does not depend on the input.</exception>
    public Tensor<T> Gradient(Variable<T> loss, Variable<T> input) => Gradients(loss, input)[0];

    /// <summary>The gradients of a single number with respect to some variables, which add to no other gradient. They are constants, in the tape's memory.</summary>
    /// <param name="loss">The number.</param>
    /// <param name="inputs">Parameters, inputs of the tape, or results of it.</param>
    /// <exception cref="ArgumentException">The variable is not a single number, or it does not depend on one of the inputs.</exception>
    public IReadOnlyList<Tensor<T>> Gradients(Variable<T> loss, params IReadOnlyList<Variable<T>> inputs) => Found(loss, One(loss), inputs);

    /// <summary>The vector-Jacobian product with respect to one variable, which adds to no other gradient.</summary>
    /// <param name="result">The result.</param>
    /// <param name="seed">What its elements are weighted by.</param>
    /// <param name="input">A parameter, an input of the tape, or a result of it.</param>
    /// <exception cref="ArgumentException">The shapes differ, or the result does not depend on the input.</exception>
    public Tensor<T> Gradient(Variable<T> result, Tensor<T> seed, Variable<T> input) => Found(result, CopyOf(result, seed), [input])[0];

    private Tensor<T> One(Variable<T> loss)
    {
        if (loss.Shape.Length != 1)
            throw new ArgumentException($"Backward starts from a single number, but the variable has the shape {loss.Shape}; reduce it with Sum or Mean, or give the gradient to start from.", nameof(loss));
        CheckResult(loss);
        var seed = _pool.RentUnseen(loss.Shape);
        seed.Span[0] = T.One;
        return seed;
    }

    private Tensor<T>[] Found(Variable<T> result, Tensor<T> seed, IReadOnlyList<Variable<T>> inputs)
    {
        _sink.Run(_operations, result, seed, inputs);
        var found = _sink.TakeFound();
        for (int i = 0; i < found.Length; i++)
        {
            // One that is asked for twice was found at its first place.
            for (int first = 0; first < i && found[i] is null; first++)
                found[i] = ReferenceEquals(inputs[first], inputs[i]) ? found[first] : null;
            if (found[i] is null)
                throw new ArgumentException($"The result of shape {result.Shape} does not depend on {inputs[i].Name ?? "the variable"} of shape {inputs[i].Shape}, or that requires no gradient.", nameof(inputs));
            found[i]!.MarkSeen();
        }

        return found!;
    }

    private Tensor<T> CopyOf(Variable<T> result, Tensor<T> seed)
    {
        if (result.Shape != seed.Shape)
            throw new ArgumentException($"The gradient to start from has the shape {seed.Shape}, but the variable {result.Shape}.", nameof(seed));
        CheckResult(result);
        var copy = _pool.RentUnseen(seed.Shape);
        seed.Span.CopyTo(copy.Span);
        return copy;
    }

    private void CheckResult(Variable<T> result)
    {
        CheckRunning();
        result.CheckAlive();
        if (result.Tape != this || !result.RequiresGradient)
        {
            throw new ArgumentException(
                "Backward starts from a result that this tape recorded and that depends on something that requires a gradient. (A gradient itself is a constant: gradients of gradients are not recorded.)",
                nameof(result));
        }

        // Mostly nothing was written to since the tape began, and one look tells.
        long now = WriteClock.Now;
        if (result.Node >= 0 && (Checked.IsOn || _operations[0].RecordedAt != now))
            CheckUnchanged(result, now);
    }

    // Of the operations that the pass will come to, and of no others.
    private void CheckUnchanged(Variable<T> result, long now)
    {
        var reached = new bool[result.Node + 1];
        reached[result.Node] = true;
        for (int i = result.Node; i >= 0; i--)
        {
            if (!reached[i])
                continue;
            _operations[i].CheckUnchanged(now);
            foreach (var input in _operations[i].Inputs)
            {
                if (input.Node >= 0)
                    reached[input.Node] = true;
            }
        }
    }
}
