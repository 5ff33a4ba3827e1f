using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Memory;

namespace Diffusion.Autograd;

/// <summary>
/// A list of the operations of one iteration, and the memory that they use. <see cref="Backward(Variable{T})"/> walks the
/// list in reverse; ending the tape gives the memory back, and the next tape on the same thread uses it again.
/// </summary>
/// <remarks>
/// A tape belongs to the thread that started it, and is used and ended there: no <c>await</c> in between. Operations record on
/// the tape of their inputs or, where these have none (parameters), on the innermost one that runs on the thread. Inside an
/// inference tape, or while <see cref="NoGradient"/> is in force, nothing is recorded.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed partial class Tape<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<Operation<T>> _operations = [];
    private readonly List<Tensor<T>> _rented = [];
    private readonly TensorPool<T> _pool = new();
    private readonly IndexPool _indices = new();
    private readonly GradientSink<T> _sink;
    private Variable<T>? _watched;
    private bool _running;
    private int _thread;

    private Tape() => _sink = new(this, _pool);

    /// <summary>Whether operations are recorded; else the tape only provides memory.</summary>
    public bool Records { get; private set; }

    /// <summary>Whether every operation is recorded, also where no gradient may be asked for: see <see cref="StartTrace"/>.</summary>
    public bool IsTrace { get; private set; }

    /// <summary>The recorded operations, in order.</summary>
    public IReadOnlyList<Operation<T>> Operations => _operations;

    /// <summary>The bytes of all buffers of this tape's memory.</summary>
    public long AllocatedBytes => _pool.AllocatedBytes;

    /// <summary>A point in the tape's memory, to which <see cref="KeepOnly"/> goes back.</summary>
    public int Mark => _rented.Count;

    internal int Generation { get; private set; }

    /// <summary>How many lengths of index arrays the tape remembers.</summary>
    internal int IndexLengths => _indices.Lengths;

    /// <summary>A leaf on this tape: a constant, or with <paramref name="requiresGradient"/> an input whose gradient is kept. The tensor is not copied.</summary>
    public Variable<T> Variable(Tensor<T> value, bool requiresGradient = false, string? name = null)
    {
        CheckRunning();
        return _watched is not null && ReferenceEquals(_watched.Data, value)
            ? _watched
            : new Variable<T>(value, this, requiresGradient && Records) { Name = name };
    }

    /// <summary>
    /// An input whose gradient is kept, also where others make a variable of the same tensor on this tape: so that what takes
    /// tensors, such as a network its data, can be differentiated with respect to them. One tensor at a time.
    /// </summary>
    public Variable<T> Watch(Tensor<T> value)
    {
        _watched = null;
        return _watched = Variable(value, requiresGradient: true);
    }

    /// <summary>A tensor in the tape's memory, with undefined elements. It is of use as long as the tape runs; after that, reading it throws.</summary>
    public Tensor<T> Rent(Shape shape)
    {
        var tensor = RentUnseen(shape);
        tensor.MarkSeen();
        return tensor;
    }

    /// <summary>Whole numbers in the tape's memory, such as indices that a backward pass needs; they live as long as the tape runs.</summary>
    public int[] RentIndices(int length)
    {
        CheckRunning();
        return _indices.Rent(length);
    }

    /// <summary>Records an operation that is written outside of this library and gives its result; see also <see cref="Operation{T}.Record(Tensor{T})"/>.</summary>
    /// <param name="operation">The operation, with what its backward pass needs.</param>
    /// <param name="value">Its result, computed already; <see cref="Rent"/> gives memory for it.</param>
    public Variable<T> Record(Operation<T> operation, Tensor<T> value)
    {
        CheckRunning();
        return operation.Record(Recorder<T>.On(this, [.. operation.Inputs]), value);
    }

    /// <summary>
    /// Where nothing is recorded, takes back all memory that was rented since a mark, but for that of a result; on a tape
    /// that records it does nothing, since the backward pass needs what was made. Modules end with it, so that inference
    /// keeps no more than it needs. Reading what was taken back throws.
    /// </summary>
    /// <returns>The result.</returns>
    public Variable<T> KeepOnly(int mark, Variable<T> result)
    {
        if (!Records)
            ReleaseSince(mark, result.Data);
        return result;
    }

    /// <summary>The recorded graph with shapes, as a flow chart in the language of Mermaid.</summary>
    public string ToMermaid() => Mermaid.Draw(this);

    /// <summary>Ends the tape: forgets the operations and takes all memory back.</summary>
    /// <exception cref="InvalidOperationException">The tape was started on another thread. It has ended all the same, and its memory is not used again.</exception>
    public void Dispose()
    {
        if (!_running)
            return;
        _running = false;
        _watched = null;
        Generation++;
        _operations.Clear();
        if (_thread != Environment.CurrentManagedThreadId)
            throw OtherThread();
        ReleaseSince(0, null);
        _pool.EndUse();
        _indices.EndUse();
        Retire(this);
    }

    /// <summary>A tensor in the tape's memory that only operations of this library hold.</summary>
    internal Tensor<T> RentUnseen(Shape shape)
    {
        CheckRunning();
        var tensor = _pool.RentUnseen(shape);
        _rented.Add(tensor);
        return tensor;
    }

    /// <summary>Takes over memory of the pool that a backward pass rented.</summary>
    internal void Own(Tensor<T> tensor) => _rented.Add(tensor);

    /// <summary>Appends an operation of which it is known that a gradient will be asked for, or any operation to a trace.</summary>
    internal Variable<T> Append(Operation<T> operation, Tensor<T> value)
    {
        CheckRunning();
        var output = new Variable<T>(value, this, requiresGradient: !IsTrace) { Node = _operations.Count };
        _operations.Add(operation);
        operation.Recorded(output);
        return output;
    }

    private void ReleaseSince(int mark, Tensor<T>? kept)
    {
        Tensor<T>? survivor = null;
        for (int i = mark; i < _rented.Count; i++)
        {
            if (kept is not null && ReferenceEquals(_rented[i].Owner, kept.Owner))
                survivor = _rented[i];
            else
                _pool.Return(_rented[i]);
        }

        _rented.RemoveRange(mark, _rented.Count - mark);
        if (survivor is not null)
            _rented.Add(survivor);
    }

    private void CheckRunning()
    {
        if (!_running)
            throw new ObjectDisposedException(nameof(Tape<T>), "The tape has ended.");
        if (_thread != Environment.CurrentManagedThreadId)
            throw OtherThread();
    }

    private InvalidOperationException OtherThread() => new(
        $"The tape was started on thread {_thread}, but is used or ended on thread {Environment.CurrentManagedThreadId}. A tape belongs to one thread: let no await stand between its start and its end.");
}
