using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Autograd;

/// <summary>The tape of an operation's inputs: where its result gets memory, and whether anything must be recorded.</summary>
internal readonly ref struct Recorder<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Recorder(Tape<T>? tape, bool records)
    {
        Tape = tape;
        Records = records;
    }

    public Tape<T>? Tape { get; }

    /// <summary>Whether a backward pass may come: there is a recording tape and an input that wants a gradient.</summary>
    public bool Records { get; }

    /// <exception cref="InvalidOperationException">The inputs live on different tapes.</exception>
    public static Recorder<T> For(params ReadOnlySpan<Variable<T>?> inputs)
    {
        Tape<T>? tape = null;
        bool wanted = false;
        foreach (var input in inputs)
        {
            if (input is null)
                continue;
            wanted |= input.RequiresGradient;
            if (input.Tape is null)
                continue;
            if (tape is not null && tape != input.Tape)
                throw new InvalidOperationException("The inputs of an operation live on two different tapes.");
            tape = input.Tape;
        }

        return new Recorder<T>(tape, wanted && tape is { Records: true });
    }

    /// <summary>Memory for the result: the tape's, or where there is none, its own.</summary>
    public Tensor<T> New(Shape shape) => Tape?.Rent(shape) ?? Tensor<T>.Uninitialized(shape);

    /// <summary>A result of which nothing is remembered.</summary>
    public Variable<T> Result(Tensor<T> value) => new(value, Tape, requiresGradient: false);

    /// <summary>A result whose operation goes on the tape; null where nothing has to be recorded.</summary>
    public Variable<T> Result(Tensor<T> value, Operation<T>? operation) => operation is null ? Result(value) : Tape!.Append(operation, value);
}
