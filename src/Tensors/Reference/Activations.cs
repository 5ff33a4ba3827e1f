using System.Numerics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Reference;

/// <summary>Functions of one number and their derivatives at x.</summary>
public static class Activations
{
    /// <summary>σ(x) = 1 / (1 + e^-x).</summary>
    public static T Sigmoid<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));

    /// <summary>σ'(x) = σ(x)·(1 - σ(x)) = σ(x)·σ(-x), which loses no digits.</summary>
    public static T SigmoidDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => Sigmoid(x) * Sigmoid(-x);

    /// <summary>SiLU, x·σ(x).</summary>
    public static T Silu<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x * Sigmoid(x);

    /// <summary>σ(x) + x·σ'(x).</summary>
    public static T SiluDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => Sigmoid(x) + (x * SigmoidDerivative(x));

    /// <summary>max(x, 0).</summary>
    public static T Relu<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x > T.Zero ? x : T.Zero;

    /// <summary>1 above 0, else 0.</summary>
    public static T ReluDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x > T.Zero ? T.One : T.Zero;

    /// <summary>GELU, x·Φ(x) with Φ(x) = (1 + erf(x/√2)) / 2.</summary>
    public static T Gelu<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x * T.CreateChecked(Phi(double.CreateChecked(x)));

    /// <summary>Φ(x) + x·e^(-x²/2)/√(2π).</summary>
    public static T GeluDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double at = double.CreateChecked(x);
        return T.CreateChecked(Phi(at) + (at * Math.Exp(-at * at / 2) / Math.Sqrt(2 * Math.PI)));
    }

    /// <summary>tanh x.</summary>
    public static T Tanh<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Tanh(x);

    /// <summary>1 - tanh² x.</summary>
    public static T TanhDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One - (T.Tanh(x) * T.Tanh(x));

    /// <summary>e^x, which is its own derivative.</summary>
    public static T Exp<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Exp(x);

    /// <summary>ln x.</summary>
    public static T Log<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Log(x);

    /// <summary>1/x.</summary>
    public static T LogDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / x;

    /// <summary>√x.</summary>
    public static T Sqrt<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Sqrt(x);

    /// <summary>1 / (2√x).</summary>
    public static T SqrtDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / (T.Sqrt(x) + T.Sqrt(x));

    private static double Phi(double x) => (1 + SpecialFunctions.Erf(x / Math.Sqrt(2))) / 2;
}
