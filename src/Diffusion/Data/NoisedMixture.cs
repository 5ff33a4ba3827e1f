using System.Numerics;

namespace Diffusion.Data;

/// <summary>
/// q(x_t) of Gaussian mixture data: again a mixture, with means g m_k and variances V_k = A sigma_k² + 1 - A per pixel,
/// where g = sqrt(A), S = sqrt(1 - A). From it follow the score, what is known of x_0 given x_t, and the noise predictor
/// that minimises assignment eq. 9 (DDPM eq. 14), all in double. At A = 1 it is the data. Immutable.
/// </summary>
/// <remarks>
/// With responsibilities r = softmax(log w_k - log V_k - |x - g m_k|²/(2 V_k)) and u_k = (x - g m_k)/V_k:
/// score = -sum r u; eps* = S sum r u; x_0 given x and k has mean m_k + g sigma_k² u_k and variance sigma_k² (1 - A)/V_k.
/// </remarks>
public sealed class NoisedMixture
{
    private readonly double[] _meanLeft, _meanRight, _inverseVariance, _logWeight;
    private readonly GaussianMixture _data;
    private readonly double _g, _s, _rest;

    internal NoisedMixture(GaussianMixture data, double alphaCumprod, double rest)
    {
        if (!(alphaCumprod >= 0 && alphaCumprod <= 1))
            throw new ArgumentOutOfRangeException(nameof(alphaCumprod), alphaCumprod, $"alphaCumprod is {alphaCumprod}; accepted is [0, 1].");
        _data = data;
        AlphaCumprod = alphaCumprod;
        _rest = rest;
        _g = Math.Sqrt(alphaCumprod);
        _s = Math.Sqrt(rest);
        var components = data.Components;
        _meanLeft = [.. components.Select(c => _g * c.Left)];
        _meanRight = [.. components.Select(c => _g * c.Right)];
        _inverseVariance = [.. components.Select(c => 1 / ((alphaCumprod * c.Sigma * c.Sigma) + rest))];
        _logWeight = [.. components.Select((c, k) => Math.Log(c.Weight) + Math.Log(_inverseVariance[k]))];
    }

    /// <summary>A, the share of the data's variance that is left.</summary>
    public double AlphaCumprod { get; }

    /// <summary>The number of components K.</summary>
    public int Count => _logWeight.Length;

    /// <summary>log q(x).</summary>
    public double LogDensity(double left, double right)
    {
        Span<double> r = stackalloc double[Count];
        return Weigh(left, right, r) - Math.Log(2 * Math.PI);
    }

    /// <summary>q(x), per unit of area.</summary>
    public double Density(double left, double right) => Math.Exp(LogDensity(left, right));

    /// <summary>p(k | x) of each component, by log-sum-exp; these sum to 1 however far away x is.</summary>
    /// <exception cref="ArgumentException">The destination has another length than <see cref="Count"/>.</exception>
    public void Responsibilities(double left, double right, Span<double> destination)
    {
        if (destination.Length != Count)
            throw new ArgumentException($"The destination has room for {destination.Length} responsibilities; there are {Count} components.", nameof(destination));
        _ = Weigh(left, right, destination);
    }

    /// <summary>The gradient of log q(x).</summary>
    public (double Left, double Right) Score(double left, double right)
    {
        var (u, v) = Pull(left, right);
        return (-u, -v);
    }

    /// <summary>eps* = E[eps | x_t = x] = -S score, the best noise predictor; 0 at A = 1.</summary>
    public (double Left, double Right) Noise(double left, double right)
    {
        var (u, v) = Pull(left, right);
        return (_s * u, _s * v);
    }

    /// <summary>The divergence of eps*, d eps*_left/d left + d eps*_right/d right.</summary>
    public double NoiseDivergence(double left, double right)
    {
        Span<double> r = stackalloc double[Count];
        _ = Weigh(left, right, r);

        // score = -sum r u, grad r_k = -r_k (u_k - mean u): div score = -sum 2 r/V + sum r |u_k - mean u|².
        var (u, v) = Pull(left, right, r);
        double divergence = 0;
        for (int k = 0; k < r.Length; k++)
        {
            double du = ((left - _meanLeft[k]) * _inverseVariance[k]) - u, dv = ((right - _meanRight[k]) * _inverseVariance[k]) - v;
            divergence += r[k] * ((2 * _inverseVariance[k]) - (du * du) - (dv * dv));
        }

        return _s * divergence;
    }

    /// <summary>E[x_0 | x_t = x].</summary>
    public (double Left, double Right) PosteriorMean(double left, double right)
    {
        Span<double> r = stackalloc double[Count];
        _ = Weigh(left, right, r);
        return PosteriorMean(left, right, r);
    }

    /// <summary>Cov(x_0 | x_t = x): the variances of both pixels and their covariance.</summary>
    public (double LeftLeft, double LeftRight, double RightRight) PosteriorCovariance(double left, double right)
    {
        Span<double> r = stackalloc double[Count];
        _ = Weigh(left, right, r);
        var (meanLeft, meanRight) = PosteriorMean(left, right, r);
        double ll = 0, lr = 0, rr = 0;
        for (int k = 0; k < r.Length; k++)
        {
            var (a, b) = ComponentMean(k, left, right);
            double within = ComponentVariance(k);
            a -= meanLeft;
            b -= meanRight;
            ll += r[k] * (within + (a * a));
            lr += r[k] * a * b;
            rr += r[k] * (within + (b * b));
        }

        return (ll, lr, rr);
    }

