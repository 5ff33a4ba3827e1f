using System.Collections.Immutable;

namespace Diffusion.Likelihood;

/// <summary>The variational bound of a set of samples.</summary>
/// <param name="Terms">The mean of each term in nats: L_0, then L_{t-1} at index t - 1 for t = 2 ... T, and L_T at T.</param>
/// <param name="PerSample">The bound of each sample, in nats: all of its terms together.</param>
/// <param name="Dimensions">d, the numbers of a sample.</param>
/// <param name="DecoderVariance">v_1, with which L_0 was computed; with labels, that of no label.</param>
public sealed record BoundTerms(ImmutableArray<double> Terms, ImmutableArray<double> PerSample, int Dimensions, double DecoderVariance)
{
    /// <summary>The bound on -log p, the mean over the samples in nats.</summary>
    public double Nats => PerSample.Average();

    /// <summary>The standard error of <see cref="Nats"/>, over samples and noise.</summary>
    public double StandardError => ErrorOf(PerSample);

    /// <summary>The bound in bits per dimension.</summary>
    public double BitsPerDimension => FlowLikelihood.BitsPerDimension(-Nats, Dimensions);

    /// <summary>Its standard error.</summary>
    public double BitsError => StandardError / (Dimensions * Math.Log(2));

    /// <summary>By how much the bound exceeds -log p of the same samples, and the standard error, in bits per dimension: most of what chance does to the one it does to the other.</summary>
    /// <param name="logDensity">log p of each sample, in nats.</param>
    /// <exception cref="ArgumentException">Another number of samples.</exception>
    public (double Bits, double Error) Beyond(ReadOnlySpan<double> logDensity)
    {
        if (logDensity.Length != PerSample.Length)
            throw new ArgumentException($"{logDensity.Length} log-densities were given for {PerSample.Length} samples; one for each is needed.", nameof(logDensity));
        double[] excess = new double[logDensity.Length];
        for (int i = 0; i < excess.Length; i++)
            excess[i] = (PerSample[i] + logDensity[i]) / (Dimensions * Math.Log(2));
        return (excess.Average(), ErrorOf(excess));
    }

    private static double ErrorOf(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1.0) / values.Count);
    }
}
