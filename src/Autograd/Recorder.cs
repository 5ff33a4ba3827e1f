using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Autograd;

/// <summary>
/// Where the result of an operation gets its memory, and whether it must be recorded. One rule for all operations, so that
/// no gradient is lost on the way: docs/architecture.md, "Which tape".
/// </summary>
internal readonly ref struct Recorder<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _unrecorded;

    private Recorder(Tape<T>? tape, bool records, bool unrecorded)
    {
        Tape = tape;
        Records = records;
        _unrecorded = unrecorded;
    }

    /// <summary>The tape that the result lives on; null where there is none.</summary>
    public Tape<T>? Tape { get; }

    /// <summary>Whether a backward pass may come: there is a recording tape and an input that wants a gradient; or whether the tape is a trace.</summary>
    public bool Records { get; }

    /// <exception cref="InvalidOperationException">
    /// The inputs live on different tapes, or one was computed from a parameter while no tape ran.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tape of an input has ended.</exception>
    public static Recorder<T> For(params ReadOnlySpan<Variable<T>?> inputs) => On(null, inputs);

    /// <summary>The same for an operation that is to be recorded on a tape that is given.</summary>
    public static Recorder<T> On(Tape<T>? own, params ReadOnlySpan<Variable<T>?> inputs)
    {
        Variable<T>? lost = null;
        bool wanted = false, mixed = false;
        foreach (var input in inputs)
        {
            if (input is null)
                continue;
            input.CheckAlive();
            wanted |= input.RequiresGradient;
            if (input.IsUnrecorded)
                lost = input;
            if (input.Tape is null)
                continue;
            mixed |= own is not null && own != input.Tape;
            own = input.Tape;
        }

        var running = Tape<T>.Running;
        if (running is { IsTrace: true })
            return new Recorder<T>(running, records: true, unrecorded: false);
        if (Tape<T>.GradientsAreOff || running is { Records: false })
            return new Recorder<T>(running ?? own, records: false, unrecorded: false);
        if (mixed)
            throw new InvalidOperationException("The inputs of an operation live on two different tapes.");

        // What depends on parameters alone has no tape of its own.
        var tape = own ?? (wanted || lost is not null ? running : null);
        if (tape is null)
            return new Recorder<T>(null, records: false, unrecorded: wanted || lost is not null);
        if (lost is not null && tape.Records)
        {
            throw new InvalidOperationException(
                $"{lost.Name ?? "A variable"} of shape {lost.Shape} was computed from a parameter while no tape ran, so its gradient would be lost. " +
                "Compute it after Tape.Start(), or call Detach() if it is meant as a constant.");
        }

        return new Recorder<T>(tape, wanted && tape.Records, unrecorded: false);
    }

    /// <summary>Memory for the result, or for what the operation keeps: the tape's, or where there is none, its own.</summary>
    public Tensor<T> New(Shape shape) => Tape?.RentUnseen(shape) ?? Tensor<T>.Uninitialized(shape);

    /// <summary>A copy of whole numbers that the backward pass needs, so that the caller may change his.</summary>
    public int[] Copy(ReadOnlySpan<int> numbers)
    {
        int[] copy = Tape?.RentIndices(numbers.Length) ?? new int[numbers.Length];
        numbers.CopyTo(copy);
        return copy;
    }

    /// <summary>The result; its operation goes on the tape, and is null where nothing has to be recorded.</summary>
    public Variable<T> Result(Tensor<T> value, Operation<T>? operation) =>
        operation is null ? new Variable<T>(value, Tape, requiresGradient: false, unrecorded: _unrecorded) : Tape!.Append(operation, value);
}
