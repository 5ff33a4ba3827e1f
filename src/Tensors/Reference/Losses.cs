using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>What a residual r = prediction - target costs, and the slope of that.</summary>
public static class Losses
{
    /// <summary>r².</summary>
    public static T Squared<T>(T r)
        where T : unmanaged, IFloatingPointIeee754<T> => r * r;

    /// <summary>2r.</summary>
    public static T SquaredDerivative<T>(T r)
        where T : unmanaged, IFloatingPointIeee754<T> => r + r;

    /// <summary>|r|.</summary>
    public static T Absolute<T>(T r)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Abs(r);

    /// <summary>The sign of r, 0 at 0.</summary>
    public static T AbsoluteDerivative<T>(T r)
        where T : unmanaged, IFloatingPointIeee754<T> => r > T.Zero ? T.One : r < T.Zero ? -T.One : T.Zero;

    /// <summary>scale·r²/2 where |r| ≤ δ, else scale·δ·(|r| - δ/2).</summary>
    public static T Huber<T>(T r, T delta, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T two = T.One + T.One;
        return T.Abs(r) <= delta ? scale * r * r / two : scale * delta * (T.Abs(r) - (delta / two));
    }

    /// <summary>scale·r where |r| ≤ δ, else ±scale·δ.</summary>
    public static T HuberDerivative<T>(T r, T delta, T scale)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Abs(r) <= delta ? scale * r : r > T.Zero ? scale * delta : -scale * delta;
}
