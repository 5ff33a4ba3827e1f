using System.Numerics;
using System.Text;
using Diffusion.Tensors;
using Diffusion.Tensors.Memory;

namespace Diffusion.Autograd;

/// <summary>
/// A list of the operations of one iteration, and the memory that they use. <see cref="Backward(Variable{T})"/> walks the
/// list in reverse; ending the tape gives the memory back, and the next tape on the same thread uses it again.
/// </summary>
/// <remarks>A tape belongs to one thread. There is no hidden recording: operations record on the tape of their inputs.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Tape<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [ThreadStatic]
    private static Stack<Tape<T>>? t_idle;

    private readonly List<Operation<T>> _operations = [];
    private readonly List<Tensor<T>> _rented = [];
    private readonly TensorPool<T> _pool = new();
    private readonly List<int[]> _rentedIndices = [];
    private readonly Dictionary<int, Stack<int[]>> _freeIndices = [];
    private Variable<T>? _watched;
    private bool _running;

    private Tape()
    {
    }

    /// <summary>Whether operations are recorded; else the tape only provides memory.</summary>
    public bool Records { get; private set; }

    /// <summary>The recorded operations, in order.</summary>
    public IReadOnlyList<Operation<T>> Operations => _operations;

    /// <summary>The bytes of all buffers that this tape's memory has ever held.</summary>
    public long AllocatedBytes => _pool.AllocatedBytes;

    internal int Generation { get; private set; }

    /// <summary>Starts a tape that records.</summary>
    public static Tape<T> Start() => Start(records: true);

    /// <summary>Starts a tape that records nothing: inference with memory that is used again.</summary>
    public static Tape<T> StartInference() => Start(records: false);

    /// <summary>A leaf on this tape: a constant, or with <paramref name="requiresGradient"/> an input whose gradient is kept. The tensor is not copied.</summary>
    public Variable<T> Variable(Tensor<T> value, bool requiresGradient = false, string? name = null)
    {
        CheckRunning();
        if (_watched is not null && ReferenceEquals(_watched.Value, value))
            return _watched;
        var variable = new Variable<T>(value, this, requiresGradient && Records) { Name = name };
        variable.KeepGradient();
        return variable;
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

    /// <summary>A tensor in the tape's memory, with undefined elements; it lives as long as the tape runs.</summary>
    public Tensor<T> Rent(Shape shape)
    {
        CheckRunning();
        var tensor = _pool.Rent(shape);
        _rented.Add(tensor);
        return tensor;
    }

    /// <summary>Appends an operation and gives its result; for operations that are written outside of this library.</summary>
    /// <param name="operation">The operation, with what its backward pass needs.</param>
    /// <param name="value">Its result, computed already; <see cref="Rent"/> gives memory for it.</param>
    public Variable<T> Record(Operation<T> operation, Tensor<T> value)
    {
        CheckRunning();
        return Records && operation.Inputs.Any(input => input.RequiresGradient)
            ? Append(operation, value)
            : new Variable<T>(value, this, requiresGradient: false);
    }

    /// <summary>Whole numbers in the tape's memory, such as indices that a backward pass needs; they live as long as the tape runs.</summary>
    public int[] RentIndices(int length)
    {
        CheckRunning();
        if (!_freeIndices.TryGetValue(length, out var free))
            _freeIndices.Add(length, free = new());
        int[] indices = free.Count > 0 ? free.Pop() : new int[length];
        _rentedIndices.Add(indices);
        return indices;
    }

    /// <summary>Appends an operation of which it is known that a gradient will be asked for.</summary>
    internal Variable<T> Append(Operation<T> operation, Tensor<T> value)
    {
        var output = new Variable<T>(value, this, requiresGradient: true);
        operation.Output = output;
        _operations.Add(operation);
        return output;
    }

    /// <summary>The gradients of a single number with respect to everything that it was computed from.</summary>
    /// <exception cref="ArgumentException">The variable is not a single number, or not a result of this tape.</exception>
    public void Backward(Variable<T> loss)
    {
        if (loss.Shape.Length != 1)
            throw new ArgumentException($"Backward starts from a single number, but the variable has the shape {loss.Shape}; reduce it with Sum or Mean, or give the gradient to start from.", nameof(loss));
        var seed = Rent(loss.Shape);
        seed.Span[0] = T.One;
        Start(loss, seed);
    }

    /// <summary>The vector-Jacobian product: the gradients of Σ result·seed with respect to everything that the result was computed from.</summary>
    /// <exception cref="ArgumentException">The shapes differ, or the variable is not a result of this tape.</exception>
    public void Backward(Variable<T> result, Tensor<T> seed)
    {
        if (result.Shape != seed.Shape)
            throw new ArgumentException($"The gradient to start from has the shape {seed.Shape}, but the variable {result.Shape}.", nameof(seed));
        var copy = Rent(seed.Shape);
        copy.CopyFrom(seed);
        Start(result, copy);
    }

    /// <summary>The recorded graph with shapes, as a flow chart in the language of Mermaid.</summary>
    public string ToMermaid() => Mermaid.Draw(this);

    /// <summary>Ends the tape: forgets the operations and takes all memory back.</summary>
    public void Dispose()
    {
        if (!_running)
            return;
        _running = false;
        _watched = null;
        Generation++;
        ReleaseSince(0, null);
        foreach (int[] indices in _rentedIndices)
            _freeIndices[indices.Length].Push(indices);
        _rentedIndices.Clear();
        _operations.Clear();
        (t_idle ??= new()).Push(this);
    }

    /// <summary>A point in the tape's memory, to which <see cref="KeepOnly"/> goes back.</summary>
    public int Mark => _rented.Count;

    /// <summary>
    /// Where nothing is recorded, takes back all memory that was rented since a mark, but for that of a result; on a tape
    /// that records it does nothing, since the backward pass needs what was made. Modules end with it, so that inference
    /// keeps no more than it needs.
    /// </summary>
    /// <returns>The result.</returns>
    public Variable<T> KeepOnly(int mark, Variable<T> result)
    {
        if (!Records)
            ReleaseSince(mark, result.Value);
        return result;
    }

    private void ReleaseSince(int mark, Tensor<T>? kept)
    {
        Tensor<T>? survivor = null;
        for (int i = mark; i < _rented.Count; i++)
        {
            if (kept is not null && ReferenceEquals(_rented[i].Buffer.Memory, kept.Buffer.Memory))
                survivor = _rented[i];
            else
                _pool.Return(_rented[i]);
        }

        _rented.RemoveRange(mark, _rented.Count - mark);
        if (survivor is not null)
            _rented.Add(survivor);
    }

    private static Tape<T> Start(bool records)
    {
        var tape = t_idle is { Count: > 0 } idle ? idle.Pop() : new Tape<T>();
        tape._running = true;
        tape.Records = records;
        return tape;
    }

    private void Start(Variable<T> result, Tensor<T> seed)
    {
        CheckRunning();
        if (result.Tape != this || !result.RequiresGradient)
            throw new ArgumentException("Backward starts from a result that this tape recorded and that depends on something that requires a gradient.", nameof(result));
        _ = result.Value; // throws where the result is of an earlier run of this tape
        if (!result.TryAdoptGradient(seed))
            throw new InvalidOperationException("The variable has a gradient already: one backward pass for each result and tape.");

        for (int i = _operations.Count - 1; i >= 0; i--)
        {
            var output = _operations[i].Output;
            if (!output.HasGradient)
                continue;
            if (output.KeepsGradient)
            {
                _operations[i].Backward(output.Gradient!);
                continue;
            }

            // The operation may give the gradient on to one of its inputs as it is; else its memory serves others.
            var gradient = output.TakeGradient()!;
            _operations[i].Givable = gradient;
            _operations[i].Backward(gradient);
            if (_operations[i].Givable is not null)
                Recycle(gradient);
            _operations[i].Givable = null;
        }
    }

    // The gradient's buffer can serve the gradients still to come.
    private void Recycle(Tensor<T> gradient)
    {
        for (int i = _rented.Count - 1; i >= 0; i--)
        {
            if (!ReferenceEquals(_rented[i].Buffer.Memory, gradient.Buffer.Memory))
                continue;
            _pool.Return(_rented[i]);
            _rented[i] = _rented[^1];
            _rented.RemoveAt(_rented.Count - 1);
            return;
        }
    }

    private void CheckRunning()
    {
        if (!_running)
            throw new ObjectDisposedException(nameof(Tape<T>), "The tape has ended.");
    }
}
