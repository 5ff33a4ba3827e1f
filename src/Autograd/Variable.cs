using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Autograd;

/// <summary>
/// A tensor that takes part in differentiation. It knows the tape that recorded it, if any, and after
/// <see cref="Tape{T}.Backward(Variable{T})"/> its gradient, if it was asked for.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public class Variable<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _generation;
    private Tensor<T> _value;
    private Tensor<T>? _gradient;

    /// <summary>A variable without a tape: a constant, or with <paramref name="requiresGradient"/> something that lives longer than a tape.</summary>
    public Variable(Tensor<T> value, bool requiresGradient = false)
    {
        _value = value;
        RequiresGradient = requiresGradient;
    }

    internal Variable(Tensor<T> value, Tape<T>? tape, bool requiresGradient)
        : this(value, requiresGradient)
    {
        Tape = tape;
        _generation = tape?.Generation ?? 0;
    }

    /// <summary>The tape that the variable lives on; null where it lives on its own.</summary>
    public Tape<T>? Tape { get; }

    /// <summary>Whether gradients flow into the variable.</summary>
    public bool RequiresGradient { get; }

    /// <summary>What the variable is called in graphs and messages.</summary>
    public string? Name { get; init; }

    /// <summary>The shape of the value.</summary>
    public Shape Shape => _value.Shape;

    /// <summary>The value.</summary>
    /// <exception cref="ObjectDisposedException">The tape has ended, and the memory has gone back to it.</exception>
    public Tensor<T> Value
    {
        get
        {
            CheckAlive();
            return _value;
        }

        internal set => _value = value;
    }

    /// <summary>
    /// The gradient of the last backward pass with respect to this variable, of the value's shape; null where there is none.
    /// For what lives on a tape it is kept only for the tape's inputs and for what <see cref="KeepGradient"/> was called on.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The tape has ended, and the memory has gone back to it.</exception>
    public Tensor<T>? Gradient
    {
        get
        {
            CheckAlive();
            return HasGradient ? _gradient : null;
        }
    }

    internal bool HasGradient { get; private set; }

    internal bool KeepsGradient { get; private set; }

    /// <summary>A constant that takes part in an operation.</summary>
    public static implicit operator Variable<T>(Tensor<T> value) => FromTensor(value);

    /// <summary>A constant that takes part in an operation.</summary>
    public static Variable<T> FromTensor(Tensor<T> value) => new(value);

    /// <summary>x + y, broadcasting as NumPy does.</summary>
    public static Variable<T> operator +(Variable<T> x, Variable<T> y) => Operations.Add(x, y);

    /// <summary>x - y, broadcasting as NumPy does.</summary>
    public static Variable<T> operator -(Variable<T> x, Variable<T> y) => Operations.Subtract(x, y);

    /// <summary>x·y, element by element, broadcasting as NumPy does.</summary>
    public static Variable<T> operator *(Variable<T> x, Variable<T> y) => Operations.Multiply(x, y);

    /// <summary>x / y, element by element, broadcasting as NumPy does.</summary>
    public static Variable<T> operator /(Variable<T> x, Variable<T> y) => Operations.Divide(x, y);

    /// <summary>factor·x.</summary>
    public static Variable<T> operator *(T factor, Variable<T> x) => Operations.Scale(x, factor);

    /// <summary>-x.</summary>
    public static Variable<T> operator -(Variable<T> x) => Operations.Scale(x, -T.One);

    /// <summary>Asks that the gradient of an intermediate result be kept after the backward pass.</summary>
    public void KeepGradient() => KeepsGradient = true;

    /// <summary>Forgets the gradient, so that the next backward pass begins anew.</summary>
    public void ClearGradient() => HasGradient = false;

    /// <summary>The name if there is one, and the value.</summary>
    public override string ToString() => (Name is null ? "" : Name + " = ") + Value;

    /// <summary>
    /// Where the gradient is to be written: with <paramref name="accumulate"/> it must be added to what is there, else the
    /// memory is undefined and must be overwritten.
    /// </summary>
    internal Tensor<T> GradientToWrite(out bool accumulate)
    {
        accumulate = HasGradient;
        if (!HasGradient)
        {
            if (_gradient is null || Tape is not null)
                _gradient = Tape is null ? Tensor<T>.Uninitialized(_value.Shape) : Tape.Rent(_value.Shape);
            HasGradient = true;
        }

        return _gradient!;
    }

    /// <summary>Makes a tensor the gradient without copying it, where there is none yet; the caller gives it away.</summary>
    internal bool TryAdoptGradient(Tensor<T> gradient)
    {
        if (HasGradient || Tape is null)
            return false;
        _gradient = gradient.Shape == _value.Shape ? gradient : gradient.Reshape(_value.Shape);
        HasGradient = true;
        return true;
    }

    /// <summary>Takes the gradient away from a variable on a tape, for the memory to be used again.</summary>
    internal Tensor<T>? TakeGradient()
    {
        var gradient = HasGradient ? _gradient : null;
        HasGradient = false;
        _gradient = null;
        return gradient;
    }

    private void CheckAlive()
    {
        if (Tape is not null && Tape.Generation != _generation)
            throw new ObjectDisposedException(Name ?? "A variable", "The tape that recorded this variable has ended; copy what is needed later (variable.Value.Clone()) before.");
    }
}
