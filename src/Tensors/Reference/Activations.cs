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

    /// <summary>Swish, x·σ(βx).</summary>
    public static T Swish<T>(T x, T beta)
        where T : unmanaged, IFloatingPointIeee754<T> => x * Sigmoid(beta * x);

    /// <summary>σ(βx) + βx·σ'(βx).</summary>
    public static T SwishDX<T>(T x, T beta)
        where T : unmanaged, IFloatingPointIeee754<T> => SiluDerivative(beta * x);

    /// <summary>x²·σ'(βx).</summary>
    public static T SwishDBeta<T>(T x, T beta)
        where T : unmanaged, IFloatingPointIeee754<T> => x * x * SigmoidDerivative(beta * x);

    /// <summary>max(x, 0); NaN stays what it is.</summary>
    public static T Relu<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x < T.Zero ? T.Zero : x;

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

    /// <summary>1 / (2√x), and 0 at 0.</summary>
    public static T RootDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.IsZero(x) ? T.Zero : SqrtDerivative(x);

    /// <summary>sin x.</summary>
    public static T Sin<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Sin(x);

    /// <summary>cos x.</summary>
    public static T Cos<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Cos(x);

    /// <summary>-sin x.</summary>
    public static T CosDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => -T.Sin(x);

    /// <summary>1/x.</summary>
    public static T Reciprocal<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / x;

    /// <summary>-1/x².</summary>
    public static T ReciprocalDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => -T.One / (x * x);

    /// <summary>x^p.</summary>
    public static T Pow<T>(T x, T p)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Pow(x, p);

    /// <summary>p·x^(p - 1), 0 for p = 0.</summary>
    public static T PowDerivative<T>(T x, T p)
        where T : unmanaged, IFloatingPointIeee754<T> => p == T.Zero ? T.Zero : p * T.Pow(x, p - T.One);

    /// <summary>ln(1 + e^x), as 2 atanh(e^x / (2 + e^x)), which loses no digits.</summary>
    public static T Softplus<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x > T.Zero ? x + Softplus(-x) : T.CreateChecked(2) * T.Atanh(T.Exp(x) / (T.CreateChecked(2) + T.Exp(x)));

    /// <summary>ln σ(x).</summary>
    public static T LogSigmoid<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => -Softplus(-x);

    /// <summary>σ(-x).</summary>
    public static T LogSigmoidDerivative<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => Sigmoid(-x);

    /// <summary>x above 0, else slope·x.</summary>
    public static T LeakyRelu<T>(T x, T slope)
        where T : unmanaged, IFloatingPointIeee754<T> => x > T.Zero ? x : slope * x;

    /// <summary>1 above 0, else the slope.</summary>
    public static T LeakyReluDerivative<T>(T x, T slope)
        where T : unmanaged, IFloatingPointIeee754<T> => x > T.Zero ? T.One : slope;

    /// <summary>x above 0, else alpha·(e^x - 1), near 0 as alpha·2·e^(x/2)·sinh(x/2), which loses no digits.</summary>
    public static T Elu<T>(T x, T alpha)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T half = x / T.CreateChecked(2);
        return x > T.Zero ? x : x < -T.One ? alpha * (T.Exp(x) - T.One) : alpha * T.CreateChecked(2) * T.Exp(half) * T.Sinh(half);
    }

    /// <summary>1 above 0, else alpha·e^x.</summary>
    public static T EluDerivative<T>(T x, T alpha)
        where T : unmanaged, IFloatingPointIeee754<T> => x > T.Zero ? T.One : alpha * T.Exp(x);

    /// <summary>x between min and max.</summary>
    public static T Clamp<T>(T x, T min, T max)
        where T : unmanaged, IFloatingPointIeee754<T> => x < min ? min : x > max ? max : x;

    /// <summary>1 from min to max, else 0.</summary>
    public static T ClampDerivative<T>(T x, T min, T max)
        where T : unmanaged, IFloatingPointIeee754<T> => x < min || x > max ? T.Zero : T.One;

    private static double Phi(double x) => (1 + SpecialFunctions.Erf(x / Math.Sqrt(2))) / 2;
}
