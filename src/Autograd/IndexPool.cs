using Diffusion.Tensors.Memory;

namespace Diffusion.Autograd;

/// <summary>Arrays of whole numbers that are used again, by their exact length. Lengths that nobody asked for lately are forgotten.</summary>
internal sealed class IndexPool
{
    private readonly Dictionary<int, (Stack<int[]> Free, long LastUse)> _byLength = [];
    private readonly List<int[]> _rented = [];
    private long _use;

    /// <summary>How many lengths are remembered.</summary>
    public int Lengths => _byLength.Count;

    public int[] Rent(int length)
    {
        var free = _byLength.TryGetValue(length, out var known) ? known.Free : new();
        _byLength[length] = (free, _use);
        int[] indices = free.TryPop(out int[]? used) ? used : new int[length];
        _rented.Add(indices);
        return indices;
    }

    /// <summary>Takes everything back. What was not asked for since the last <see cref="TensorPool{T}.Patience"/> calls is let go.</summary>
    public void EndUse()
    {
        foreach (int[] indices in _rented)
            _byLength[indices.Length].Free.Push(indices);
        _rented.Clear();
        if (++_use % TensorPool<float>.Patience != 0)
            return;
        foreach (int length in _byLength.Where(entry => entry.Value.LastUse < _use - TensorPool<float>.Patience).Select(entry => entry.Key).ToArray())
            _ = _byLength.Remove(length);
    }
}
