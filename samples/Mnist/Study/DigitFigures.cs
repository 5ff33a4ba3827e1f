using System.Globalization;
using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Guidance;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Digits.Study;

/// <summary>The figures that are drawn from a model.</summary>
internal sealed class DigitFigures(Generator generator, DigitsFolder output)
{
    /// <summary>The weights of guidance.png.</summary>
    public static readonly double[] Weights = [0, 0.5, 1, 2, 4];

    private const int PerWeight = 3, Walk = 11;

    /// <summary>The times at which trajectory.png shows the state, as shares of T.</summary>
    private static readonly double[] Stages = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.325, 0.25, 0.175, 0.1, 0.05, 0.02, 0];

    private GenerationSettings Settings => generator.Settings;

    private int T => generator.Model.Schedule.T;

    /// <summary>digits.png and the animation: the images of given labels, and how they emerge.</summary>
    public Tensor<float> Digits(int[] labels)
    {
        var recorder = new TrajectoryRecorder<float>();
        var start = Start.Draw<float>(new RandomSource(Settings.Seed), [labels.Length, MnistSet.Side, MnistSet.Side, 1]);
        var images = generator.Watch(start, labels, recorder);
        DigitsFigure.Save(output.Figure("digits"), Generator.ToImages(images), labels, Settings.Describe());

        // At most some sixty frames.
        int every = Math.Max(1, recorder.States.Count / 60);
        ImageAnimation.Save(output.Animation, [.. recorder.States
            .Where((_, i) => i % every == 0 || i == recorder.States.Count - 1)
            .Select(state => new ImageFrame(state.Time, Generator.ToImages(state.X)))]);
        return images;
    }

    /// <summary>trajectory.png: one generation by the full reverse process, and what the network predicts on the way.</summary>
    public void Trajectory(int label)
    {
        var full = new Generator(generator.Model, Settings with { Sampler = "ddpm", Steps = null });
        var start = Start.Draw<float>(new RandomSource(Settings.Seed), [1, MnistSet.Side, MnistSet.Side, 1]);
        int[] times = [.. Stages.Select(share => (int)Math.Round(share * T)).Distinct()];
        var states = new Dictionary<int, GrayImage>();
        var predictions = new Dictionary<int, GrayImage>();
        _ = full.Watch(start, [label], new ActionObserver<float>(step =>
        {
            int from = (int)Math.Round(step.From), to = (int)Math.Round(step.To);
            if (times.Contains(to))
                states[to] = Generator.ToImages(step.Xt)[0];
            if (step.PredictedX0 is { } x0 && times.Contains(from))
                predictions[from] = Generator.ToImages(x0)[0];
            if (to == 0)
                predictions[0] = Generator.ToImages(step.Xt)[0];
        }));
        ImageTableFigure.Save(output.Figure("trajectory"), new ImageTable(
            $"From noise to a {label}: the state x\u209C and the digit that the network expects",
            [$"{full.Settings.Describe()} T = {T}; t is the diffusion time, noise at t = {T} and the finished image at t = 0."],
            [[.. times.Select(t => predictions[t])], [.. times.Select(t => states[t])]],
            ["predicted x\u2080", "x\u209C"],
            [.. times.Select(t => $"t = {t}")]));
    }

    /// <summary>guidance.png: the same noise for every class and weight.</summary>
    public void Guidance()
    {
        int classes = MnistSet.Classes;
        var (start, labels) = generator.SameNoise(PerWeight);
        var columns = Weights.Select(w => Generator.ToImages(generator.Sample(generator.Guided(w), start, labels, new RandomSource(Settings.Seed)))).ToList();
        ImageTableFigure.Save(output.Figure("guidance"), new ImageTable(
            "Guidance: the same noise for every digit",
            [$"{Samplers.Find(Settings.Sampler).Title}, {Steps()}. Within a group the columns are {PerWeight} noises, the same in all groups and rows. w = 0 asks for the digit without guidance."],
            [.. Enumerable.Range(0, classes).Select(y => (IReadOnlyList<GrayImage>)[.. columns.SelectMany(images => images.Skip(y * PerWeight).Take(PerWeight))])],
            [.. Enumerable.Range(0, classes).Select(y => $"digit {y}")],
            [.. Weights.Select(w => $"w = {w.ToString("0.##", CultureInfo.InvariantCulture)}")])
        { Group = PerWeight });
    }

    /// <summary>interpolation.png: walks between two noises, and between two classes.</summary>
    public void Interpolation()
    {
        (int From, int To)[] noiseWalks = [(3, 3), (5, 5), (8, 8)], classWalks = [(1, 7), (3, 8), (4, 9), (0, 6)];
        double[] shares = [.. Enumerable.Range(0, Walk).Select(i => i / (Walk - 1.0))];
        var ends = Start.Draw<float>(new RandomSource(Settings.Seed).Derive(1), [2 * noiseWalks.Length + classWalks.Length, MnistSet.Side, MnistSet.Side, 1]);
        int rows = noiseWalks.Length + classWalks.Length, count = rows * Walk;
        var start = Tensor<float>.Uninitialized([count, MnistSet.Side, MnistSet.Side, 1]);
        int[] labels = new int[count], others = new int[count];
        double[] mixed = new double[count];
        for (int i = 0; i < count; i++)
        {
            var (row, share) = (i / Walk, shares[i % Walk]);
            bool walksNoise = row < noiseWalks.Length;
            (labels[i], others[i]) = walksNoise ? noiseWalks[row] : classWalks[row - noiseWalks.Length];
            mixed[i] = walksNoise ? 0 : share;
            var first = walksNoise ? ends.Rows(2 * row, (2 * row) + 1) : ends.Rows(row + noiseWalks.Length, row + noiseWalks.Length + 1);
            var second = walksNoise ? ends.Rows((2 * row) + 1, (2 * row) + 2) : first;
            Slerp(first.Span, second.Span, walksNoise ? share : 0, start.Rows(i, i + 1).Span);
        }

        // Deterministic whatever the sampler of the other figures: a walk through noises must not be shaken by more of it.
        var walker = new Generator(generator.Model, Samplers.Find(Settings.Sampler).IsStochastic ? Settings with { Sampler = "dpm++2m", Steps = 20 } : Settings);
        var denoiser = new ConditionInterpolation<float>(walker.Guided(Settings.Guidance), others, mixed);
        var images = Generator.ToImages(walker.Watch(denoiser, start, labels));
        ImageTableFigure.Save(output.Figure("interpolation"), new ImageTable(
            "Walks between two noises and between two classes",
            [$"{walker.Settings.Describe()} Noises are interpolated on the sphere; between classes y and y' the predicted noise is (1 \u2212 s)\u00B7\u03B5(y) + s\u00B7\u03B5(y'), from one noise."],
            [.. Enumerable.Range(0, rows).Select(row => (IReadOnlyList<GrayImage>)[.. images.Skip(row * Walk).Take(Walk)])],
            [.. noiseWalks.Select(walk => $"a {walk.From}, noise to noise"), .. classWalks.Select(walk => $"class {walk.From} to {walk.To}")],
            [.. shares.Select(share => share.ToString("0.0", CultureInfo.InvariantCulture))])
        { Below = "share of the second noise or class" });
    }

    private string Steps() => Settings.Steps is int steps ? $"{steps} steps" : $"{T} steps";

    // Spherical interpolation: of two Gaussian noises the mixture is as long as they are, which the linear one is not.
    private static void Slerp(ReadOnlySpan<float> a, ReadOnlySpan<float> b, double share, Span<float> destination)
    {
        double aa = 0, bb = 0, ab = 0;
        for (int i = 0; i < a.Length; i++)
            (aa, bb, ab) = (aa + (a[i] * a[i]), bb + (b[i] * b[i]), ab + (a[i] * b[i]));
        double angle = Math.Acos(Math.Clamp(ab / Math.Sqrt(aa * bb), -1, 1));
        double ofA = angle < 1e-6 ? 1 - share : Math.Sin((1 - share) * angle) / Math.Sin(angle);
        double ofB = angle < 1e-6 ? share : Math.Sin(share * angle) / Math.Sin(angle);
        for (int i = 0; i < a.Length; i++)
            destination[i] = (float)((ofA * a[i]) + (ofB * b[i]));
    }
}
