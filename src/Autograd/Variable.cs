using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Autograd;

/// <summary>
/// A tensor that takes part in differentiation. It knows the tape that recorded it, if any, and after
/// <see cref="Tape{T}.Backward(Variable{T})"/> its gradient, if it was asked for.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public partial class Variable<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tensor<T> _value;
    private readonly int _generation, _lease;
    private Tensor<T>? _gradient;
    private GradientState _state;
    private bool _requiresGradient;

    /// <summary>A variable without a tape: a constant, or with <paramref name="requiresGradient"/> something that lives longer than a tape.</summary>
    public Variable(Tensor<T> value, bool requiresGradient = false)
        : this(value, null, requiresGradient)
    {
    }

    internal Variable(Tensor<T> value, Tape<T>? tape, bool requiresGradient, bool unrecorded = false)
    {
        _value = value;
        _lease = value.Owner.Lease;
        _requiresGradient = requiresGradient;
        Tape = tape;
        _generation = tape?.Generation ?? 0;
        IsUnrecorded = unrecorded;
    }

    private enum GradientState : byte
    {
        None,
        Whole,

        // A backward pass failed after it had added to it.
        Broken,
    }

    /// <summary>The tape that the variable lives on; null where it lives on its own.</summary>
    public Tape<T>? Tape { get; }

    /// <summary>Whether gradients flow into the variable. Setting it to false freezes a parameter: no work is done for its gradient.</summary>
    /// <exception cref="InvalidOperationException">It is set for a variable on a tape, or while a tape records on this thread: what is recorded already would not follow.</exception>
    public bool RequiresGradient
    {
        get => _requiresGradient;
        set
        {
            if (value == _requiresGradient)
                return;
            if (Tape is not null)
                throw new InvalidOperationException("Whether a variable on a tape requires a gradient is settled when it is made; Detach() gives a constant.");
            if (Tape<T>.Running is { Records: true })
                throw new InvalidOperationException("RequiresGradient cannot change while a tape records on this thread: what is recorded already would not follow. Set it before Tape.Start().");
            _requiresGradient = value;
            if (!value)
                ClearGradient();
        }
    }

    /// <summary>What the variable is called in graphs and messages.</summary>
    public string? Name { get; init; }

    /// <summary>The shape of the value.</summary>
    public Shape Shape => _value.Shape;

    /// <summary>The value.</summary>
    /// <exception cref="ObjectDisposedException">The tape has ended, or an inference tape has given the memory to others.</exception>
    public Tensor<T> Value
    {
        get
        {
            var value = Data;
            value.MarkSeen();
            return value;
        }
    }

    /// <summary>
    /// The sum of the gradients of backward passes with respect to this variable, of the value's shape; null where there is
    /// none. For what lives on a tape it is kept only for the tape's inputs and for what <see cref="KeepGradient"/> was called on.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The tape has ended, and the memory has gone back to it.</exception>
    /// <exception cref="InvalidOperationException">A backward pass failed after it had added to the gradient.</exception>
    public Tensor<T>? Gradient
    {
        get
        {
            CheckAlive();
            if (_state == GradientState.Broken)
                throw new InvalidOperationException($"A backward pass failed after it had added to the gradient of {Name ?? "a variable"} of shape {Shape}: it is lost. ClearGradient() begins anew.");
            if (_state == GradientState.None)
                return null;
            _gradient!.MarkSeen();
            return _gradient;
        }
    }

    /// <summary>The value, for operations of this library, which do not keep it past the tape.</summary>
    internal Tensor<T> Data
    {
        get
        {
            CheckAlive();
            return _value;
        }
    }

    /// <summary>Where the backward pass keeps the gradient of this result of an operation; -1 where the variable keeps its own.</summary>
    internal int Node { get; init; } = -1;

    /// <summary>Whether it depends on a parameter, but was computed while no tape ran.</summary>
    internal bool IsUnrecorded { get; }

    internal bool KeepsGradient { get; private set; }

    /// <summary>Whether a backward pass has begun from this result.</summary>
    internal bool IsUsedUp { get; set; }

    /// <summary>A constant that takes part in an operation.</summary>
    public static implicit operator Variable<T>(Tensor<T> value) => FromTensor(value);

    /// <summary>A constant that takes part in an operation.</summary>
    public static Variable<T> FromTensor(Tensor<T> value) => new(value);

    /// <summary>The same numbers as a constant, in the same memory: gradients stop here.</summary>
    public Variable<T> Detach() => new(Data, Tape, requiresGradient: false) { Name = Name };

    /// <summary>Asks that the gradient of an intermediate result be kept after backward passes.</summary>
    public void KeepGradient() => KeepsGradient = true;

    /// <summary>Forgets the gradient, so that the next backward pass begins anew.</summary>
    public void ClearGradient() => _state = GradientState.None;

    /// <summary>The name if there is one, and the value.</summary>
    public override string ToString() => (Name is null ? "" : Name + " = ") + Value;

    /// <exception cref="ObjectDisposedException">The value's memory serves others by now.</exception>
    internal void CheckAlive()
    {
        if (Tape is not null && Tape.Generation != _generation)
            throw new ObjectDisposedException(Name ?? "A variable", "The tape that recorded this variable has ended; copy what is needed later (variable.Value.Clone()) before.");
        if (_value.Owner.Lease != _lease)
            throw new ObjectDisposedException(Name ?? "A variable", "The memory of this intermediate result serves others: an inference tape keeps only what a module returns. Copy it before, or record it.");
    }

    /// <summary>
    /// Where a variable that keeps its own gradient has it written: with <paramref name="accumulate"/> it must be added to
    /// what is there, else the memory is undefined and must be overwritten.
    /// </summary>
    internal Tensor<T> GradientToWrite(out bool accumulate)
    {
        accumulate = _state != GradientState.None;
        if (_state == GradientState.Broken)
            _ = Gradient;
        if (!accumulate && (_gradient is null || Tape is not null))
            _gradient = Tape?.RentUnseen(_value.Shape) ?? Tensor<T>.Uninitialized(_value.Shape);
        _state = GradientState.Whole;
        return _gradient!;
    }

    /// <summary>Makes a tensor the gradient without copying it, where there is none yet.</summary>
    internal bool TryAdoptGradient(Tensor<T> gradient)
    {
        if (_state != GradientState.None || Tape is null)
            return false;
        _gradient = gradient;
        _state = GradientState.Whole;
        return true;
    }

    /// <summary>After a pass that failed: the gradient is as it was where there was none, else it is not to be had.</summary>
    internal void BreakGradient(bool hadOne) => _state = hadOne ? GradientState.Broken : GradientState.None;
}
