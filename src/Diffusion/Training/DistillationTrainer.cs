using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Models;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Training;

/// <summary>
/// Progressive distillation (arXiv:2202.00512, algorithm 2): a student learns to do in one step of DDIM what its teacher does
/// in two. With N steps of the student, t = T i/N: the teacher goes from t over t' = t - T/(2N) to t'' = t - T/N, and the
/// student's target is the x_0 that leads from x_t to the same x_t'' at once. Begin with a student that is a copy of the teacher.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class DistillationTrainer<T> : Trainer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ParameterisedDenoiser<T> _teacher;
    private int[] _picked = [];

    /// <summary>Prepares a halving.</summary>
    /// <param name="student">The student.</param>
    /// <param name="teacher">The teacher, which predicts what the configuration says; it takes 2N steps.</param>
    /// <param name="schedule">The schedule of both.</param>
    /// <param name="data">The data.</param>
    /// <param name="steps">N, the steps of the student; 2N must divide T, so that all times are whole steps.</param>
    /// <param name="configuration">The settings; v or x_0, since the noise says nothing of the data where there is nothing else.</param>
    /// <exception cref="ArgumentException">Steps that do not divide T, or a network that predicts the noise.</exception>
    public DistillationTrainer(
        DenoisingNetwork<T> student, DenoisingNetwork<T> teacher, NoiseSchedule schedule, IDataSource<T> data, int steps, TrainingConfiguration configuration)
        : base(student, schedule, data, configuration)
    {
        if (steps < 1 || schedule.T % (2 * steps) != 0)
            throw new ArgumentException($"The student takes {steps} steps, but twice as many must divide T = {schedule.T}.", nameof(steps));
        if (configuration.Parameterisation == Parameterisation.Epsilon)
            throw new ArgumentException("A network that predicts the noise cannot be distilled, since at t = T the noise says nothing of the data; accepted are V and X0.", nameof(configuration));
        Steps = steps;
        _teacher = new ParameterisedDenoiser<T>(teacher, configuration.Parameterisation, schedule);
    }

    /// <summary>N, the steps of the student.</summary>
    public int Steps { get; }

    private protected override void DrawTimes(RandomStream stream, double[] times)
    {
        if (_picked.Length != times.Length)
            _picked = new int[times.Length];
        stream.Integers(1, Steps + 1, _picked);
        for (int i = 0; i < times.Length; i++)
            times[i] = (double)Schedule.T / Steps * _picked[i];
    }

    internal override Tensor<T> Target(Tape<T> tape, Tensor<T> x0, Tensor<T> xt, double[] t, int[] labels, Tensor<T> noise)
    {
        double step = (double)Schedule.T / Steps;
        double[] middle = Array.ConvertAll(t, time => time - (step / 2)), end = Array.ConvertAll(t, time => time - step);
        Tensor<T> predicted = tape.Rent(xt.Shape), target = tape.Rent(xt.Shape);
        target.CopyFrom(xt);
        TeacherStep(target, predicted, t, middle, labels);
        TeacherStep(target, predicted, middle, end, labels);
        int perSample = xt.Length / t.Length;
        for (int i = 0; i < t.Length; i++)
        {
            // x_t'' = g'' x_0 + S''/S (x_t - g x_0), solved for x_0; then v = (g x_t - x_0)/S.
            var ((g, s), (gEnd, sEnd)) = (Level(t[i]), Level(end[i]));
            double ofX = -(sEnd / s) / (gEnd - (sEnd / s * g)), ofTarget = 1 / (gEnd - (sEnd / s * g));
            if (Configuration.Parameterisation == Parameterisation.V)
                (ofX, ofTarget) = ((g - ofX) / s, -ofTarget / s);
            Span<T> x = xt.Span.Slice(i * perSample, perSample), y = target.Span.Slice(i * perSample, perSample);
            Numerics.Fused.Combine(T.CreateTruncating(ofX), x, T.CreateTruncating(ofTarget), y, y);
        }

        return target;
    }

    // A step of DDIM, x_s = g_s/g_t x_t + (S_s - S_t g_s/g_t) eps, by what the teacher says.
    private void TeacherStep(Tensor<T> x, Tensor<T> predicted, double[] from, double[] to, int[] labels)
    {
        _teacher.PredictNoise(x, from, labels, predicted);
        int perSample = x.Length / from.Length;
        for (int i = 0; i < from.Length; i++)
        {
            var ((g, s), (gTo, sTo)) = (Level(from[i]), Level(to[i]));
            Span<T> state = x.Span.Slice(i * perSample, perSample), noise = predicted.Span.Slice(i * perSample, perSample);
            Numerics.Fused.Combine(T.CreateTruncating(gTo / g), state, T.CreateTruncating(sTo - (s * gTo / g)), noise, state);
        }
    }

    private (double G, double S) Level(double t) => (Math.Sqrt(Schedule.AlphaCumprodAt(t)), Math.Sqrt(Schedule.OneMinusAlphaCumprodAt(t)));
}
