using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Adam (Kingma and Ba, arXiv:1412.6980, algorithm 1) and AdamW (Loshchilov and Hutter, arXiv:1711.05101), weight by weight.</summary>
public static class Adam
{
    /// <summary>
    /// Step number k = 1, 2, ...: g = gradient + l2·w; m = β1·m + (1 - β1)·g; v = β2·v + (1 - β2)·g²; m̂ = m/(1 - β1^k);
    /// v̂ = v/(1 - β2^k); w = w - rate·decay·w - rate·m̂/(√v̂ + ε). l2 is Adam's weight decay, decay AdamW's.
    /// </summary>
    public static void Step<T>(
        int k, T rate, T beta1, T beta2, T epsilon, T l2, T decay, Span<T> weights, ReadOnlySpan<T> gradient, Span<T> m, Span<T> v)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < weights.Length; i++)
        {
            T g = gradient[i] + (l2 * weights[i]);
            m[i] = (beta1 * m[i]) + ((T.One - beta1) * g);
            v[i] = (beta2 * v[i]) + ((T.One - beta2) * g * g);
            T mHat = m[i] / (T.One - T.Pow(beta1, T.CreateChecked(k)));
            T vHat = v[i] / (T.One - T.Pow(beta2, T.CreateChecked(k)));
            weights[i] = weights[i] - (rate * decay * weights[i]) - (rate * mHat / (T.Sqrt(vHat) + epsilon));
        }
    }
}
