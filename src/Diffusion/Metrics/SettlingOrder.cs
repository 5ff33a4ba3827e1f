using System.Collections.Immutable;
using System.Numerics.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Metrics;

/// <summary>
/// When the pixels of one generated image settle, and what explains it. Pixels are compared within classes of equal final
/// value only, as unsaturated pixels at the edge of a stroke settle late whatever the order of formation is.
/// </summary>
internal sealed class SettlingOrder
{
    // Upper ends of the classes of final values: background, its edge in three steps, the stroke's edge in three, the stroke.
    private static readonly double[] ClassEnds = [-0.9, -0.6, -0.3, 0, 0.3, 0.6, 0.9, double.PositiveInfinity];

    // Ways of the pen are told apart at so many forks.
    private const int Forks = 4;

    private readonly int[] _class;
    private readonly double[] _late, _leads, _right, _down, _fine;
    private readonly double[][] _paths;
    private readonly (int I, int J)[] _pairs;

    /// <summary>Measures one image.</summary>
    /// <param name="progress">For each prediction the share of the process that is done, rising from 0 to 1, and x_0, [H·W] in [-1, 1]; the last is the final image.</param>
    /// <param name="baseline">What is predicted from pure noise, [H·W].</param>
    /// <param name="width">Pixels in a row.</param>
    public SettlingOrder(IReadOnlyList<(double Done, float[] X0)> progress, double[] baseline, int width)
    {
        float[] final = progress[^1].X0;
        double[] change = [.. final.Select((value, p) => value - baseline[p])];
        Pixels = [.. Enumerable.Range(0, final.Length).Where(p => Math.Abs(change[p]) >= ImageFormation.LeastChange)];
        _class = [.. Pixels.Select(p => Array.FindIndex(ClassEnds, end => final[p] < end))];
        double[] mean = MeanChange(progress, baseline);
        Times = [.. Pixels.Select(p => 1 - (mean[p] / change[p]))];
        _late = Centred(Times);
        _pairs = [.. Enumerable.Range(0, Pixels.Count).SelectMany(i => Enumerable.Range(0, i).Where(j => Apart(Pixels[i], Pixels[j], width)).Select(j => (i, j)))];

        var skeleton = new StrokeSkeleton([.. final.Select(value => value > 0)], width);
        (_right, _down) = (Template(Pixels.Select(p => (double)(p % width))), Template(Pixels.Select(p => (double)(p / width))));
        _paths = [.. skeleton.Starts.SelectMany(start => Ways(skeleton, start)).Select(path => Template(Pixels.Select(p => path[p])))];

        // The mean over the process of the share of a band that is there is a weighted sum of the pixels' mean progress.
        double[][] bands = new FrequencyBands(width).Of(change, (0, ImageFormation.CoarseCycles), (ImageFormation.FineCycles, double.PositiveInfinity));
        double[][] weights = [.. bands.Select(band => band.Select(value => value / Math.Max(1e-9, TensorPrimitives.SumOfSquares<double>(band))).ToArray())];
        double[] leads = [.. weights[0].Select((weight, p) => weight - weights[1][p])];
        Bands = [.. progress.Select(step => (Share(step.X0, baseline, weights[0]), Share(step.X0, baseline, weights[1])))];
        _leads = [.. Pixels.Select(p => leads[p] * change[p])];
        _fine = Template(_leads.Select(lead => -lead));
        CoarseLead = Dot(leads, mean);
        Place = PlaceOf(_late);
        // A path that is one of two orders is the one that explains most of what the place leaves.
        (Path, int best) = PathOf(_late, _paths);
        double[][] beyond = [.. _paths.Select(path => Left(path, _right, _down)).Select(path => Template(path))];
        (double more, int other) = PathOf(_late, beyond);
        PlaceAndPath = Place.Both + more;
        BestPath = _paths.Length == 0 ? _right : _paths[Path >= Place.Both ? best : other];
    }

