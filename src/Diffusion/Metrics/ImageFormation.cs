using System.Collections.Immutable;
using System.Numerics;

namespace Diffusion.Metrics;

/// <summary>
/// How images form along the reverse process, measured on the data x_0 that are predicted at each step: when each pixel
/// settles, how far apart in time the pixels of one stroke settle, whether neighbours settle together, and when coarse and
/// fine structure is there.
/// </summary>
/// <remarks>
/// A pixel has settled at time t if the prediction at t and at every later step (smaller t) stays within
/// <see cref="Tolerance"/> of the pixel of the finished image. A pixel is part of the stroke if it ends brighter than the
/// middle grey, above 0 in [-1, 1].
/// </remarks>
public sealed class ImageFormation
{
    /// <summary>Spatial frequencies of at most so many cycles per image count as low, and those from <see cref="HighCycles"/> on as high.</summary>
    public const double LowCycles = 3;

    /// <summary>See <see cref="LowCycles"/>.</summary>
    public const double HighCycles = 6;

    private const byte Middle = 128;

    private readonly double[][] _times;
    private readonly byte[] _final;

    private ImageFormation(double[][] times, byte[] final, double tolerance, int width, ImmutableArray<double> at)
    {
        (_times, _final, Tolerance, Width, Times) = (times, final, tolerance, width, at);
        Generations = [.. Enumerable.Range(0, times.Length).Select(Measure)];
    }

    /// <summary>How far from its final value a settled pixel may be, of the range [-1, 1].</summary>
    public double Tolerance { get; }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>The times of the curves, falling from T to 0.</summary>
    public ImmutableArray<double> Times { get; }

    /// <summary>What was measured of each generation.</summary>
    public ImmutableArray<GenerationFormation> Generations { get; }

    /// <summary>The share of the energy at low spatial frequencies (but for the mean) that the prediction has at each of <see cref="Times"/>, mean over the generations.</summary>
    public ImmutableArray<double> LowFrequencies { get; private init; }

    /// <summary>The same at high spatial frequencies.</summary>
    public ImmutableArray<double> HighFrequencies { get; private init; }

