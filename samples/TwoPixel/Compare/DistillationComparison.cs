namespace Diffusion.TwoPixel.Compare;

/// <summary>Students of progressive distillation, and their teacher's DDIM with as few steps.</summary>
internal sealed class DistillationComparison() : Comparison("progressive distillation", "distillation.png")
{
    private const int PanelPoints = 5000;

    /// <summary>The students that are shown and told of in short.</summary>
    private static readonly int[] ShownSteps = [4, 1];

    public override object? Measure(CompareRun run)
    {
        var (model, start) = (run.Models.Teacher, run.Noise);
        SortedDictionary<int, double> teacher = [], students = [], ratios = [];
        double Distance(Model<float> sampled, int steps) => run.Distance(Sample(run, sampled, steps, start));
        double all = teacher[model.Schedule.T] = Distance(model, model.Schedule.T);
        foreach (var (steps, student) in run.Models.Students)
        {
            teacher[steps] = Distance(model, steps);
            students[steps] = Distance(student, steps);
            ratios[steps] = students[steps] / all;
        }

        return new DistillationNumbers(new DistillationMetrics(teacher, students, ratios));
    }

    /// <summary>Draws them, with samples of the first and the four-step student and of the teacher.</summary>
    public override void Draw(CompareRun run, IReadOnlyList<string> paths)
    {
        var (measured, teacher, start) = (run.Numbers.Of<DistillationNumbers>().Distillation, run.Models.Teacher, run.Noise);
        int[] steps = [.. measured.Teacher.Keys];
        var shown = run.Models.Students.Where(student => ShownSteps.Contains(student.Steps)).OrderBy(student => student.Steps)
            .Select(student => ($"student, {student.Steps} step{(student.Steps == 1 ? "" : "s")}", Sample(run, student.Model, student.Steps, start)))
            .Append(($"teacher, {teacher.Schedule.T} steps", Sample(run, teacher, teacher.Schedule.T, start)));
        DistillationFigure.Save(paths[0], new DistillationData(
            steps,
            [.. steps.Select(n => measured.Teacher[n])],
            [.. steps.Select(n => measured.Students.TryGetValue(n, out double distance) ? distance : double.NaN)],
            run.Floor.Mean,
            [.. shown.Select(each => (each.Item1, (IReadOnlyList<Pixels>)PixelTensors.Points(each.Item2, PanelPoints)))],
            run.Models.Mixture.At(1).Density));
    }

    public override IEnumerable<IReadOnlyList<string>> InShort(Measurements numbers)
    {
        var distillation = numbers.Of<DistillationNumbers>().Distillation;
        return ShownSteps.Select(steps => (IReadOnlyList<string>)
            [$"student of {steps} step{(steps == 1 ? "" : "s")}", F4(distillation.Students[steps]), $"{F2(distillation.Ratios[steps])} times the teacher"]);
    }

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths)
    {
        var (teacher, students, ratios) = numbers.Of<DistillationNumbers>().Distillation;
        int all = teacher.Keys.Last();
        _ = report
            .Paragraph($"The teacher predicts v and takes {all} steps of DDIM ({F4(teacher[all])}). A student learns to do two of its steps in one, and is the teacher of the next. With 4 steps the student comes to {F4(students[4])}, {F2(ratios[4])} times the teacher's distance, where the teacher itself with 4 steps comes to {F4(teacher[4])}; with 1 step to {F4(students[1])}, {F2(ratios[1])} times, and the teacher to {F4(teacher[1])}.")
            .Table(
                ["steps", "student", "times the teacher", "teacher with so many steps"],
                students.Keys.Reverse().Select(steps => (IReadOnlyList<string>)[$"{steps}", F4(students[steps]), F2(ratios[steps]), F4(teacher[steps])]))
            .Figure(paths[0], "Left, distance against steps; right, samples. In one step a network must fold the plane at once: points between the modes are what it cannot avoid.");
    }

    private static Tensor<float> Sample(CompareRun run, Model<float> model, int steps, Tensor<float> start) =>
        new DdimSampler<float>(new SamplerSettings { Steps = steps }).Sample(model.Denoiser, model.Schedule, start, default, run.Random);
}

/// <summary>What it adds to compare.json.</summary>
internal sealed record DistillationNumbers(DistillationMetrics Distillation);

/// <summary>Progressive distillation.</summary>
/// <param name="Teacher">The teacher's DDIM by steps.</param>
/// <param name="Students">The students by steps.</param>
/// <param name="Ratios">A student's distance over that of the teacher with all its steps.</param>
internal sealed record DistillationMetrics(SortedDictionary<int, double> Teacher, SortedDictionary<int, double> Students, SortedDictionary<int, double> Ratios);