    /// <summary>The pixels that change.</summary>
    public IReadOnlyList<int> Pixels { get; }

    /// <summary>The mean of the times at which each of <see cref="Pixels"/> goes its way, as the share of the process that is done.</summary>
    public double[] Times { get; }

    /// <summary>The shares of the change at coarse and at fine structure that are there at each prediction.</summary>
    public (double Coarse, double Fine)[] Bands { get; }

    /// <summary>By how much of the process coarse structure is there before fine structure, on average.</summary>
    public double CoarseLead { get; }

    /// <summary>The shares of the variance of the times that the place to the right, the place downwards and both explain, the first two negative where the order is the other way.</summary>
    public (double Right, double Down, double Both) Place { get; }

    /// <summary>The share that the distance along the stroke explains, from the best start and with the best turns of the pen.</summary>
    public double Path { get; }

    private double[] BestPath { get; }

    /// <summary>The share that place and path explain together.</summary>
    public double PlaceAndPath { get; }

    /// <summary>The times, less what the class of the final value explains, and less what other orders do.</summary>
    /// <param name="place">Whether the place is one of them.</param>
    /// <param name="path">Whether the best path is.</param>
    /// <param name="fineness">Whether it is how fine the structure is that a pixel belongs to.</param>
    public double[] Unexplained(bool place, bool path, bool fineness) =>
        Left(_late, [.. place ? [_right, _down] : (double[][])[], .. path ? [BestPath] : (double[][])[], .. fineness ? [_fine] : (double[][])[]]);

    /// <summary>What <see cref="Place"/> is of times of which something was taken out.</summary>
    public (double Right, double Down, double Both) PlaceOf(double[] late)
    {
        double squares = Dot(late, late);
        if (squares == 0)
            return default;
        double norm = Math.Sqrt(squares), right = Dot(late, _right) / norm, down = Dot(late, _down) / norm, between = Dot(_right, _down);
        double both = between * between > 0.999 ? Math.Max(right * right, down * down)
            : ((right * right) + (down * down) - (2 * right * down * between)) / (1 - (between * between));
        return (right * Math.Abs(right), down * Math.Abs(down), both);
    }

    /// <summary>The correlation of times with how fine the structure is that a pixel belongs to; of all times and of what is left of them.</summary>
    /// <param name="rest">What is left.</param>
    public double Fineness(double[] rest)
    {
        double squares = Dot(_late, _late);
        return squares == 0 ? 0 : Dot(rest, _fine) / Math.Sqrt(squares);
    }

    /// <summary>The correlation of times between pixels two to three apart: Moran's I at that distance ("Notes on continuous stochastic phenomena", 1950).</summary>
    public double Correlation(double[] times)
    {
        double squares = Dot(times, times);
        return squares == 0 || _pairs.Length == 0 ? 0 : _pairs.Average(pair => times[pair.I] * times[pair.J]) / (squares / times.Length);
    }

