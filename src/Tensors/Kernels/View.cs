using System.Numerics;

namespace Diffusion.Tensors.Kernels;

/// <summary>Numbers that a kernel reads in pieces, in the order of a shape: where they lie, if they lie together there, and else in a buffer.</summary>
internal unsafe struct View<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _start;
    private readonly Walk _walk;
    private readonly int _width, _stride;
    private readonly bool _isDense;

    public View(T* start, in Layout layout)
    {
        _start = start;
        _walk = new Walk(layout, Layout.Of(layout.Shape));
        _width = _walk.Width;
        _stride = _walk.StrideA(_walk.Rank - 1);
        _isDense = _walk.Rank == 1 && (_stride == 1 || _width == 1);
    }

    /// <summary>Numbers that lie as they are read.</summary>
    public View(T* start)
    {
        _start = start;
        _isDense = true;
    }

    /// <summary>Whether all elements lie one after another.</summary>
    public readonly bool IsDense => _isDense;

    /// <summary>How many elements lie in one run.</summary>
    public readonly int Run => _isDense ? int.MaxValue : _width;

    /// <summary>The elements <paramref name="at"/> to at + count; the buffer has room for them.</summary>
    public readonly T* Piece(int at, int count, T* buffer)
    {
        if (_isDense)
            return _start + _walk.FirstA + at;
        int column = at % _width;
        T* run = _start + _walk.At(at).A;
        if (_stride == 1 && column + count <= _width)
            return run;
        for (int done = 0; ;)
        {
            int length = Math.Min(_width - column, count - done);
            for (int i = 0; i < length; i++)
                buffer[done + i] = run[i * (nint)_stride];
            done += length;
            if (done == count)
                return buffer;
            run = _start + _walk.At(at + done).A;
            column = 0;
        }
    }
}
