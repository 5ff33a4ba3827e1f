using Diffusion.Figures;
using Diffusion.Metrics;
using Diffusion.Models;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.TwoPixel.Study;

namespace Diffusion.TwoPixel.Compare;

/// <summary>Students of progressive distillation, and their teacher's DDIM with as few steps.</summary>
internal sealed class DistillationComparison(CompareModels models, CompareSettings settings, RandomSource random, SlicedWasserstein reference)
{
    private const int PanelPoints = 5000;

    private readonly Tensor<float> _start = Start.Draw<float>(random, [settings.Points, 2, 1]);

    /// <summary>Measures them.</summary>
    public DistillationMetrics Measure()
    {
        var teacher = new SortedDictionary<int, double>();
        var students = new SortedDictionary<int, double>();
        var ratios = new SortedDictionary<int, double>();
        int all = models.Teacher.Schedule.T;
        teacher[all] = Distance(models.Teacher, all);
        foreach (var (steps, model) in models.Students)
        {
            teacher[steps] = Distance(models.Teacher, steps);
            students[steps] = Distance(model, steps);
            ratios[steps] = students[steps] / teacher[all];
        }

        return new DistillationMetrics(teacher, students, ratios);
    }

    /// <summary>Draws them, with samples of the first and the four-step student and of the teacher.</summary>
    public void Draw(string path, DistillationMetrics measured, double floor)
    {
        int[] steps = [.. measured.Teacher.Keys];
        var shown = models.Students.Where(student => student.Steps is 1 or 4).OrderBy(student => student.Steps)
            .Select(student => ($"student, {student.Steps} step{(student.Steps == 1 ? "" : "s")}", Sample(student.Model, student.Steps)))
            .Append(($"teacher, {models.Teacher.Schedule.T} steps", Sample(models.Teacher, models.Teacher.Schedule.T)));
        DistillationFigure.Save(path, new DistillationData(
            steps,
            [.. steps.Select(n => measured.Teacher[n])],
            [.. steps.Select(n => measured.Students.TryGetValue(n, out double distance) ? distance : double.NaN)],
            floor,
            [.. shown.Select(each => (each.Item1, (IReadOnlyList<Pixels>)StudyFigures.Points(each.Item2, PanelPoints)))],
            models.Mixture.At(1).Density));
    }

    private double Distance(Model<float> model, int steps) => Distances.OrInfinity(reference, Sample(model, steps));

    private Tensor<float> Sample(Model<float> model, int steps) =>
        new DdimSampler<float>(new SamplerSettings { Steps = steps }).Sample(model.Denoiser, model.Schedule, _start, default, random);
}
