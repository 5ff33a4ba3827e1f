using Diffusion.Guidance;

namespace Diffusion.TwoPixel.Compare;

/// <summary>Guidance by a classifier, without one, and by the exact guided score: DDPM from the same noise with the study's model.</summary>
internal sealed class GuidanceComparison() : Comparison("guidance with and without a classifier", "classifier-guidance.png")
{
    private const int Points = 4000;

    private static readonly string[] Kinds = ["classifier", "classifier-free", "exact"];

    private readonly Dictionary<(string Kind, double W), Tensor<float>[]> _samples = [];

    /// <summary>Measures the first two against the third.</summary>
    public override object? Measure(CompareRun run)
    {
        var start = Start.Draw<float>(run.Random, [Math.Min(Points, run.Settings.Points) / 2, 2, 1]);
        foreach (var (kind, w) in Kinds.SelectMany(kind => CompareSettings.Strengths.Select(w => (kind, w))))
        {
            _samples[(kind, w)] = [.. Enumerable.Range(0, run.Models.Mixture.LabelCount).Select(label =>
                new DdpmSampler<float>().Sample(Guide(run.Models, kind, w), run.Models.Discrete.Schedule, start, label, run.Random))];
        }

        var (cross, least) = CrossEntropy(run);
        return new GuidanceNumbers(new GuidanceMetrics(cross, least, [.. _samples.Where(each => each.Key.Kind != "exact").Select(each =>
        {
            var ((kind, w), guided) = each;
            var exact = _samples[("exact", w)];
            return new GuidedMetrics(kind, w, guided.Zip(exact, MeanError).Max(), CompareRun.Distance(SlicedWasserstein.To(Tensor<float>.Concatenate(exact, 0)), Tensor<float>.Concatenate(guided, 0)));
        })]));
    }

    public override void Draw(CompareRun run, IReadOnlyList<string> paths)
    {
        var measured = run.Numbers.Of<GuidanceNumbers>().Guidance;
        ClassifierGuidanceFigure.Save(
            paths[0],
            [.. _samples.Select(each =>
            {
                var ((kind, w), samples) = each;
                int[] labels = [.. samples.SelectMany((points, label) => Enumerable.Repeat(label, points.Shape[0]))];
                var metrics = measured.Runs.FirstOrDefault(run => run.Kind == kind && run.Strength == w);
                return new GuidedPanel(
                    kind == "exact" ? "exact score" : kind, w, new PixelCloud(PixelTensors.Points(Tensor<float>.Concatenate(samples, 0)), labels),
                    metrics is null ? null : $"means off by {metrics.MeanError:0.000}");
            })],
            run.Models.Mixture.At(1).Density,
            "Corner: the largest distance of a class's mean to that with the exact score.");
    }

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths)
    {
        var guidance = numbers.Of<GuidanceNumbers>().Guidance;
        string Errors(string kind) => string.Join(", ", guidance.Runs.Where(run => run.Kind == kind).Select(run => $"{F4(run.MeanError)} at w = {run.Strength.ToString(CultureInfo.InvariantCulture)}"));
        _ = report
            .Paragraph($"A classifier of noisy images tells the classes with a cross-entropy of {F4(guidance.CrossEntropy)} over all t, where the exact one has {F4(guidance.LeastCrossEntropy)}. Its gradient, scaled by w + 1, steers the unconditional network; classifier-free guidance needs no classifier, and for the exact mixture both are the same. From the same noise the means of the classes are off those with the exact guided score by: classifier {Errors("classifier")}; classifier-free {Errors("classifier-free")}.")
            .Table(
                ["guidance", "w", "means off by", "distance to the exact samples"],
                guidance.Runs.Select(run => (IReadOnlyList<string>)[run.Kind, run.Strength.ToString(CultureInfo.InvariantCulture), F4(run.MeanError), F4(run.Swd)]))
            .Figure(paths[0], "Samples for both classes by DDPM, the same noise in every panel.");
    }

    // On the unconditional prediction a scale of w + 1 is guidance of strength w.
    private static IDenoiser<float> Guide(CompareModels models, string kind, double w) => kind switch
    {
        "classifier" => new ClassifierGuidance<float>(models.Discrete.Denoiser, models.Classifier.Network, models.Discrete.Schedule, w + 1),
        "classifier-free" => new ClassifierFreeGuidance<float>(models.Discrete.Denoiser, w),
        _ => new ClassifierFreeGuidance<float>(new ExactDenoiser<float>(models.Mixture, models.Discrete.Schedule), w),
    };

    // Of noisy data at every step; the least one is that of the exact responsibilities.
    private static (double Cross, double Least) CrossEntropy(CompareRun run)
    {
        const int PerStep = 400;
        var (schedule, mixture, random) = (run.Models.Discrete.Schedule, run.Models.Mixture, run.Random);
        double cross = 0, least = 0;
        double[] r = new double[mixture.LabelCount];
        for (int t = 1; t <= schedule.T; t++)
        {
            var (x0, labels) = mixture.Sample<float>(PerStep, random.For(Purpose.Data).At(t));
            var x = schedule.QSample(x0, [(double)t], random.For(Purpose.Metrics).At(t).Normal<float>(x0.Shape));
            var logs = run.Models.Classifier.Network.LogProbabilities(x, [t]);
            var marginal = mixture.At(schedule.At(t).A);
            for (int i = 0; i < PerStep; i++)
            {
                marginal.Responsibilities(x[i, 0, 0], x[i, 1, 0], r);
                cross -= logs[i, labels[i]] / (double)(PerStep * schedule.T);
                least -= Math.Log(r[labels[i]]) / (PerStep * schedule.T);
            }
        }

        return (cross, least);
    }

    private static double MeanError(Tensor<float> first, Tensor<float> second)
    {
        double left = 0, right = 0;
        for (int i = 0; i < first.Length; i += 2)
        {
            left += (first.Span[i] - second.Span[i]) / (double)first.Shape[0];
            right += (first.Span[i + 1] - second.Span[i + 1]) / (double)first.Shape[0];
        }

        return double.Hypot(left, right);
    }
}

/// <summary>What it adds to compare.json.</summary>
internal sealed record GuidanceNumbers(GuidanceMetrics Guidance);

/// <summary>Guidance, and how well the classifier knows the classes: its cross-entropy over all t beside the least possible one.</summary>
internal sealed record GuidanceMetrics(double CrossEntropy, double LeastCrossEntropy, IReadOnlyList<GuidedMetrics> Runs);

/// <summary>Guided samples of one kind against those of the exact guided score, from the same noise.</summary>
/// <param name="Kind">classifier or classifier-free.</param>
/// <param name="Strength">w.</param>
/// <param name="MeanError">The largest distance between the means of a class.</param>
/// <param name="Swd">The distance between the samples of both classes.</param>
internal sealed record GuidedMetrics(string Kind, double Strength, double MeanError, double Swd);
