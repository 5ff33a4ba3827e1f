using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Objectives;

/// <summary>
/// Progressive distillation (arXiv:2202.00512, algorithm 2): a student learns to do in one step of DDIM what its teacher does
/// in two. With N steps of the student, t = T i/N: the teacher goes from t over t' = t - T/(2N) to t'' = t - T/N, and the
/// student's target is the x_0 that leads from x_t to the same x_t'' at once. Begin with a student that is a copy of the teacher.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class DistillationObjective<T> : SimpleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly NetworkDenoiser<T>? _teacher;

    /// <summary>The objective of a halving.</summary>
    /// <param name="teacher">The teacher, which takes 2N steps; it predicts what the student will.</param>
    /// <param name="steps">N, the steps of the student; 2N must divide T, so that all times are whole steps.</param>
    /// <exception cref="ArgumentException">Steps that do not divide T, or a network that predicts the noise.</exception>
    public DistillationObjective(NetworkDenoiser<T> teacher, int steps)
        : this(teacher.Parameterisation, steps)
    {
        _teacher = teacher;
        CheckSteps(teacher.Schedule);
    }

    // As a file has it, without the teacher.
    internal DistillationObjective(Parameterisation parameterisation, int steps)
        : base(parameterisation)
    {
        if (parameterisation.Equals(Parameterisation.Epsilon))
            throw new ArgumentException("A network that predicts the noise cannot be distilled, since at t = T the noise says nothing of the data; accepted are those that predict v, x_0 or the flow.", nameof(parameterisation));
        Steps = steps;
    }

    /// <summary>N, the steps of the student.</summary>
    public int Steps { get; }

    /// <inheritdoc/>
    public override string Name => "distillation";

    /// <inheritdoc/>
    public override string Settings => new ObjectiveSettings { Parameterisation = Parameterisation, Steps = Steps, Loss = Loss }.ToJson();

    /// <inheritdoc/>
    public override void Check(DenoisingNetwork<T> network, NoiseSchedule schedule)
    {
        if (_teacher is null)
            throw new ArgumentException("The objective was read from a file, which has no teacher; to train, make it with one.", nameof(network));
        CheckSteps(schedule);
    }

    /// <inheritdoc/>
    public override void DrawTimes(NoiseSchedule schedule, RandomStream stream, Span<double> times)
    {
        int[] picked = new int[times.Length];
        stream.Integers(1, Steps + 1, picked);
        for (int i = 0; i < times.Length; i++)
            times[i] = (double)schedule.T / Steps * picked[i];
    }

    /// <inheritdoc/>
    protected override Variable<T> LossOf(TrainingBatch<T> batch) => LossOf(batch.Predict(Parameterisation), Target(batch));

    /// <summary>What the student is to predict: the quantity of the x_0 that leads where the teacher's two steps do.</summary>
    internal Tensor<T> Target(TrainingBatch<T> batch)
    {
        double step = (double)batch.Schedule.T / Steps;
        double[] middle = Moved(batch.Times, step / 2), end = Moved(batch.Times, step);
        var prediction = new Prediction<T>(batch.Xt.Shape);
        var target = batch.Tape.Rent(batch.Xt.Shape);
        target.CopyFrom(batch.Xt);
        TeacherStep(batch, target, prediction, batch.Times, middle);
        TeacherStep(batch, target, prediction, middle, end);
        int perSample = batch.Xt.Length / batch.Times.Length;
        for (int i = 0; i < end.Length; i++)
        {
            // x_t'' = g'' x_0 + S''/S (x_t - g x_0), solved for x_0; then q = a x_0 + b (x_t - g x_0)/S.
            NoiseLevel from = batch.Levels[i], to = batch.Schedule.At(end[i]);
            var (a, b) = Parameterisation.At(from);
            double scale = to.S / from.S, over = to.G - (scale * from.G), ofX = -scale / over, ofTarget = 1 / over;
            double ofX0 = a - (b * from.G / from.S);
            Span<T> x = batch.Xt.Span.Slice(i * perSample, perSample), y = target.Span.Slice(i * perSample, perSample);
            Fused.Combine(T.CreateTruncating((ofX0 * ofX) + (b / from.S)), x, T.CreateTruncating(ofX0 * ofTarget), y, y);
        }

        return target;
    }

    private static double[] Moved(ReadOnlySpan<double> times, double by)
    {
        double[] moved = times.ToArray();
        foreach (ref double t in moved.AsSpan())
            t -= by;
        return moved;
    }

    // A step of DDIM, x_s = g_s x_0 + S_s eps, by what the teacher says.
    private void TeacherStep(TrainingBatch<T> batch, Tensor<T> x, Prediction<T> predicted, ReadOnlySpan<double> from, double[] to)
    {
        _teacher!.Predict(x, from, batch.Condition, predicted);
        LevelRows.Combine(batch.Schedule.LevelsFor(x, to), predicted.X0, predicted.Noise, x, static level => (level.G, level.S));
    }

    private void CheckSteps(NoiseSchedule schedule)
    {
        if (Steps < 1 || schedule.T % (2 * Steps) != 0)
            throw new ArgumentException($"The student takes {Steps} steps, but twice as many must divide T = {schedule.T}.", nameof(schedule));
    }
}