    /// <summary>The time between the 10th and the 90th percentile.</summary>
    public static double Spread(double[] times)
    {
        double[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? 0 : sorted[(int)(0.9 * (sorted.Length - 1))] - sorted[(int)(0.1 * (sorted.Length - 1))];
    }

    /// <summary>What place, path and coarse lead are if what was measured of each pixel belongs to another of the same class.</summary>
    /// <param name="count">How many times.</param>
    /// <param name="random">The order of the pixels.</param>
    public ImmutableArray<(double Place, double Path, double Correlation, double CoarseLead)> Permuted(int count, RandomStream random)
    {
        int n = Pixels.Count;
        int[] own = [.. Enumerable.Range(0, n).OrderBy(i => _class[i])], first = [.. own.Select(i => _class.Count(other => other < _class[i]))];
        double[] keys = new double[n * count], late = new double[n];
        random.Uniform<double>(keys);
        var values = new (double, double, double, double)[count];
        for (int k = 0; k < count; k++)
        {
            // Fisher-Yates within each class.
            int[] order = [.. own];
            for (int i = n - 1; i >= 0; i--)
            {
                int j = first[i] + (int)(keys[(k * n) + i] * (i - first[i] + 1));
                (order[i], order[j]) = (order[j], order[i]);
            }

            for (int i = 0; i < n; i++)
                late[own[i]] = _late[order[i]];
            values[k] = (PlaceOf(late).Both, PathOf(late, _paths).Share, Correlation(late), CoarseLead + Dot(_leads, _late) - Dot(_leads, late));
        }

        return [.. values];
    }

    private static bool Apart(int p, int q, int width)
    {
        int x = (p % width) - (q % width), y = (p / width) - (q / width);
        return (x * x) + (y * y) is >= 4 and <= 10;
    }

    // From one start: straight on, or not so, at each of the first forks.
    private static IEnumerable<double[]> Ways(StrokeSkeleton skeleton, int start)
    {
        for (int turns = 0, ways = 1; turns < ways; turns++)
        {
            int met = 0, taken = turns;
            double[] path = skeleton.Path(start, _ => met < Forks ? (taken >> met++) & 1 : 0);
            ways = 1 << met;
            yield return path;
        }
    }

    private static double Share(float[] x0, double[] baseline, double[] weights)
    {
        double sum = 0;
        for (int p = 0; p < x0.Length; p++)
            sum += (x0[p] - baseline[p]) * weights[p];
        return sum;
    }

    // The integral of the way from the baseline over the process.
    private static double[] MeanChange(IReadOnlyList<(double Done, float[] X0)> progress, double[] baseline)
    {
        double[] mean = new double[baseline.Length];
        for (int k = 0; k + 1 < progress.Count; k++)
        {
            for (int p = 0; p < mean.Length; p++)
                mean[p] += (progress[k + 1].Done - progress[k].Done) * (progress[k].X0[p] - baseline[p]);
        }

        return mean;
    }

    // Of length 1, and of mean 0 in each class; 0 where it says nothing.
    private double[] Template(IEnumerable<double> values)
    {
        double[] template = Centred([.. values]);
        double norm = Math.Sqrt(Dot(template, template));
        return norm < 1e-9 ? new double[template.Length] : [.. template.Select(value => value / norm)];
    }

    private double[] Centred(double[] values)
    {
        double[] sums = new double[ClassEnds.Length], counts = new double[ClassEnds.Length];
        for (int i = 0; i < values.Length; i++)
            (sums[_class[i]], counts[_class[i]]) = (sums[_class[i]] + values[i], counts[_class[i]] + 1);
        return [.. values.Select((value, i) => value - (sums[_class[i]] / counts[_class[i]]))];
    }

    private static (double Share, int Index) PathOf(double[] late, double[][] paths)
    {
        double squares = Dot(late, late), best = 0;
        int index = 0;
        for (int i = 0; i < paths.Length; i++)
        {
            double product = Dot(late, paths[i]);
            if (product > best)
                (best, index) = (product, i);
        }

        return (squares == 0 ? 0 : best * best / squares, index);
    }

    // What a regression on templates leaves: Gram and Schmidt.
    private static double[] Left(double[] values, params double[][] templates)
    {
        double[] left = [.. values];
        var units = new List<double[]>();
        foreach (double[] template in templates)
        {
            double[] own = [.. template];
            foreach (double[] unit in units)
                TakeOut(own, unit);
            double norm = Math.Sqrt(Dot(own, own));
            if (norm < 1e-6)
                continue;
            units.Add([.. own.Select(value => value / norm)]);
            TakeOut(left, units[^1]);
        }

        return left;
    }

    private static void TakeOut(double[] values, double[] unit)
    {
        double product = Dot(values, unit);
        for (int i = 0; i < values.Length; i++)
            values[i] -= product * unit[i];
    }

    private static double Dot(double[] a, double[] b) => a.Length == 0 ? 0 : TensorPrimitives.Dot<double>(a, b);
}
