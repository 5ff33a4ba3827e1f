namespace Diffusion.Data;

/// <summary>
/// q(x_t) of Gaussian mixture data at the level x_t = g x_0 + S eps: again a mixture, with means g m_k and covariances
/// C_k = A Sigma_k + B I, where A = g², B = S². From it follow the score, what is known of x_0 given x_t, and the noise
/// predictor that minimises assignment eq. 9 (DDPM eq. 14), all in double. At A = 1, B = 0 it is the data. Immutable.
/// </summary>
/// <remarks>
/// With responsibilities r = softmax(log w_k - log det C_k / 2 - (x - g m_k)' u_k / 2) and u_k = C_k^-1 (x - g m_k):
/// score = -sum r u; eps* = S sum r u; x_0 given x and k has mean m_k + g Sigma_k u_k and covariance B Sigma_k C_k^-1.
/// The axes of Sigma_k are those of C_k, so making a level costs K·d, and a point K·d² (K·d where components are isotropic).
/// </remarks>
public sealed partial class NoisedMixture
{
    [ThreadStatic]
    private static double[]? _scratch;

    private readonly NoisedComponent[] _components;

    internal NoisedMixture(GaussianMixture data, double alphaCumprod, double rest)
    {
        if (!(alphaCumprod >= 0 && double.IsFinite(alphaCumprod)))
            throw new ArgumentOutOfRangeException(nameof(alphaCumprod), alphaCumprod, $"A = g² of a noise level is {alphaCumprod}; it must be finite and at least 0.");
        if (!(rest >= 0 && double.IsFinite(rest)) || alphaCumprod + rest == 0)
            throw new ArgumentOutOfRangeException(nameof(rest), rest, $"B = S² of a noise level is {rest} where A = g² is {alphaCumprod}; it must be finite and at least 0, and not both can be 0.");
        Dimensions = data.Dimensions;
        SignalScale = Math.Sqrt(alphaCumprod);
        NoiseScale = Math.Sqrt(rest);
        _components = [.. data.Components.Select(component => new NoisedComponent(component, alphaCumprod, rest))];
        _pairs = data.IsOfPixelPairs;
    }

    /// <summary>g, the factor of the data in x_t; the root of A (of alphaCumprod, where variance is preserved).</summary>
    public double SignalScale { get; }

    /// <summary>S, the standard deviation of the noise in x_t; the root of B.</summary>
    public double NoiseScale { get; }

    /// <summary>The number of dimensions d of a point.</summary>
    public int Dimensions { get; }

    /// <summary>The number of components K.</summary>
    public int Count => _components.Length;

    /// <summary>The components at this level.</summary>
    internal ReadOnlySpan<NoisedComponent> Components => _components;

    /// <summary>log q(x).</summary>
    /// <param name="x">The point, [d].</param>
    /// <exception cref="ArgumentException">Not d numbers.</exception>
    public double LogDensity(ReadOnlySpan<double> x) => Weigh(x, Scratch()) - (Dimensions * Math.Log(2 * Math.PI) / 2);

    /// <summary>q(x), per unit of volume.</summary>
    /// <param name="x">The point, [d].</param>
    /// <exception cref="ArgumentException">Not d numbers.</exception>
    public double Density(ReadOnlySpan<double> x) => Math.Exp(LogDensity(x));

    /// <summary>p(k | x) of each component, by log-sum-exp; these sum to 1 however far away x is.</summary>
    /// <param name="x">The point, [d].</param>
    /// <param name="destination">Receives the K responsibilities.</param>
    /// <exception cref="ArgumentException">Not d numbers, or the destination has another length than <see cref="Count"/>.</exception>
    public void Responsibilities(ReadOnlySpan<double> x, Span<double> destination)
    {
        CheckRoom(destination, Count, "responsibilities");
        var scratch = Scratch();
        _ = Weigh(x, scratch);
        scratch[..Count].CopyTo(destination);
    }

    /// <summary>The gradient of log q(x).</summary>
    /// <param name="x">The point, [d].</param>
    /// <param name="destination">Receives the score, [d].</param>
    /// <exception cref="ArgumentException">Not d numbers.</exception>
    public void Score(ReadOnlySpan<double> x, Span<double> destination)
    {
        Pull(x, destination);
        foreach (ref double value in destination)
            value = -value;
    }

    /// <summary>The divergence of eps*, the sum of its d derivatives d eps*_i / d x_i.</summary>
    /// <param name="x">The point, [d].</param>
    /// <exception cref="ArgumentException">Not d numbers.</exception>
    public double NoiseDivergence(ReadOnlySpan<double> x)
    {
        var scratch = Scratch();
        _ = Weigh(x, scratch);
        Span<double> pull = scratch[^Dimensions..], own = scratch.Slice(scratch.Length - (2 * Dimensions), Dimensions);
        AddPulls(scratch, pull);

        // score = -sum r u, grad r_k = -r_k (u_k - mean u): div score = -sum r tr C_k^-1 + sum r |u_k - mean u|².
        double divergence = 0;
        for (int k = 0; k < Count; k++)
        {
            own.Clear();
            _components[k].AddPull(1, Offset(scratch, k), own);
            double term = _components[k].InverseTrace;
            for (int i = 0; i < own.Length; i++)
                term -= (own[i] - pull[i]) * (own[i] - pull[i]);
            divergence += scratch[k] * term;
        }

        return NoiseScale * divergence;
    }

