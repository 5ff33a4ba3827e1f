using System.Numerics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>The operands of an expression, as views of one shape.</summary>
internal unsafe struct Operands<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The elements of a piece: what several operands have of it fits into the first-level cache.</summary>
    public const int PieceLength = 512;

    /// <summary>What the buffers of the operands need.</summary>
    public const int BufferLength = 3 * PieceLength;

    // Runs shorter than this are put together to whole pieces; longer ones are pieces, and need no copy.
    private const int LongRun = 64;

    public View<T> X, Y, W;

    /// <summary>How many elements from <paramref name="at"/> on make one piece.</summary>
    public readonly int Count<TExpression>(int at, int most)
        where TExpression : unmanaged, IExpression<T>
    {
        int run = X.Run;
        if (TExpression.Operands > 1)
            run = Math.Min(run, Y.Run);
        if (TExpression.Operands > 2)
            run = Math.Min(run, W.Run);
        most = Math.Min(most, PieceLength);
        return run < LongRun ? most : Math.Min(most, run - (at % run));
    }

    /// <summary>The operands of a piece.</summary>
    public readonly Places<T> Places<TExpression>(int at, int count, T* buffers)
        where TExpression : unmanaged, IExpression<T>
    {
        Places<T> places = default;
        places.X = X.Piece(at, count, buffers);
        if (TExpression.Operands > 1)
            places.Y = Y.Piece(at, count, buffers + PieceLength);
        if (TExpression.Operands > 2)
            places.W = W.Piece(at, count, buffers + (2 * PieceLength));
        return places;
    }

    /// <summary>z = expression over the elements <paramref name="at"/> to at + count.</summary>
    public readonly void Evaluate<TExpression, TVector>(TExpression expression, int at, int count, T* z, T* buffers)
        where TExpression : unmanaged, IExpression<T>
        where TVector : unmanaged, IVector<TVector, T>
    {
        for (int done = 0; done < count;)
        {
            int piece = Count<TExpression>(at + done, count - done);
            Places<T> places = Places<TExpression>(at + done, piece, buffers);
            places.Z = z + done;
            ElementLoop.One<TExpression, TVector, T>(expression, piece, places);
            done += piece;
        }
    }
}
