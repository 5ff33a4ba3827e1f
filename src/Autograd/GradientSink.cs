using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using Diffusion.Tensors.Memory;

namespace Diffusion.Autograd;

/// <summary>
/// The gradients of one backward pass, which owns them all: operations hand theirs in, and the sink adds them up, takes over
/// memory where a gradient is passed on as it is, and gives back what has been read.
/// </summary>
/// <remarks>
/// Gradients of intermediate results live from their first contribution until their operation's backward pass. Parameters
/// and inputs of the tape keep their own, to which passes add.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class GradientSink<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tape<T> _tape;
    private readonly TensorPool<T> _pool;
    private readonly List<Tensor<T>?> _gradients = [];
    private readonly List<Tensor<T>> _scratch = [];
    private readonly List<(Variable<T> Holder, bool HadGradient)> _touched = [];
    private IReadOnlyList<Variable<T>>? _only;
    private Tensor<T>?[] _found = [];
    private Operation<T>? _operation;
    private Tensor<T>? _givable;

    internal GradientSink(Tape<T> tape, TensorPool<T> pool) => (_tape, _pool) = (tape, pool);

    /// <summary>Whether a gradient is to be computed for an input: no work need be done for others.</summary>
    public bool Wants(Variable<T> input) => input.RequiresGradient && (_only is null || input.Node >= 0 || IndexOf(input) >= 0);

    /// <summary>
    /// The gradient of an input, to be added to: zero where nothing has flowed into it yet. Null where the input wants none.
    /// </summary>
    public Tensor<T>? GradientOf(Variable<T> input)
    {
        if (!Wants(input, out var gradient, out bool accumulate))
            return null;
        if (!accumulate)
            gradient.Span.Clear();
        return gradient;
    }

    /// <summary>Adds a contribution to the gradient of an input, where it wants one.</summary>
    /// <param name="input">The input.</param>
    /// <param name="contribution">Of the input's shape; it is not kept.</param>
    /// <exception cref="ArgumentException">The contribution has another shape than the input.</exception>
    public void Add(Variable<T> input, Tensor<T> contribution)
    {
        if (contribution.Shape != input.Shape)
            throw new ArgumentException($"A gradient of shape {contribution.Shape} was handed in for an input of shape {input.Shape}.", nameof(contribution));
        AddNumbers(input, contribution);
    }

    /// <summary>The gradient of an input, to be overwritten, or added to with <paramref name="accumulate"/>; false where the input wants none.</summary>
    public bool Wants(Variable<T> input, out Tensor<T> gradient, out bool accumulate)
    {
        (gradient, accumulate) = (null!, false);
        if (!Wants(input))
            return false;
        gradient = input.Node >= 0 ? OfNode(input, out accumulate) : OfHolder(input, out accumulate);
        if (_operation is { IsForeign: true })
            gradient.MarkSeen();
        return true;
    }

    /// <summary>The same, or for an input that wants none memory that nobody reads: for kernels that compute several gradients at once.</summary>
    internal Tensor<T> ForKernel(Variable<T> input, out bool accumulate) =>
        Wants(input, out var gradient, out accumulate) ? gradient : Rent(input.Shape);

    /// <summary>Memory for this operation's backward pass; it goes back by itself.</summary>
    internal Tensor<T> Rent(Shape shape)
    {
        var tensor = _pool.RentUnseen(shape);
        _scratch.Add(tensor);
        return tensor;
    }

    /// <summary>Passes the operation's own gradient on as that of an input of the same length: without a copy to the first that has none yet.</summary>
    internal void Pass(Variable<T> input, Tensor<T> dOut)
    {
        if (_givable is not null && Wants(input) && TryGive(input, dOut.Shape == input.Shape ? dOut : dOut.Reshape(input.Shape)))
            _givable = null;
        else
            AddNumbers(input, dOut);
    }

    /// <summary>Walks the operations in reverse, from a result and its gradient, which the pass may give away.</summary>
    internal void Run(IReadOnlyList<Operation<T>> operations, Variable<T> result, Tensor<T> seed, IReadOnlyList<Variable<T>>? only = null)
    {
        (_only, _found) = (only, only is null ? [] : new Tensor<T>?[only.Count]);
        bool done = false;
        try
        {
            while (_gradients.Count < operations.Count)
                _gradients.Add(null);
            if (result.Node >= 0)
            {
                _gradients[result.Node] = seed;
            }
            else
            {
                // An input of the tape is its own result.
                Add(result, seed);
                _scratch.Add(seed);
            }

            for (int i = result.Node; i >= 0; i--)
            {
                if (_gradients[i] is { } gradient)
                    Run(operations[i], i, gradient);
            }

            done = true;
        }
        finally
        {
            End(done);
        }
    }

    /// <summary>The gradients that were asked for alone, in the order of the question; null where the result does not depend on it.</summary>
    internal Tensor<T>?[] TakeFound()
    {
        var found = _found;
        _found = [];
        return found;
    }

    private void Run(Operation<T> operation, int node, Tensor<T> gradient)
    {
        var output = operation.Output;
        if (_only is not null && IndexOf(output) is >= 0 and var asked)
            _found[asked] = Copy(gradient);
        else if (_only is null && output.KeepsGradient)
            RowCopy.Run(1, gradient.Length, gradient.Span, gradient.Length, OfHolder(output, out bool accumulate).Span, gradient.Length, accumulate);
        if (operation.IsForeign)
            gradient.MarkSeen();
        _gradients[node] = null;
        (_operation, _givable) = (operation, gradient);
        operation.Backward(gradient, this);
        if (_givable is not null)
            _pool.Return(gradient);
        _givable = null;
        ReturnScratch();
    }

    private void AddNumbers(Variable<T> input, Tensor<T> contribution)
    {
        if (Wants(input, out var gradient, out bool accumulate))
            RowCopy.Run(1, gradient.Length, contribution.Span, gradient.Length, gradient.Span, gradient.Length, accumulate);
    }

    private Tensor<T> OfNode(Variable<T> input, out bool accumulate)
    {
        var gradient = _gradients[input.Node];
        accumulate = gradient is not null;
        return gradient ?? (_gradients[input.Node] = _pool.RentUnseen(input.Shape));
    }

    private Tensor<T> OfHolder(Variable<T> input, out bool accumulate)
    {
        if (_only is not null)
        {
            int asked = IndexOf(input);
            accumulate = _found[asked] is not null;
            return _found[asked] ??= _tape.RentUnseen(input.Shape);
        }

        var gradient = input.GradientToWrite(out accumulate);
        _touched.Add((input, accumulate));
        return gradient;
    }

    private bool TryGive(Variable<T> input, Tensor<T> gradient)
    {
        if (input.Node >= 0)
        {
            if (_gradients[input.Node] is not null)
                return false;
            _gradients[input.Node] = gradient;
            return true;
        }

        if (_only is not null || !input.TryAdoptGradient(gradient))
            return false;
        _touched.Add((input, false));
        _tape.Own(gradient);
        return true;
    }

    private Tensor<T> Copy(Tensor<T> gradient)
    {
        var copy = _tape.RentUnseen(gradient.Shape);
        gradient.Span.CopyTo(copy.Span);
        return copy;
    }

    private int IndexOf(Variable<T> input)
    {
        for (int i = 0; i < _only!.Count; i++)
        {
            if (ReferenceEquals(_only[i], input))
                return i;
        }

        return -1;
    }

    // A pass that failed leaves no gradient that looks right and is not.
    private void End(bool done)
    {
        if (!done)
        {
            for (int i = _touched.Count - 1; i >= 0; i--)
                _touched[i].Holder.BreakGradient(_touched[i].HadGradient);
            _found = [];
        }

        (_only, _operation, _givable) = (null, null, null);
        foreach (var gradient in _gradients)
        {
            if (gradient is not null)
                _pool.Return(gradient);
        }

        _gradients.Clear();
        _touched.Clear();
        ReturnScratch();
    }

    private void ReturnScratch()
    {
        foreach (var tensor in _scratch)
            _pool.Return(tensor);
        _scratch.Clear();
    }
}