    /// <summary>The gradient of log p(label | x_t = x), the exact noisy classifier (arXiv:2105.05233 section 4).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such label.</exception>
    public (double Left, double Right) ClassifierGradient(int label, double left, double right)
    {
        if ((uint)label >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(label), label, $"The label is {label}; accepted are 0 to {Count - 1}.");
        var (u, v) = Pull(left, right);
        return (u - ((left - _meanLeft[label]) * _inverseVariance[label]), v - ((right - _meanRight[label]) * _inverseVariance[label]));
    }

    /// <summary>eps* of the samples x = [left, right, left, right, ...] into the same layout.</summary>
    internal void Noise<T>(ReadOnlySpan<T> x, Span<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Count == 1)
            NoiseOfOne(x, noise);
        else if (Count == 2)
            NoiseOfTwo(x, noise);
        else
            NoiseOfMany(x, noise);
    }

    private void NoiseOfOne<T>(ReadOnlySpan<T> x, Span<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double factor = _s * _inverseVariance[0], meanLeft = _meanLeft[0], meanRight = _meanRight[0];
        for (int i = 0; i + 1 < x.Length; i += 2)
        {
            noise[i] = T.CreateTruncating(factor * (double.CreateTruncating(x[i]) - meanLeft));
            noise[i + 1] = T.CreateTruncating(factor * (double.CreateTruncating(x[i + 1]) - meanRight));
        }
    }

    // Two components need one exponential: r_1 / r_0 = exp(l_1 - l_0).
    private void NoiseOfTwo<T>(ReadOnlySpan<T> x, Span<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double left0 = _meanLeft[0], right0 = _meanRight[0], left1 = _meanLeft[1], right1 = _meanRight[1];
        double inverse0 = _inverseVariance[0], inverse1 = _inverseVariance[1], logOdds = _logWeight[1] - _logWeight[0], s = _s;
        for (int i = 0; i + 1 < x.Length; i += 2)
        {
            double left = double.CreateTruncating(x[i]), right = double.CreateTruncating(x[i + 1]);
            double a0 = left - left0, b0 = right - right0, a1 = left - left1, b1 = right - right1;
            double difference = logOdds + ((((a0 * a0) + (b0 * b0)) * inverse0) - (((a1 * a1) + (b1 * b1)) * inverse1)) / 2;
            double e = Math.Exp(-Math.Abs(difference));
            double small = e / (1 + e);
            double r1 = difference >= 0 ? 1 - small : small, r0 = difference >= 0 ? small : 1 - small;
            r0 *= inverse0;
            r1 *= inverse1;
            noise[i] = T.CreateTruncating(s * ((r0 * a0) + (r1 * a1)));
            noise[i + 1] = T.CreateTruncating(s * ((r0 * b0) + (r1 * b1)));
        }
    }

    private void NoiseOfMany<T>(ReadOnlySpan<T> x, Span<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<double> r = stackalloc double[Count];
        for (int i = 0; i + 1 < x.Length; i += 2)
        {
            double left = double.CreateTruncating(x[i]), right = double.CreateTruncating(x[i + 1]);
            _ = Weigh(left, right, r);
            var (u, v) = Pull(left, right, r);
            noise[i] = T.CreateTruncating(_s * u);
            noise[i + 1] = T.CreateTruncating(_s * v);
        }
    }

    // sum r_k (x - g m_k) / V_k
    private (double Left, double Right) Pull(double left, double right)
    {
        Span<double> r = stackalloc double[Count];
        _ = Weigh(left, right, r);
        return Pull(left, right, r);
    }

    private (double Left, double Right) Pull(double left, double right, ReadOnlySpan<double> r)
    {
        double u = 0, v = 0;
        for (int k = 0; k < r.Length; k++)
        {
            double weight = r[k] * _inverseVariance[k];
            u += weight * (left - _meanLeft[k]);
            v += weight * (right - _meanRight[k]);
        }

        return (u, v);
    }

    private (double Left, double Right) PosteriorMean(double left, double right, ReadOnlySpan<double> r)
    {
        double meanLeft = 0, meanRight = 0;
        for (int k = 0; k < r.Length; k++)
        {
            var (a, b) = ComponentMean(k, left, right);
            meanLeft += r[k] * a;
            meanRight += r[k] * b;
        }

        return (meanLeft, meanRight);
    }

    // The responsibilities, and the logarithm of their common denominator.
    private double Weigh(double left, double right, Span<double> r)
    {
        double largest = double.NegativeInfinity;
        for (int k = 0; k < r.Length; k++)
        {
            double a = left - _meanLeft[k], b = right - _meanRight[k];
            r[k] = _logWeight[k] - (((a * a) + (b * b)) * _inverseVariance[k] / 2);
            largest = Math.Max(largest, r[k]);
        }

        double total = 0;
        for (int k = 0; k < r.Length; k++)
            total += r[k] = Math.Exp(r[k] - largest);
        for (int k = 0; k < r.Length; k++)
            r[k] /= total;
        return largest + Math.Log(total);
    }

    private (double Left, double Right) ComponentMean(int k, double left, double right)
    {
        var component = _data.Components[k];
        double factor = _g * component.Sigma * component.Sigma * _inverseVariance[k];
        return (component.Left + (factor * (left - _meanLeft[k])), component.Right + (factor * (right - _meanRight[k])));
    }

    private double ComponentVariance(int k)
    {
        double sigma = _data.Components[k].Sigma;
        return sigma * sigma * _rest * _inverseVariance[k];
    }
}
