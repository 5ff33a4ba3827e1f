using Diffusion.Metrics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Tests.Metrics;

/// <summary>
/// Made-up formations of given images, of a kind that is known: what the predicted x_0 would be at each step. Each pixel is late by a
/// jitter of its own, unsaturated pixels are late by half to all of the duration in addition, and each prediction has noise.
/// </summary>
/// <param name="images">Final images in [-1, 1], square.</param>
/// <param name="labels">Their classes; what is predicted at first is the mean image of the class.</param>
/// <param name="jitters">Standard deviations of the pixels' jitter, as shares of the process; each control has one of them.</param>
/// <param name="seed">Of all that is drawn.</param>
internal sealed class FormationControls(float[][] images, int[] labels, double[] jitters, ulong seed)
{
    private const int Steps = 50, Table = 101;

    private readonly int _width = (int)Math.Sqrt(images[0].Length);
    private readonly Dictionary<int, float[]> _means = Enumerable.Range(0, images.Length).GroupBy(i => labels[i])
        .ToDictionary(of => of.Key, of => images[0].Select((_, p) => of.Average(i => images[i][p])).ToArray());

    /// <summary>What a recorder has seen of controls of the first images, and their classes. For each a kind or a mixture of two.</summary>
    public (FormationRecorder<float> Recorder, int[] Labels) Record(IReadOnlyList<FormationKinds> kinds)
    {
        int pixels = images[0].Length;
        var recorder = new FormationRecorder<float>();
        float[][][] controls = [.. kinds.Select((kind, n) => (kind, n)).AsParallel().AsOrdered().Select(control => Make(control.n, control.kind))];
        for (int k = 0; k < Steps; k++)
        {
            var predicted = Tensor<float>.From([kinds.Count, _width, _width, 1], [.. controls.SelectMany(control => control[k])]);
            var last = Tensor<float>.From([kinds.Count, _width, _width, 1], [.. images.Take(kinds.Count).SelectMany(image => image)]);
            recorder.OnStep(new(k + 1, Steps, Steps - k, Steps - k - 1, last, null, predicted, k + 1));
        }

        return (recorder, labels[..kinds.Count]);
    }

    /// <summary>Whether the stroke's way does not go in one direction, in which case it would be a sweep, and is long enough to have a way.</summary>
    public static bool Turns(float[] image, int width)
    {
        var skeleton = new StrokeSkeleton([.. image.Select(value => value > 0)], width);
        if (skeleton.Pixels.Count < width / 2)
            return false;
        return skeleton.Starts.All(start =>
        {
            double[] path = skeleton.Path(start, _ => 0);
            double Explained(Func<int, double> of)
            {
                double mx = skeleton.Pixels.Average(of), my = skeleton.Pixels.Average(p => path[p]);
                double xy = skeleton.Pixels.Sum(p => (of(p) - mx) * (path[p] - my));
                return xy * xy / (1e-9 + (skeleton.Pixels.Sum(p => Math.Pow(of(p) - mx, 2)) * skeleton.Pixels.Sum(p => Math.Pow(path[p] - my, 2))));
            }

            return Math.Max(Explained(p => p % width), Explained(p => p / width)) < 0.7;
        });
    }

    private float[][] Make(int n, FormationKinds mixture)
    {
        FormationKinds[] kinds = [.. FormationKindsExtensions.Single.Where(kind => mixture.HasFlag(kind))];
        var draw = new Draws(new RandomSource(seed).Derive((uint)mixture).For(Purpose.Data).At(n));
        float[] final = images[n], mean = _means[labels[n]];
        double begin = draw.Uniform(0.02, 0.15), duration = draw.Uniform(0.3, 0.5), late = draw.Uniform(0.5, 1) * duration, jitter = jitters[n % jitters.Length];
        double noise = draw.Uniform(0.02, 0.08), share = kinds.Length == 1 ? 1 : draw.Uniform(0.35, 0.65);
        bool graded = draw.Uniform(0, 1) < 0.5;
        Func<double, int, double>[] processes = [.. kinds.Select(kind => Process(kind, final, mean, begin, duration, draw))];
        double[] delay = [.. final.Select(value =>
        {
            double edge = 1 - Math.Abs(value);
            return (graded ? late * edge : edge > 0.1 ? late : 0) + (jitter * draw.Normal());
        })];
        var steps = new float[Steps][];
        for (int k = 0; k < Steps; k++)
        {
            steps[k] = new float[final.Length];
            for (int p = 0; p < final.Length; p++)
            {
                double at = Math.Clamp(((double)k / Steps) - delay[p], 0, 1);
                double value = share * processes[0](at, p);
                if (kinds.Length > 1)
                    value += (1 - share) * processes[1](at, p);
                steps[k][p] = (float)(value + (noise * draw.Normal()));
            }
        }

        return steps;
    }

