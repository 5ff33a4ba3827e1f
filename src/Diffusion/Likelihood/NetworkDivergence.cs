using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Likelihood;

/// <summary>
/// A network's prediction and its divergence by vector-Jacobian products of the tape, sum of v·(J'v). Exactly, with the unit vectors
/// for v: as many backward passes as a sample has numbers, two for two pixels. Or estimated (Hutchinson; FFJORD,
/// arXiv:1810.01367, eq. 7) with some random vectors of signs: the mean of v·(J'v) is the divergence. The noise is a sum of x_t and of
/// whatever the network predicts, and so is its divergence.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class NetworkDivergence<T> : INoiseDivergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // How many rows, samples times vectors, go through the network at once.
    private const int Rows = 512;

    private readonly NetworkDenoiser<T> _denoiser;
    private readonly RandomSource _random;

    private NetworkDivergence(NetworkDenoiser<T> denoiser, int probes, RandomSource random) => (_denoiser, Probes, _random) = (denoiser, probes, random);

    /// <inheritdoc/>
    public bool KnowsWholeTimesOnly => _denoiser.KnowsWholeTimesOnly;

    /// <summary>The number of random vectors; 0 where the divergence is exact.</summary>
    public int Probes { get; }

    /// <summary>The exact divergence, for samples of few numbers.</summary>
    /// <param name="denoiser">The network with what it predicts and its schedule.</param>
    public static NetworkDivergence<T> Exact(NetworkDenoiser<T> denoiser) => new(denoiser, 0, default);

    /// <summary>Hutchinson's estimate.</summary>
    /// <param name="denoiser">The network with what it predicts and its schedule.</param>
    /// <param name="probes">The number of random vectors, 1 to 512.</param>
    /// <param name="random">
    /// Where they are drawn from: <c>random.For(Purpose.Metrics).At(probe)</c>. They are the same at every time, as the estimate of an
    /// integral wants it, and those of sample i do not depend on how many there are.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not accepted.</exception>
    public static NetworkDivergence<T> Hutchinson(NetworkDenoiser<T> denoiser, int probes, RandomSource random) => new(denoiser, Checked(probes), random);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">What the network predicts does not tell the noise, as x_0 does not at t = 0.</exception>
    public void Predict(Tensor<T> xt, double t, Condition<T> condition, Tensor<T> noise, Span<double> divergence)
    {
        int samples = DenoiserArguments.Check(xt, [t], condition, noise.Shape, nameof(noise));
        LikelihoodArguments.Check(xt, divergence);
        if (samples == 0)
            return;
        int perSample = xt.Length / samples, vectors = Probes == 0 ? perSample : Probes;
        int batch = Math.Max(1, Rows / vectors);
        for (int from = 0; from < samples; from += batch)
        {
            int to = Math.Min(samples, from + batch);
            divergence[from..to].Clear();
            for (int first = 0; first < vectors; first += Rows)
                Add(xt, t, condition, noise, divergence, from, to, first, Math.Min(vectors, first + Rows));
        }

        if (Probes > 0)
        {
            foreach (ref double value in divergence)
                value /= Probes;
        }

        ToNoise(xt, t, noise, divergence);
    }

    private static int Checked(int probes) => probes is >= 1 and <= Rows ? probes
        : throw new ArgumentOutOfRangeException(nameof(probes), probes, $"The number of random vectors is {probes}; accepted is 1 to {Rows}.");

    // eps = a x + b q, and the divergence of x is the number of its coordinates d.
    private void ToNoise(Tensor<T> xt, double t, Tensor<T> noise, Span<double> divergence)
    {
        var asked = _denoiser.Parameterisation;
        var level = _denoiser.Schedule.At(t);
        if (!asked.TellsNoise(level))
            throw asked.Undetermined("the noise", level);
        int d = xt.Length / xt.Shape[0];
        var (ofX, ofQ) = asked.NoiseFactors(level);
        if (ofX != 0 || ofQ != 1)
            LevelRows.Combine([level], xt, noise, noise, asked.NoiseFactors);
        foreach (ref double value in divergence)
            value = (ofX * d) + (ofQ * value);
    }

    // Vectors [first, last) of samples [from, to): samples do not mix, so one pass over copies of them takes all vectors.
    private void Add(Tensor<T> xt, double t, Condition<T> condition, Tensor<T> noise, Span<double> divergence, int from, int to, int first, int last)
    {
        int n = to - from, rows = n * (last - first), perSample = xt.Length / xt.Shape[0];
        using var tape = Tape<T>.Start();
        Tensor<T> x = tape.Rent(xt.Shape.With(0, rows)), v = tape.Rent(x.Shape);
        double scale = _denoiser.Parameterisation.InputScaleAt(_denoiser.Schedule.At(t));
        for (int k = first; k < last; k++)
        {
            int row = (k - first) * n;
            System.Numerics.Tensors.TensorPrimitives.Multiply(xt.Rows(from, to).Span, T.CreateTruncating(scale), x.Rows(row, row + n).Span);
            FillVectors(v.Rows(row, row + n), k, perSample, from);
        }

        var input = tape.Watch(x);
        var predicted = _denoiser.Network.Forward(tape, x, [t], condition.Rows(from, to).Repeat(n, last - first));
        var product = tape.Gradient(predicted, v, input);
        noise.Rows(from, to).CopyFrom(predicted.Value.Rows(0, n));
        for (int i = 0; i < x.Length; i++)
            divergence[from + (i / perSample % n)] += scale * double.CreateTruncating(v.Span[i] * product.Span[i]);
    }

    private void FillVectors(Tensor<T> v, int k, int perSample, int firstSample)
    {
        if (Probes == 0)
        {
            v.Span.Clear();
            for (int i = k; i < v.Length; i += perSample)
                v.Span[i] = T.One;
            return;
        }

        _random.For(Purpose.Metrics).At(k).Uniform(v.Span, perSample, firstSample);
        foreach (ref var value in v.Span)
            value = value < T.CreateTruncating(0.5) ? -T.One : T.One;
    }
}
