using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Memory;

namespace Diffusion.Autograd;

/// <summary>
/// One recorded operation: it holds its inputs and whatever its backward pass needs, in fields that are there to be seen.
/// Derive from it to make an operation of your own; <see cref="GradientCheck"/> tells whether it is right.
/// </summary>
/// <example>
/// <code>
/// sealed class Cube(Variable&lt;double&gt; x) : Operation&lt;double&gt;
/// {
///     public override IReadOnlyList&lt;Variable&lt;double&gt;&gt; Inputs => [x];
///
///     public static Variable&lt;double&gt; Of(Variable&lt;double&gt; x) => new Cube(x).Record(x.Value.Map(v => v * v * v));
///
///     // dx += 3x²·dy
///     public override void Backward(Tensor&lt;double&gt; dOut, GradientSink&lt;double&gt; sink) => sink.Add(x, dOut * x.Value.Map(v => 3 * v * v));
/// }
/// </code>
/// </example>
/// <typeparam name="T">The number type.</typeparam>
public abstract class Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private int _content;

    /// <summary>The variables that the operation was computed from; gradients flow to those that want one.</summary>
    public abstract IReadOnlyList<Variable<T>> Inputs { get; }

    /// <summary>What the operation is called in graphs.</summary>
    public virtual string Name => GetType().Name.Split('`')[0].Replace("Operation", "", StringComparison.Ordinal);

    /// <summary>
    /// What the operation computes, for what writes it down for another program (docs/onnx.md). Where the operation depends on more
    /// than its inputs, say it here; the default is the name, with no attributes.
    /// </summary>
    public virtual OperationDescription Describe() => new(Name);

    /// <summary>The result.</summary>
    public Variable<T> Output { get; private set; } = null!;

    /// <summary>Whether the operation is written outside of this library, and may keep any tensor that it sees.</summary>
    internal bool IsForeign { get; private set; }

    /// <summary>When the operation was recorded, by <see cref="WriteClock"/>: what it keeps must not be written to later.</summary>
    internal long RecordedAt { get; private set; }

    /// <summary>Hands the gradients of the inputs to the sink, given that of the output.</summary>
    /// <param name="dOut">The gradient with respect to the output, of the output's shape. It must not be changed, and is lent for this call.</param>
    /// <param name="sink">Where gradients go: it says which inputs want one, adds up and reuses memory.</param>
    public abstract void Backward(Tensor<T> dOut, GradientSink<T> sink);

    /// <summary>
    /// The variable of a result: recorded on the tape of the inputs or, where they have none, on the one that runs on this
    /// thread, if a gradient may be wanted. For operations that are written outside of this library.
    /// </summary>
    /// <param name="value">The result, computed already.</param>
    /// <exception cref="InvalidOperationException">The inputs do not go together on a tape.</exception>
    public Variable<T> Record(Tensor<T> value)
    {
        return Record(Recorder<T>.For([.. Inputs]), value);
    }

    internal Variable<T> Record(Recorder<T> recorder, Tensor<T> value)
    {
        IsForeign = true;
        return recorder.Result(value, recorder.Records ? this : null);
    }

    internal void Recorded(Variable<T> output)
    {
        (Output, RecordedAt) = (output, WriteClock.Now);
        if (Checked.IsOn)
            _content = Checked.ContentOf(this);
    }

    /// <summary>Whether anything that the backward pass may read was written to since the operation was recorded.</summary>
    internal void CheckUnchanged(long now)
    {
        if (RecordedAt != now)
        {
            foreach (var input in Inputs)
                CheckUnchanged(input, "An input");
            CheckUnchanged(Output, "The result");
        }

        if (Checked.IsOn && Checked.ContentOf(this) != _content)
            throw new InvalidOperationException($"What the operation {Name} read or made was written to before the backward pass, so its gradient would be wrong.");
    }

    private void CheckUnchanged(Variable<T> variable, string what)
    {
        if (variable.Data.WrittenAt > RecordedAt)
        {
            throw new InvalidOperationException(
                $"{what} of the operation {Name}, {variable.Name ?? "a tensor"} of shape {variable.Shape}, was written to before the backward pass, so its gradient would be wrong. " +
                "Write after Backward (an optimiser's step, say), or give the operation a copy (Clone).");
        }
    }
}
