using System.Numerics;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests;

/// <summary>
/// Numbers between margins of NaN, off the alignment of vectors: what is read beyond the ends spoils the result, and what
/// is written there is seen by <see cref="Verify"/>.
/// </summary>
internal sealed class Guarded<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Margin = 67;

    private readonly T[] _memory;
    private readonly int _length;

    public Guarded(ReadOnlySpan<T> values)
    {
        _length = values.Length;
        _memory = new T[_length + (2 * Margin)];
        Array.Fill(_memory, T.NaN);
        values.CopyTo(Span);
    }

    public Span<T> Span => _memory.AsSpan(Margin, _length);

    /// <summary>An output to be overwritten: NaN, which shows where it is read or left.</summary>
    public static Guarded<T> ForOutput(int length)
    {
        var values = new T[length];
        Array.Fill(values, T.NaN);
        return new Guarded<T>(values);
    }

    public void Verify(string what)
    {
        for (int i = 0; i < Margin; i++)
        {
            if (!T.IsNaN(_memory[i]) || !T.IsNaN(_memory[Margin + _length + i]))
                throw new AssertionException($"{what}: something was written outside of the output of {_length} elements.");
        }
    }
}
