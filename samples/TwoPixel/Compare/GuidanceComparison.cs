using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Guidance;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.TwoPixel.Study;

namespace Diffusion.TwoPixel.Compare;

/// <summary>Guidance by a classifier, without one, and by the exact guided score: DDPM from the same noise with the study's model.</summary>
internal sealed class GuidanceComparison
{
    private const int Points = 4000;

    private static readonly string[] Kinds = ["classifier", "classifier-free", "exact"];

    private readonly CompareModels _models;
    private readonly RandomSource _random;
    private readonly int _perClass;
    private readonly Dictionary<(string Kind, double W), Tensor<float>[]> _samples = [];

    public GuidanceComparison(CompareModels models, CompareSettings settings, RandomSource random)
    {
        (_models, _random) = (models, random);
        _perClass = Math.Min(Points, settings.Points) / 2;
        foreach (string kind in Kinds)
        {
            foreach (double w in CompareSettings.Strengths)
                _samples[(kind, w)] = [.. Enumerable.Range(0, models.Mixture.LabelCount).Select(label => Sample(kind, w, label))];
        }
    }

    /// <summary>Measures the first two against the third.</summary>
    public GuidanceMetrics Measure()
    {
        var (cross, least) = CrossEntropy();
        var runs = new List<GuidedMetrics>();
        foreach (string kind in Kinds[..2])
        {
            foreach (double w in CompareSettings.Strengths)
            {
                Tensor<float>[] guided = _samples[(kind, w)], exact = _samples[("exact", w)];
                runs.Add(new GuidedMetrics(kind, w, guided.Zip(exact, MeanError).Max(), Distances.OrInfinity(SlicedWasserstein.To(Join(exact)), Join(guided))));
            }
        }

        return new GuidanceMetrics(cross, least, runs);
    }

    /// <summary>Draws all of them.</summary>
    public void Draw(string path, GuidanceMetrics measured) => ClassifierGuidanceFigure.Save(
        path,
        [.. _samples.Select(each =>
        {
            var ((kind, w), samples) = each;
            int[] labels = [.. samples.SelectMany((_, label) => Enumerable.Repeat(label, _perClass))];
            var metrics = measured.Runs.FirstOrDefault(run => run.Kind == kind && run.Strength == w);
            return new GuidedPanel(
                kind == "exact" ? "exact score" : kind, w, new PixelCloud(StudyFigures.Points(Join(samples)), labels),
                metrics is null ? null : $"means off by {metrics.MeanError:0.000}");
        })],
        _models.Mixture.At(1).Density,
        "Corner: the largest distance of a class's mean to that with the exact score.");

    // On the unconditional prediction a scale of w + 1 is guidance of strength w.
    private IDenoiser<float> Guide(string kind, double w)
    {
        var (model, mixture) = (_models.Discrete, _models.Mixture);
        return kind switch
        {
            "classifier" => new ClassifierGuidance<float>(model.Denoiser, _models.Classifier.Network, model.Schedule, w + 1),
            "classifier-free" => new ClassifierFreeGuidance<float>(model.Denoiser, w),
            _ => new ClassifierFreeGuidance<float>(new ExactDenoiser<float>(mixture, model.Schedule), w),
        };
    }

    private Tensor<float> Sample(string kind, double w, int label) => new DdpmSampler<float>().Sample(
        Guide(kind, w), _models.Discrete.Schedule, Start.Draw<float>(_random, [_perClass, 2, 1]), label, _random);

    // Of noisy data at every step; the least one is that of the exact responsibilities.
    private (double Cross, double Least) CrossEntropy()
    {
        const int PerStep = 400;
        var (schedule, mixture) = (_models.Discrete.Schedule, _models.Mixture);
        double cross = 0, least = 0;
        double[] r = new double[mixture.LabelCount];
        for (int t = 1; t <= schedule.T; t++)
        {
            var (x0, labels) = mixture.Sample<float>(PerStep, _random.For(Purpose.Data).At(t));
            var x = schedule.QSample(x0, [(double)t], _random.For(Purpose.Metrics).At(t).Normal<float>(x0.Shape));
            var logs = _models.Classifier.Network.LogProbabilities(x, [t]);
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

    private static Tensor<float> Join(Tensor<float>[] parts)
    {
        int rows = parts.Sum(part => part.Shape[0]), row = 0;
        var all = Tensor<float>.Uninitialized([rows, 2, 1]);
        foreach (var part in parts)
        {
            all.Rows(row, row + part.Shape[0]).CopyFrom(part);
            row += part.Shape[0];
        }

        return all;
    }
}
