using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Models;
using Diffusion.Nn;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Training;

/// <summary>
/// Trains a classifier on noisy data at every t, by cross-entropy (arXiv:2105.05233, section 4), with the optimiser, the rates
/// and the batches of a <see cref="TrainingConfiguration"/>; its loss and label dropout do not apply.
/// </summary>
public static class NoisyClassifierTrainer
{
    /// <summary>Trains; the network ends with the moving average of its weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="schedule">The schedule of the noise.</param>
    /// <param name="data">The data.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="cancellation">Stops after the step that is under way.</param>
    /// <returns>The loss of every step.</returns>
    /// <exception cref="ArgumentException">Data and network have different numbers of classes.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static float[] Run<T>(
        NoisyClassifier<T> network, NoiseSchedule schedule, IDataSource<T> data, TrainingConfiguration configuration, Action<TrainingProgress>? onStep = null, CancellationToken cancellation = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (data.Classes != network.Classes)
            throw new ArgumentException($"The data have {data.Classes} classes, but the classifier knows {network.Classes}.", nameof(data));
        var random = new RandomSource(configuration.Seed);
        var rates = LearningRateSchedule.WarmupCosine(configuration.LearningRate, Math.Min(configuration.Warmup, configuration.Iterations), configuration.Iterations);
        var optimizer = new Adam<T>(network.Parameters) { LearningRate = configuration.LearningRate };
        var average = new ExponentialMovingAverage<T>(network, configuration.Ema);
        float[] losses = new float[configuration.Iterations];
        double[] times = new double[configuration.Batch];
        for (int step = 0; step < configuration.Iterations; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var tape = Tape<T>.Start();
            var draw = random.At(step);
            var x0 = tape.Rent(data.BatchShape(configuration.Batch));
            int[] labels = tape.RentIndices(configuration.Batch);
            data.Fill(x0, labels, draw);
            DrawTimes(schedule, configuration, draw, times);
            var noise = tape.Rent(x0.Shape);
            draw.For(Purpose.Noise).Normal(noise.Span, x0.Length / x0.Shape[0]);
            schedule.QSample(x0, times, noise, x0);

            var loss = Loss.CrossEntropy(network.Forward(tape.Variable(x0), times), labels);
            tape.Backward(loss);
            optimizer.LearningRate = rates.At(step);
            optimizer.Step();
            average.Update();
            losses[step] = float.CreateTruncating(loss.Value.Span[0]);
            onStep?.Invoke(new TrainingProgress(step + 1, configuration.Iterations, losses[step], optimizer.LearningRate));
        }

        average.CopyTo(network);
        return losses;
    }

    private static void DrawTimes(NoiseSchedule schedule, TrainingConfiguration configuration, StepRandom draw, double[] times)
    {
        var stream = draw.For(Purpose.Time);
        stream.Uniform<double>(times);
        for (int i = 0; i < times.Length; i++)
        {
            // Uniform in (0, T], or in 1 ... T.
            double t = schedule.T * (1 - times[i]);
            times[i] = configuration.Times == TimeSampling.Continuous ? t : Math.Ceiling(t);
        }
    }
}
