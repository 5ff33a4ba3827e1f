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

    /// <summary>z = f(x, y), or z += f(x, y), where x and y are broadcast to z's shape.</summary>
    public static void Map<T>(Func<T, T, T> function, Shape xShape, Shape yShape, Shape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z, bool accumulate = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
            z[i] = (accumulate ? z[i] : T.Zero) + function(x[Broadcasting.Source(xShape, shape, i)], y[Broadcasting.Source(yShape, shape, i)]);
    }

    /// <summary>z = f(x, y, w), where x, y and w are broadcast to z's shape.</summary>
    public static void Map<T>(
        Func<T, T, T, T> function, Shape xShape, Shape yShape, Shape wShape, Shape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> w, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
            z[i] = function(x[Broadcasting.Source(xShape, shape, i)], y[Broadcasting.Source(yShape, shape, i)], w[Broadcasting.Source(wShape, shape, i)]);
    }

    /// <summary>dx[source of i...] += dz[i...]·∂f/∂x over all elements of z, from 0 or from what dx holds; by y with x and y exchanged.</summary>
    public static void GradientX<T>(
        Func<T, T, T> partial, Shape xShape, Shape yShape, Shape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dz, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        for (int i = 0; i < dz.Length; i++)
        {
            int at = Broadcasting.Source(xShape, shape, i);
            dx[at] += dz[i] * partial(x[at], y[Broadcasting.Source(yShape, shape, i)]);
        }
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