    // x_0 of a pixel at a share of the process, without what is added to all kinds.
    private Func<double, int, double> Process(FormationKinds kind, float[] final, float[] mean, double begin, double duration, Draws draw)
    {
        double[] change = [.. final.Select((value, p) => (double)value - mean[p])];
        if (kind == FormationKinds.CoarseToFine)
        {
            double[][] blurred = [.. Enumerable.Range(0, Table).Select(k => Blurred(change, (((double)k / (Table - 1)) - begin) / duration))];
            return (at, p) => mean[p] + blurred[(int)(at * (Table - 1))][p];
        }

        int[] box = [.. Enumerable.Range(0, final.Length).Where(p => Math.Abs(change[p]) >= 0.5)];
        double[] Along(Func<int, int> of) => [.. final.Select((_, p) => Math.Clamp((double)(of(p) - box.Min(of)) / Math.Max(1, box.Max(of) - box.Min(of)), 0, 1))];
        double[] order = kind switch
        {
            FormationKinds.SweepDown => Along(p => p / _width),
            FormationKinds.SweepUp => Along(p => -(p / _width)),
            FormationKinds.SweepRight => Along(p => p % _width),
            FormationKinds.SweepLeft => Along(p => -(p % _width)),
            FormationKinds.AlongStroke => Pen(new StrokeSkeleton([.. final.Select(value => value > 0)], _width)),
            FormationKinds.Regions => Regions(box, draw),
            FormationKinds.Random => Scattered(final.Length, draw),
            _ => [.. final.Select(_ => 0.5)],
        };
        double[] Pen(StrokeSkeleton skeleton) => skeleton.Path(skeleton.Starts[draw.Below(skeleton.Starts.Count)], draw.Below);
        double soft = draw.Uniform(0.01, kind == FormationKinds.AllAtOnce ? 0.1 : 0.04);
        return (at, p) => mean[p] + (change[p] / (1 + Math.Exp((begin + (duration * order[p]) - at) / soft)));
    }

    // Ranks of random numbers; in half of the controls direct neighbours share some of them, as predictions are a little smooth.
    private double[] Scattered(int pixels, Draws draw)
    {
        double shared = draw.Uniform(0, 1) < 0.5 ? 0.25 : 0;
        double[] own = [.. Enumerable.Range(0, pixels).Select(_ => draw.Normal())];
        double[] mixed = [.. own.Select((value, p) => value + (shared * new[] { p - 1, p + 1, p - _width, p + _width }.Sum(q => q >= 0 && q < pixels ? own[q] : 0)))];
        double[] sorted = [.. mixed.Order()];
        return [.. mixed.Select(value => (double)Array.BinarySearch(sorted, value) / pixels)];
    }

    // Each pixel goes with the nearest of three to five that are far apart, in an order of which the place says little.
    private double[] Regions(int[] box, Draws draw)
    {
        double Squared(int p, int q) => Math.Pow((p % _width) - (q % _width), 2) + Math.Pow((p / _width) - (q / _width), 2);
        var seeds = new List<int> { box[draw.Below(box.Length)] };
        for (int more = 2 + draw.Below(3); more > 0; more--)
            seeds.Add(box.MaxBy(p => seeds.Min(q => Squared(p, q))));
        int[] region = [.. Enumerable.Range(0, _width * _width).Select(p => seeds.IndexOf(seeds.MinBy(q => Squared(p, q))))];
        double Explained(double[] order, Func<int, int> of)
        {
            double mean = box.Average(of), time = box.Average(p => order[p]);
            return Math.Pow(box.Sum(p => (of(p) - mean) * (order[p] - time)), 2) / (1e-9 + (box.Sum(p => Math.Pow(of(p) - mean, 2)) * box.Sum(p => Math.Pow(order[p] - time, 2))));
        }

        double[][] orders = [.. Enumerable.Range(0, 20).Select(_ =>
        {
            double[] keys = [.. seeds.Select(_ => draw.Uniform(0, 1))];
            return region.Select(r => keys.Count(other => other < keys[r]) / (keys.Length - 1.0)).ToArray();
        })];
        double Place(double[] order) => Explained(order, p => p % _width) + Explained(order, p => p / _width);
        return orders.FirstOrDefault(order => Place(order) < 0.15) ?? orders.MinBy(Place)!;
    }

    // The change seen through a Gaussian of 8 pixels at first and of a third of one at the end; before, its share rises.
    private double[] Blurred(double[] change, double done)
    {
        if (done is <= -0.1 or >= 1)
            return done > 0 ? change : new double[change.Length];
        double sigma = 8 * Math.Pow(1.0 / 24, Math.Clamp(done, 0, 1)), share = Math.Clamp(1 + (done * 10), 0, 1);
        double[] kernel = [.. Enumerable.Range(-_width, (2 * _width) + 1).Select(x => Math.Exp(-x * x / (2 * sigma * sigma)))];
        int reach = (int)Math.Ceiling(4 * sigma);
        double sum = kernel.Sum();
        double[] image = [.. change];
        foreach (var (next, stride) in new[] { (_width, 1), (1, _width) })
        {
            double[] from = image;
            image = new double[from.Length];
            for (int line = 0; line < _width; line++)
            {
                for (int x = 0; x < _width; x++)
                {
                    for (int q = Math.Max(0, x - reach); q <= Math.Min(_width - 1, x + reach); q++)
                        image[(line * next) + (x * stride)] += from[(line * next) + (q * stride)] * kernel[q - x + _width] / sum;
                }
            }
        }

        return [.. image.Select(value => share * value)];
    }

    /// <summary>Numbers one after the other from one stream.</summary>
    private sealed class Draws(RandomStream stream)
    {
        private const int Chunk = 1024;

        private readonly double[] _uniform = new double[Chunk], _normal = new double[Chunk];
        private int _uniforms, _normals;

        public double Uniform(double from, double to) => from + ((to - from) * Next(_uniform, ref _uniforms, normal: false));

        public double Normal() => Next(_normal, ref _normals, normal: true);

        public int Below(int count) => Math.Min(count - 1, (int)Uniform(0, count));

        private double Next(double[] numbers, ref int taken, bool normal)
        {
            if (taken % Chunk == 0 && normal)
                stream.Normal<double>(numbers, firstSample: taken);
            else if (taken % Chunk == 0)
                stream.Uniform<double>(numbers, firstSample: (1 << 24) + taken);
            return numbers[taken++ % Chunk];
        }
    }
}