    /// <summary>Measures finished generations of square images.</summary>
    /// <param name="recorder">It has watched a sampler until the end.</param>
    /// <param name="tolerance">See <see cref="Tolerance"/>; more than 0, at most 2.</param>
    /// <exception cref="ArgumentException">Nothing was recorded, or no square images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A tolerance that is not accepted.</exception>
    public static ImageFormation Measure<T>(FormationRecorder<T> recorder, double tolerance = 0.2)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!(tolerance is > 0 and <= 2))
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, $"The tolerance is {tolerance}; accepted is more than 0, and at most 2.");
        var steps = recorder.Steps;
        if (steps.Count < 2 || recorder.Images == 0)
            throw new ArgumentException("The recorder has seen no generation; give it to a sampler first.", nameof(recorder));
        int pixels = steps[0].Images.Length / recorder.Images, width = (int)Math.Round(Math.Sqrt(pixels));
        if (width * width != pixels)
            throw new ArgumentException($"The images have {pixels} pixels, which makes no square.", nameof(recorder));

        byte[] final = steps[^1].Images;
        double bytes = tolerance * 127.5;
        double[][] times = new double[recorder.Images][];
        for (int n = 0; n < times.Length; n++)
        {
            times[n] = new double[pixels];
            for (int p = 0; p < pixels; p++)
                times[n][p] = SettlingTime(steps, final, (n * pixels) + p, bytes);
        }

        var (low, high) = Frequencies(steps, final, width);
        return new ImageFormation(times, final, tolerance, width, [.. steps.Select(step => step.Time)]) { LowFrequencies = low, HighFrequencies = high };
    }

    /// <summary>The time at which each pixel settles, mean over some generations, [H·W].</summary>
    /// <param name="generations">Which generations.</param>
    public double[] MeanTimes(IReadOnlyCollection<int> generations)
    {
        double[] map = new double[Width * Width];
        foreach (int n in generations)
        {
            for (int p = 0; p < map.Length; p++)
                map[p] += _times[n][p] / generations.Count;
        }

        return map;
    }

    /// <summary>The share of generations whose stroke covers each pixel, [H·W].</summary>
    /// <param name="generations">Which generations.</param>
    public double[] StrokeShares(IReadOnlyCollection<int> generations)
    {
        double[] map = new double[Width * Width];
        foreach (int n in generations)
        {
            for (int p = 0; p < map.Length; p++)
                map[p] += (_final[(n * map.Length) + p] >= Middle ? 1.0 : 0) / generations.Count;
        }

        return map;
    }

    /// <summary>The share of one generation's stroke that has settled at each of <see cref="Times"/>; 0 where there is no stroke.</summary>
    public double[] Settled(int generation)
    {
        double[] stroke = Stroke(generation);
        return [.. Times.Select(time => stroke.Length == 0 ? 0 : (double)stroke.Count(settled => settled >= time) / stroke.Length)];
    }

    // From the end backwards until a prediction is off.
    private static double SettlingTime(IReadOnlyList<(double Time, byte[] Images)> steps, byte[] final, int pixel, double tolerance)
    {
        int k = steps.Count - 1;
        while (k > 0 && Math.Abs(steps[k - 1].Images[pixel] - final[pixel]) <= tolerance)
            k--;
        return steps[k].Time;
    }

    private double[] Stroke(int generation)
    {
        int pixels = Width * Width;
        return [.. _times[generation].Where((_, p) => _final[(generation * pixels) + p] >= Middle).Order()];
    }

    private GenerationFormation Measure(int generation)
    {
        double[] stroke = Stroke(generation);
        double Quantile(double share) => stroke.Length == 0 ? 0 : stroke[(int)(share * (stroke.Length - 1))];

        // Of falling times, the first tenth to settle has the largest: the 10th percentile in the order of settling is the 90th of t.
        return new GenerationFormation(stroke.Length, Quantile(0.9), Quantile(0.5), Quantile(0.1), NeighbourCorrelation(generation));
    }

    // Moran's I of the settling times over neighbouring stroke pixels: 0 if each pixel settles by itself, 1 if regions settle as one.
    private double NeighbourCorrelation(int generation)
    {
        int pixels = Width * Width;
        var final = _final.AsSpan(generation * pixels, pixels);
        double[] times = _times[generation];
        double mean = 0, variance = 0, products = 0;
        int count = 0, pairs = 0;
        for (int p = 0; p < pixels; p++)
        {
            if (final[p] >= Middle)
                (mean, count) = (mean + times[p], count + 1);
        }

        if (count == 0)
            return 0;
        mean /= count;
        for (int p = 0; p < pixels; p++)
        {
            if (final[p] < Middle)
                continue;
            variance += (times[p] - mean) * (times[p] - mean) / count;
            foreach (int q in new[] { (p % Width) + 1 < Width ? p + 1 : -1, p + Width < pixels ? p + Width : -1 })
            {
                if (q >= 0 && final[q] >= Middle)
                    (products, pairs) = (products + ((times[p] - mean) * (times[q] - mean)), pairs + 1);
            }
        }

        return variance == 0 || pairs == 0 ? 0 : products / pairs / variance;
    }

    // 1 - |F_t - F_0|^2 / |F_0|^2 over a band, energies summed over the generations.
    private static (ImmutableArray<double> Low, ImmutableArray<double> High) Frequencies(IReadOnlyList<(double Time, byte[] Images)> steps, byte[] final, int width)
    {
        var transform = new PowerSpectrum(width);
        var whole = Energies(transform, final, null, width);
        double[] low = new double[steps.Count], high = new double[steps.Count];
        for (int k = 0; k < steps.Count; k++)
        {
            var missing = Energies(transform, steps[k].Images, final, width);
            low[k] = whole.Low == 0 ? 1 : Math.Max(0, 1 - (missing.Low / whole.Low));
            high[k] = whole.High == 0 ? 1 : Math.Max(0, 1 - (missing.High / whole.High));
        }

        return ([.. low], [.. high]);
    }

    private static (double Low, double High) Energies(PowerSpectrum transform, byte[] images, byte[]? minus, int width)
    {
        int pixels = width * width;
        double[] difference = new double[pixels], power = new double[pixels];
        double low = 0, high = 0;
        for (int from = 0; from < images.Length; from += pixels)
        {
            for (int p = 0; p < pixels; p++)
                difference[p] = images[from + p] - (minus is null ? 0 : minus[from + p]);
            transform.Of(difference, power);
            for (int p = 1; p < pixels; p++)
            {
                double cycles = transform.Cycles(p);
                if (cycles <= LowCycles)
                    low += power[p];
                else if (cycles >= HighCycles)
                    high += power[p];
            }
        }

        return (low, high);
    }
}

/// <summary>When the stroke of one generated image settles, in diffusion time t (larger is earlier in the generation).</summary>
/// <param name="StrokePixels">The number of pixels of the stroke.</param>
/// <param name="First">The time at which a tenth of the stroke has settled.</param>
/// <param name="Median">The time at which half of it has.</param>
/// <param name="Last">The time at which nine tenths have.</param>
/// <param name="NeighbourCorrelation">Moran's I of the times over neighbouring pixels of the stroke: 0 if each settles by itself, near 1 if regions settle one after the other.</param>
public readonly record struct GenerationFormation(int StrokePixels, double First, double Median, double Last, double NeighbourCorrelation)
{
    /// <summary>The time between the first tenth and the last.</summary>
    public double Spread => First - Last;
}
