using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Training;

/// <summary>
/// Trains a classifier on noisy data at every t, by cross-entropy (arXiv:2105.05233, section 4). Of the settings, label dropout does
/// not apply.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class NoisyClassifierTrainer<T> : TrainingLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly NoisyClassifier<T> _network;
    private readonly NoiseSchedule _schedule;
    private readonly IDataSource<T> _data;
    private readonly TimeSampling _sampling;
    private readonly double[] _times;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The network.</param>
    /// <param name="schedule">The schedule of the noise.</param>
    /// <param name="data">The data.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="sampling">Whole steps or real times.</param>
    /// <exception cref="ArgumentException">Data and network have different numbers of classes.</exception>
    public NoisyClassifierTrainer(
        NoisyClassifier<T> network, NoiseSchedule schedule, IDataSource<T> data, TrainingConfiguration configuration, TimeSampling sampling = TimeSampling.Discrete)
        : base(network, configuration)
    {
        if (data.Classes != network.Classes)
            throw new ArgumentException($"The data have {data.Classes} classes, but the classifier knows {network.Classes}.", nameof(data));
        (_network, _schedule, _data, _sampling, _times) = (network, schedule, data, sampling, new double[configuration.Batch]);
    }

    /// <summary>The network that learns.</summary>
    public NoisyClassifier<T> Network => _network;

    /// <inheritdoc/>
    protected override Variable<T> LossOf(Tape<T> tape, StepRandom random)
    {
        var x0 = tape.Rent(_data.BatchShape(Configuration.Batch));
        int[] labels = tape.RentIndices(Configuration.Batch);
        _data.Fill(x0, labels, values: null, random);
        DrawTimes(random.For(Purpose.Time));
        var noise = tape.Rent(x0.Shape);
        random.For(Purpose.Noise).Normal(noise.Span, x0.Length / x0.Shape[0]);
        _schedule.QSample(x0, _times, noise, x0);
        return Loss.CrossEntropy(_network.Forward(tape.Variable(x0), _times), labels);
    }

    private void DrawTimes(RandomStream stream)
    {
        stream.Uniform<double>(_times);
        foreach (ref double t in _times.AsSpan())
        {
            // Uniform in (0, T], or in 1 ... T.
            t = _schedule.T * (1 - t);
            t = _sampling == TimeSampling.Continuous ? t : Math.Ceiling(t);
        }
    }
}
