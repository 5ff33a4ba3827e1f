using System.Collections.Immutable;
using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Metrics;

/// <summary>
/// How images form along the reverse process, measured on the data x_0 that are predicted at each step: how far each pixel, and coarse and
/// fine structure, have gone from a baseline to the final image, and which order explains when pixels do.
/// </summary>
/// <remarks>
/// The baseline of an image is what is predicted at t = T, where nothing is seen but noise: the mean over all generations of the
/// same label. What the label alone says is thus no formation. A pixel's progress is 0 at the baseline and 1 at the final value, and
/// its time is the mean of the times at which it is made, the integral of 1 - progress; of a pixel that jumps it is when it jumps. Times are
/// shares of the process, from 0 at t = T to 1 at t = 0.
/// </remarks>
public sealed class ImageFormation
{
    /// <summary>Pixels count that end at least so far from the baseline, of the range [-1, 1].</summary>
    public const double LeastChange = 0.5;

    /// <summary>Spatial frequencies of at most so many cycles per image are coarse structure, but for the mean, and those from <see cref="FineCycles"/> on fine.</summary>
    public const double CoarseCycles = 3;

    /// <summary>See <see cref="CoarseCycles"/>.</summary>
    public const double FineCycles = 6;

    // A map says nothing of pixels that change in fewer of the images.
    private const double LeastShareOfMap = 0.1;

    private readonly SettlingOrder[] _orders;

    private ImageFormation(SettlingOrder[] orders, int width, ImmutableArray<double> done, double deviation)
    {
        (_orders, Width, Done, BaselineDeviation) = (orders, width, done, deviation);
        Generations = [.. orders.Select(GenerationFormation.Of)];
        Coarse = [.. done.Select((_, k) => orders.Average(order => order.Bands[k].Coarse))];
        Fine = [.. done.Select((_, k) => orders.Average(order => order.Bands[k].Fine))];
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>The times of the predictions, rising from 0 to 1.</summary>
    public ImmutableArray<double> Done { get; }

    /// <summary>The standard deviation of what is predicted at t = T from the baseline, over the generations, of the range [-1, 1].</summary>
    public double BaselineDeviation { get; }

    /// <summary>What was measured of each generation.</summary>
    public ImmutableArray<GenerationFormation> Generations { get; }

    /// <summary>The share of the change at coarse structure that is there at each of <see cref="Done"/>, mean over the generations.</summary>
    public ImmutableArray<double> Coarse { get; }

    /// <summary>The same at fine structure.</summary>
    public ImmutableArray<double> Fine { get; }

    /// <summary>Measures finished generations of square images.</summary>
    /// <param name="recorder">It has watched a sampler until the end.</param>
    /// <param name="labels">The label of each image; those of one label share a baseline.</param>
    /// <exception cref="ArgumentException">Nothing was recorded, no square images, or not as many labels as images.</exception>
    public static ImageFormation Measure<T>(FormationRecorder<T> recorder, IReadOnlyList<int> labels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var steps = recorder.Steps;
        if (steps.Count < 2 || recorder.Images == 0)
            throw new ArgumentException("The recorder has seen no generation; give it to a sampler first.", nameof(recorder));
        int pixels = steps[0].Images.Length / recorder.Images, width = (int)Math.Round(Math.Sqrt(pixels));
        if (width * width != pixels)
            throw new ArgumentException($"The images have {pixels} pixels, which makes no square.", nameof(recorder));
        if (labels.Count != recorder.Images)
            throw new ArgumentException($"There are {labels.Count} labels, but {recorder.Images} images.", nameof(labels));

        float[] X0(int k, int n) => [.. steps[k].Images.AsSpan(n * pixels, pixels).ToArray().Select(value => (value / 127.5f) - 1)];
        double[] done = [.. steps.Select(step => 1 - (step.Time / steps[0].Time))];
        var baselines = new Dictionary<int, double[]>();
        double squares = 0;
        foreach (var group in Enumerable.Range(0, labels.Count).GroupBy(n => labels[n]))
        {
            float[][] first = [.. group.Select(n => X0(0, n))];
            double[] mean = [.. Enumerable.Range(0, pixels).Select(p => first.Average(image => (double)image[p]))];
            squares += first.Sum(image => image.Select((value, p) => (value - mean[p]) * (value - mean[p])).Sum());
            baselines.Add(group.Key, mean);
        }

        var orders = new SettlingOrder[labels.Count];
        _ = Parallel.For(0, orders.Length, Chunks.Options, n => orders[n] = new SettlingOrder([.. done.Select((share, k) => (share, X0(k, n)))], baselines[labels[n]], width));
        return new ImageFormation(orders, width, [.. done], Math.Sqrt(squares / labels.Count / pixels));
    }

    /// <summary>The time of each pixel, mean over those of some generations in which it changes, [H·W]; NaN where it changes in fewer than a tenth.</summary>
    /// <param name="generations">Which generations.</param>
    public double[] MeanTimes(IReadOnlyCollection<int> generations)
    {
        double[] sums = new double[Width * Width];
        int[] counts = new int[sums.Length];
        foreach (var order in generations.Select(n => _orders[n]))
        {
            for (int i = 0; i < order.Pixels.Count; i++)
                (sums[order.Pixels[i]], counts[order.Pixels[i]]) = (sums[order.Pixels[i]] + order.Times[i], counts[order.Pixels[i]] + 1);
        }

        return [.. sums.Select((sum, p) => counts[p] > 0 && counts[p] >= LeastShareOfMap * generations.Count ? sum / counts[p] : double.NaN)];
    }

    /// <summary>The share of one generation's pixels whose time has come at each of <see cref="Done"/>; 0 where none changes.</summary>
    public double[] Settled(int generation)
    {
        double[] times = _orders[generation].Times;
        return [.. Done.Select(done => times.Length == 0 ? 0 : (double)times.Count(time => time <= done) / times.Length)];
    }

    /// <summary>What the means of place, path, correlation and coarse lead over some generations are if what was measured of each pixel belongs to another of the same final value in the same image.</summary>
    /// <param name="generations">Which generations.</param>
    /// <param name="count">How many times.</param>
    /// <param name="seed">Of the permutations.</param>
    internal (double Place, double Path, double Correlation, double CoarseLead)[] Permuted(IReadOnlyList<int> generations, int count, ulong seed)
    {
        var each = new ImmutableArray<(double Place, double Path, double Correlation, double CoarseLead)>[generations.Count];
        _ = Parallel.For(0, each.Length, Chunks.Options, i => each[i] = _orders[generations[i]].Permuted(count, new RandomSource(seed).For(Purpose.Metrics).At(generations[i])));
        return [.. Enumerable.Range(0, count).Select(k => (each.Average(of => of[k].Place), each.Average(of => of[k].Path), each.Average(of => of[k].Correlation), each.Average(of => of[k].CoarseLead)))];
    }
}
