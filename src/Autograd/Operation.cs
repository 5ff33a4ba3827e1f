using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Autograd;

/// <summary>
/// One recorded operation: it holds its inputs and whatever its backward pass needs, in fields that are there to be seen.
/// Derive from it to make an operation of your own; <see cref="GradientCheck"/> tells whether it is right.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The variables that gradients flow to.</summary>
    public abstract IReadOnlyList<Variable<T>> Inputs { get; }

    /// <summary>What the operation is called in graphs.</summary>
    public virtual string Name => GetType().Name.Split('`')[0].Replace("Operation", "", StringComparison.Ordinal);

    /// <summary>The result.</summary>
    public Variable<T> Output { get; internal set; } = null!;

    /// <summary>The output's gradient, where nobody will read it after this operation's backward pass.</summary>
    internal Tensor<T>? Givable { get; set; }

    /// <summary>Adds to the gradient of each input that wants one, given that of the output.</summary>
    /// <param name="dOut">The gradient with respect to the output, of the output's shape. It must not be changed.</param>
    public abstract void Backward(Tensor<T> dOut);

    /// <summary>
    /// The gradient of an input, to be added to: zero where nothing has flowed into it yet. Null where the input wants none.
    /// The simple way for operations outside of this library.
    /// </summary>
    protected static Tensor<T>? GradientOf(Variable<T> input)
    {
        if (!input.RequiresGradient)
            return null;
        var gradient = input.GradientToWrite(out bool accumulate);
        if (!accumulate)
            gradient.Span.Clear();
        return gradient;
    }

    /// <summary>The gradient of an input, to be overwritten, or added to with <paramref name="accumulate"/>; false where the input wants none.</summary>
    private protected static bool Wants(Variable<T> input, out Tensor<T> gradient, out bool accumulate)
    {
        accumulate = false;
        gradient = null!;
        if (!input.RequiresGradient)
            return false;
        gradient = input.GradientToWrite(out accumulate);
        return true;
    }

    /// <summary>Passes a gradient of the input's length on as it is: given away without a copy to the first input that has none yet.</summary>
    private protected void Pass(Variable<T> input, Tensor<T> dOut)
    {
        if (Givable is not null && input.RequiresGradient && input.TryAdoptGradient(dOut))
        {
            Givable = null;
            return;
        }

        if (!Wants(input, out var gradient, out bool accumulate))
            return;
        Tensors.Kernels.RowCopy.Run(1, dOut.Length, dOut.Span, dOut.Length, gradient.Span, gradient.Length, accumulate);
    }
}
