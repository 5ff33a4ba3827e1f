using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Arithmetic element by element; all spans have the same length.</summary>
public static class Elementwise
{
    /// <summary>y = f(x).</summary>
    public static void Map<T>(Func<T, T> function, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = function(x[i]);
    }

    /// <summary>dx = dy·f'(x), or dx += dy·f'(x).</summary>
    public static void MapBackward<T>(Func<T, T> derivative, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < dx.Length; i++)
            dx[i] = (accumulate ? dx[i] : T.Zero) + (dy[i] * derivative(x[i]));
    }

    /// <summary>z = x + y.</summary>
    public static void Add<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
            z[i] = x[i] + y[i];
    }

    /// <summary>z = x - y.</summary>
    public static void Subtract<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
            z[i] = x[i] - y[i];
    }

    /// <summary>z = x·y.</summary>
    public static void Multiply<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
            z[i] = x[i] * y[i];
    }

    /// <summary>z = x / y.</summary>
    public static void Divide<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
            z[i] = x[i] / y[i];
    }

    /// <summary>z += x·y.</summary>
    public static void AddProduct<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
            z[i] += x[i] * y[i];
    }

    /// <summary>z = factor·x.</summary>
    public static void Scale<T>(ReadOnlySpan<T> x, T factor, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
            z[i] = factor * x[i];
    }

    /// <summary>z += factor·x.</summary>
    public static void AddScaled<T>(ReadOnlySpan<T> x, T factor, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
            z[i] += factor * x[i];
    }

    /// <summary>z = (1 - share)·z + share·x.</summary>
    public static void MoveTowards<T>(ReadOnlySpan<T> x, T share, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
            z[i] = ((T.One - share) * z[i]) + (share * x[i]);
    }
}
