namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The elements of a shape in order, and where two layouts have them. Dimensions along which both go on as if they were one
/// are made one, and extents of 1 are left out: so a walk has few dimensions, and its innermost runs are as long as can be.
/// </summary>
internal unsafe struct Walk
{
    private fixed int _extents[Shape.MaxRank];
    private fixed int _a[Shape.MaxRank];
    private fixed int _b[Shape.MaxRank];

    public Walk(in Layout a, in Layout b)
    {
        FirstA = a.Offset;
        FirstB = b.Offset;
        Length = a.Shape.Length;
        for (int i = 0; i < a.Shape.Rank; i++)
        {
            int extent = a.Shape[i], strideA = a.StrideSpan[i], strideB = b.StrideSpan[i], last = Rank - 1;
            if (extent == 1)
                continue;
            if (Rank > 0 && _a[last] == strideA * extent && _b[last] == strideB * extent)
                _extents[last] *= extent;
            else
                _extents[last = Rank++] = extent;
            _a[last] = strideA;
            _b[last] = strideB;
        }

        if (Rank == 0)
            _extents[Rank++] = 1;
    }

    /// <summary>The number of dimensions, at least 1.</summary>
    public int Rank { get; private set; }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    public int FirstA { get; }

    public int FirstB { get; }

    /// <summary>The extent of the innermost dimension.</summary>
    public readonly int Width => _extents[Rank - 1];

    public readonly int Extent(int dimension) => _extents[dimension];

    public readonly int StrideA(int dimension) => _a[dimension];

    public readonly int StrideB(int dimension) => _b[dimension];

    /// <summary>Puts the dimension from before to, as the order of a copy is free.</summary>
    public void Move(int from, int to)
    {
        for (; from > to; from--)
            Exchange(from, from - 1);
        for (; from < to; from++)
            Exchange(from, from + 1);
    }

    /// <summary>Where both layouts have the element of a number, counted in the order of the walk.</summary>
    public readonly (nint A, nint B) At(int element) => At(element, Rank);

    /// <summary>The same in the outer dimensions alone: those before <paramref name="rank"/>.</summary>
    public readonly (nint A, nint B) At(int element, int rank)
    {
        nint a = FirstA, b = FirstB;
        for (int i = rank - 1; i > 0; i--)
        {
            int rest = (int)((uint)element / (uint)_extents[i]), index = element - (rest * _extents[i]);
            a += (nint)index * _a[i];
            b += (nint)index * _b[i];
            element = rest;
        }

        return rank == 0 ? (a, b) : (a + ((nint)element * _a[0]), b + ((nint)element * _b[0]));
    }

    private void Exchange(int i, int j)
    {
        (_extents[i], _extents[j]) = (_extents[j], _extents[i]);
        (_a[i], _a[j]) = (_a[j], _a[i]);
        (_b[i], _b[j]) = (_b[j], _b[i]);
    }
}
