using System.Numerics;
using System.Runtime.InteropServices;

namespace Diffusion.Numerics;

/// <summary>
/// Linear combinations in one pass over memory. Every element is rounded in the same way wherever it stands (no fused
/// multiply-add, no reassociation), so results do not depend on the vector width or on how a batch was cut.
/// </summary>
internal static class Fused
{
    /// <summary>destination = a·x + b·y. The destination may be x or y.</summary>
    public static void Combine<T>(T a, ReadOnlySpan<T> x, T b, ReadOnlySpan<T> y, Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int done = 0;
        if (Vector<T>.IsSupported)
        {
            var vx = MemoryMarshal.Cast<T, Vector<T>>(x);
            var vy = MemoryMarshal.Cast<T, Vector<T>>(y)[..vx.Length];
            var vd = MemoryMarshal.Cast<T, Vector<T>>(destination)[..vx.Length];
            var va = new Vector<T>(a);
            var vb = new Vector<T>(b);
            for (int i = 0; i < vx.Length; i++)
                vd[i] = (va * vx[i]) + (vb * vy[i]);
            done = vx.Length * Vector<T>.Count;
        }

        for (int i = done; i < x.Length; i++)
            destination[i] = (a * x[i]) + (b * y[i]);
    }

    /// <summary>destination = a·x + b·y + c·z. The destination may be x, y or z.</summary>
    public static void Combine<T>(T a, ReadOnlySpan<T> x, T b, ReadOnlySpan<T> y, T c, ReadOnlySpan<T> z, Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int done = 0;
        if (Vector<T>.IsSupported)
        {
            var vx = MemoryMarshal.Cast<T, Vector<T>>(x);
            var vy = MemoryMarshal.Cast<T, Vector<T>>(y)[..vx.Length];
            var vz = MemoryMarshal.Cast<T, Vector<T>>(z)[..vx.Length];
            var vd = MemoryMarshal.Cast<T, Vector<T>>(destination)[..vx.Length];
            var va = new Vector<T>(a);
            var vb = new Vector<T>(b);
            var vc = new Vector<T>(c);
            for (int i = 0; i < vx.Length; i++)
                vd[i] = (va * vx[i]) + (vb * vy[i]) + (vc * vz[i]);
            done = vx.Length * Vector<T>.Count;
        }

        for (int i = done; i < x.Length; i++)
            destination[i] = (a * x[i]) + (b * y[i]) + (c * z[i]);
    }
}
