using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Models;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Likelihood;

/// <summary>
/// A network's prediction and its divergence by vector-Jacobian products of the tape, sum of v·(J'v). Exactly, with the unit vectors
/// for v: as many backward passes as a sample has numbers, two for two pixels. Or estimated (Hutchinson; FFJORD,
/// arXiv:1810.01367, eq. 7) with some random vectors of signs: the mean of v·(J'v) is the divergence. Of a network that predicts
/// x_0 or v, the noise is a sum of x_t and the prediction, and so is its divergence.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class NetworkDivergence<T> : INoiseDivergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // How many rows, samples times vectors, go through the network at once.
    private const int Rows = 512;

    private readonly DenoisingNetwork<T> _network;
    private readonly Parameterisation _parameterisation;
    private readonly NoiseSchedule? _schedule;
    private readonly RandomSource _random;

    private NetworkDivergence(DenoisingNetwork<T> network, Parameterisation parameterisation, NoiseSchedule? schedule, int probes, RandomSource random)
    {
        if (!Enum.IsDefined(parameterisation))
            throw new ArgumentOutOfRangeException(nameof(parameterisation), parameterisation, $"The parameterisation is {parameterisation}; accepted are {string.Join(", ", Enum.GetNames<Parameterisation>())}.");
        (_network, _parameterisation, _schedule, Probes, _random) = (network, parameterisation, schedule, probes, random);
    }

    /// <summary>The number of random vectors; 0 where the divergence is exact.</summary>
    public int Probes { get; }

    /// <summary>The exact divergence of a network that predicts the noise, for samples of few numbers.</summary>
    public static NetworkDivergence<T> Exact(DenoisingNetwork<T> network) => new(network, Parameterisation.Epsilon, null, 0, default);

    /// <summary>The exact divergence of the noise that follows from what a network predicts, for samples of few numbers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameterisation">What it predicts.</param>
    /// <param name="schedule">The schedule that it was trained with.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such parameterisation.</exception>
    public static NetworkDivergence<T> Exact(DenoisingNetwork<T> network, Parameterisation parameterisation, NoiseSchedule schedule) =>
        new(network, parameterisation, schedule, 0, default);

    /// <summary>Hutchinson's estimate for a network that predicts the noise.</summary>
    /// <param name="network">The network.</param>
    /// <param name="probes">The number of random vectors, 1 to 512.</param>
    /// <param name="random">
    /// Where they are drawn from: <c>random.For(Purpose.Metrics).At(probe)</c>. They are the same at every time, as the estimate of an
    /// integral wants it, and those of sample i do not depend on how many there are.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not accepted.</exception>
    public static NetworkDivergence<T> Hutchinson(DenoisingNetwork<T> network, int probes, RandomSource random) =>
        new(network, Parameterisation.Epsilon, null, Checked(probes), random);

    /// <summary>Hutchinson's estimate for the noise that follows from what a network predicts.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameterisation">What it predicts.</param>
    /// <param name="schedule">The schedule that it was trained with.</param>
    /// <param name="probes">The number of random vectors, 1 to 512.</param>
    /// <param name="random">Where they are drawn from.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not accepted, or there is no such parameterisation.</exception>
    public static NetworkDivergence<T> Hutchinson(DenoisingNetwork<T> network, Parameterisation parameterisation, NoiseSchedule schedule, int probes, RandomSource random) =>
        new(network, parameterisation, schedule, Checked(probes), random);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">t is 0 and the network predicts x_0: there is no noise to be told.</exception>
    public void Predict(Tensor<T> xt, double t, ReadOnlySpan<int> labels, Tensor<T> noise, Span<double> divergence)
    {
        int samples = DenoiserArguments.Check(xt, [t], labels, noise);
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
                Add(xt, t, labels, noise, divergence, from, to, first, Math.Min(vectors, first + Rows));
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

    // eps = (x - g x_0)/S or S x + g v, and the divergence of x is the number of its coordinates d.
    private void ToNoise(Tensor<T> xt, double t, Tensor<T> noise, Span<double> divergence)
    {
        if (_parameterisation == Parameterisation.Epsilon)
            return;
        int d = xt.Length / xt.Shape[0];
        double g = Math.Sqrt(_schedule!.AlphaCumprodAt(t)), s = Math.Sqrt(_schedule.OneMinusAlphaCumprodAt(t));
        bool isX0 = _parameterisation == Parameterisation.X0;
        if (isX0)
            _schedule.PredictNoiseFromX0(xt, [t], noise, noise);
        else
            _schedule.PredictNoiseFromVelocity(xt, [t], noise, noise);
        foreach (ref double value in divergence)
            value = isX0 ? (d - (g * value)) / s : (s * d) + (g * value);
    }

    // Vectors [first, last) of samples [from, to): samples do not mix, so one pass over copies of them takes all vectors.
    private void Add(Tensor<T> xt, double t, ReadOnlySpan<int> labels, Tensor<T> noise, Span<double> divergence, int from, int to, int first, int last)
    {
        int n = to - from, rows = n * (last - first), perSample = xt.Length / xt.Shape[0];
        using var tape = Tape<T>.Start();
        Tensor<T> x = tape.Rent(xt.Shape.With(0, rows)), v = tape.Rent(x.Shape);
        int[] each = labels.Length <= 1 ? [] : new int[rows];
        for (int k = first; k < last; k++)
        {
            int row = (k - first) * n;
            x.Rows(row, row + n).CopyFrom(xt.Rows(from, to));
            FillVectors(v.Rows(row, row + n), k, perSample, from);
            if (each.Length > 0)
                labels[from..to].CopyTo(each.AsSpan(row));
        }

        var input = tape.Watch(x);
        var predicted = _network.Forward(tape, x, [t], each.Length > 0 ? each : labels);
        var product = tape.Gradient(predicted, v, input);
        noise.Rows(from, to).CopyFrom(predicted.Value.Rows(0, n));
        for (int i = 0; i < x.Length; i++)
            divergence[from + (i / perSample % n)] += double.CreateTruncating(v.Span[i] * product.Span[i]);
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