    /// <summary>E[x_0 | x_t = x].</summary>
    /// <param name="x">The point, [d].</param>
    /// <param name="destination">Receives the mean, [d].</param>
    /// <exception cref="ArgumentException">Not d numbers.</exception>
    public void PosteriorMean(ReadOnlySpan<double> x, Span<double> destination)
    {
        CheckRoom(destination, Dimensions, "numbers of a point");
        var scratch = Scratch();
        _ = Weigh(x, scratch);
        PosteriorMean(scratch, scratch[^Dimensions..], destination);
    }

    /// <summary>Cov(x_0 | x_t = x).</summary>
    /// <param name="x">The point, [d].</param>
    /// <param name="destination">Receives the covariance, [d, d], row-major.</param>
    /// <exception cref="ArgumentException">Not d numbers, or not room for d².</exception>
    public void PosteriorCovariance(ReadOnlySpan<double> x, Span<double> destination)
    {
        CheckRoom(destination, Dimensions * Dimensions, "numbers of a covariance");
        var scratch = Scratch();
        _ = Weigh(x, scratch);
        Span<double> own = scratch[^Dimensions..], mean = scratch.Slice(scratch.Length - (2 * Dimensions), Dimensions);
        PosteriorMean(scratch, own, mean);
        destination.Clear();
        for (int k = 0; k < Count; k++)
        {
            _components[k].PosteriorMean(Offset(scratch, k), own);
            for (int i = 0; i < own.Length; i++)
                own[i] -= mean[i];
            _components[k].AddPosterior(scratch[k], own, destination);
        }
    }

    /// <summary>The gradient of log p(label | x_t = x), the exact noisy classifier (arXiv:2105.05233 section 4).</summary>
    /// <param name="label">The label, a component.</param>
    /// <param name="x">The point, [d].</param>
    /// <param name="destination">Receives the gradient, [d].</param>
    /// <exception cref="ArgumentException">Not d numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such label.</exception>
    public void ClassifierGradient(int label, ReadOnlySpan<double> x, Span<double> destination)
    {
        if ((uint)label >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(label), label, $"The label is {label}; accepted are 0 to {Count - 1}.");
        var scratch = Pull(x, destination);
        _components[label].AddPull(-1, Offset(scratch, label), destination);
    }

    /// <summary>The component to which x most likely belongs, and its Mahalanobis distance from there.</summary>
    internal (int Component, double Distance) MostLikely(ReadOnlySpan<double> x)
    {
        var scratch = Scratch();
        _ = Weigh(x, scratch);
        int most = 0;
        for (int k = 1; k < Count; k++)
            most = scratch[k] > scratch[most] ? k : most;
        return (most, Math.Sqrt(_components[most].SquaredDistance(Offset(scratch, most))));
    }

    private static void CheckRoom<T>(Span<T> destination, int wanted, string what)
    {
        if (destination.Length != wanted)
            throw new ArgumentException($"The destination has room for {destination.Length}; there are {wanted} {what}.", nameof(destination));
    }

    // sum r_k u_k; gives back the responsibilities and offsets.
    private Span<double> Pull(ReadOnlySpan<double> x, Span<double> destination)
    {
        CheckRoom(destination, Dimensions, "numbers of a point");
        var scratch = Scratch();
        _ = Weigh(x, scratch);
        AddPulls(scratch, destination);
        return scratch;
    }

    private void AddPulls(ReadOnlySpan<double> scratch, Span<double> sum)
    {
        sum.Clear();
        for (int k = 0; k < Count; k++)
            _components[k].AddPull(scratch[k], Offset(scratch, k), sum);
    }

    private void PosteriorMean(ReadOnlySpan<double> scratch, Span<double> own, Span<double> mean)
    {
        mean.Clear();
        for (int k = 0; k < Count; k++)
        {
            _components[k].PosteriorMean(Offset(scratch, k), own);
            for (int i = 0; i < own.Length; i++)
                mean[i] += scratch[k] * own[i];
        }
    }

    // The responsibilities and the offsets of x from each component into the scratch; the logarithm of the common denominator.
    private double Weigh(ReadOnlySpan<double> x, Span<double> scratch)
    {
        if (x.Length != Dimensions)
            throw new ArgumentException($"The point has {x.Length} numbers; the mixture is one over points of {Dimensions}.", nameof(x));
        var r = scratch[..Count];
        double largest = double.NegativeInfinity;
        for (int k = 0; k < r.Length; k++)
        {
            var z = scratch.Slice(Count + (k * Dimensions), Dimensions);
            _components[k].Offset(x, z);
            r[k] = _components[k].LogWeight - (_components[k].SquaredDistance(z) / 2);
            largest = Math.Max(largest, r[k]);
        }

        double total = 0;
        for (int k = 0; k < r.Length; k++)
            total += r[k] = Math.Exp(r[k] - largest);
        for (int k = 0; k < r.Length; k++)
            r[k] /= total;
        return largest + Math.Log(total);
    }

    private ReadOnlySpan<double> Offset(ReadOnlySpan<double> scratch, int k) => scratch.Slice(Count + (k * Dimensions), Dimensions);

    // [K] responsibilities, [K, d] offsets, and two points. Nothing of this class calls another that takes it while it is in use.
    private Span<double> Scratch()
    {
        int length = Count + ((Count + 2) * Dimensions);
        if (_scratch is null || _scratch.Length < length)
            _scratch = new double[length];
        return _scratch.AsSpan(0, length);
    }
}
