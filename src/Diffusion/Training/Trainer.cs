using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Training;

/// <summary>
/// Trains a network by any objective: DDPM's Algorithm 1, with conditions dropped for classifier-free guidance; and measures the loss on
/// held-out data on the way, if told so.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Trainer<T> : TrainingLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Held-out batches have streams of their own.
    private const uint HeldOutStream = 0x6845_4C44;

    private readonly List<double> _validationLosses = [];

    // What is drawn for each sample of a step.
    private readonly double[] _times, _chances;
    private readonly NoiseLevel[] _levels;
    private Tensor<T>[]? _best;

    /// <summary>Prepares a run from its beginning.</summary>
    /// <param name="network">The network that learns.</param>
    /// <param name="schedule">The schedule of the noise.</param>
    /// <param name="objective">What it learns.</param>
    /// <param name="data">The data.</param>
    /// <param name="configuration">The settings.</param>
    /// <exception cref="ArgumentException">Data, network, schedule and objective do not go together.</exception>
    public Trainer(DenoisingNetwork<T> network, NoiseSchedule schedule, IObjective<T> objective, IDataSource<T> data, TrainingConfiguration configuration)
        : base(network, configuration)
    {
        if (data.Classes > network.Classes)
            throw new ArgumentException($"The data have {data.Classes} classes, but the network knows {network.Classes}.", nameof(data));
        if (network.Timesteps is int steps && steps != schedule.T)
            throw new ArgumentException($"The network is for T = {steps}, but the schedule has T = {schedule.T}.", nameof(schedule));
        if (configuration.Patience > 0 && configuration.ValidationEvery == 0)
            throw new ArgumentException($"Patience is {configuration.Patience}, but ValidationEvery is 0: training can stop early only where the loss on held-out data is measured.", nameof(configuration));
        objective.Check(network, schedule);
        (Network, Schedule, Objective, Data) = (network, schedule, objective, data);
        (_times, _chances, _levels) = (new double[configuration.Batch], new double[configuration.Batch], new NoiseLevel[configuration.Batch]);
    }

    /// <summary>The network that learns.</summary>
    public DenoisingNetwork<T> Network { get; }

    /// <summary>The schedule of the noise.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>What the network learns.</summary>
    public IObjective<T> Objective { get; }

    /// <summary>The data.</summary>
    public IDataSource<T> Data { get; }

    /// <summary>Data that are not trained with, on which the loss of the averaged weights is measured; see <see cref="TrainingConfiguration.ValidationEvery"/>.</summary>
    public IDataSource<T>? HeldOut { get; init; }

    /// <summary>The losses on held-out data so far: after every <see cref="TrainingConfiguration.ValidationEvery"/> steps.</summary>
    public IReadOnlyList<double> ValidationLosses => _validationLosses;

    /// <summary>Whether training has stopped early; the averages are then those of the least loss on held-out data.</summary>
    public bool HasStoppedEarly { get; private set; }

    /// <inheritdoc/>
    public override bool IsDone => HasStoppedEarly || base.IsDone;

    /// <summary>The averages at the least loss on held-out data, in the order of the parameters; null before the first measurement, or without patience.</summary>
    internal IReadOnlyList<Tensor<T>>? Best => _best;

    /// <summary>The loss on held-out data of the averaged weights, as they are now.</summary>
    /// <exception cref="InvalidOperationException">There are no held-out data.</exception>
    public double Validate()
    {
        var data = HeldOut ?? throw new InvalidOperationException("There are no data to validate with; set HeldOut.");

        // The averages take the weights' place for the measurement, as they are used afterwards: without dropout.
        bool wasTraining = Network.IsTraining;
        Network.Train(false);
        Tensor<T>[] weights = [.. Optimizer.Parameters.Select(parameter => parameter.Value.Clone())];
        Average.CopyTo(Network);
        double total = 0;
        try
        {
            var random = Random.Derive(HeldOutStream);
            for (int k = 0; k < Configuration.ValidationBatches; k++)
            {
                using var tape = Tape<T>.StartInference();
                total += double.CreateChecked(LossOf(tape, random.At(k), data).Value.Span[0]);
            }
        }
        finally
        {
            for (int i = 0; i < weights.Length; i++)
                Optimizer.Parameters[i].Value.CopyFrom(weights[i]);
            Network.Train(wasTraining);
        }

        return total / Configuration.ValidationBatches;
    }

    /// <inheritdoc/>
    protected override Variable<T> LossOf(Tape<T> tape, StepRandom random) => LossOf(tape, random, Data);

    /// <inheritdoc/>
    protected override void AfterStep()
    {
        if (Configuration.ValidationEvery == 0 || (HeldOut is not null && StepsTaken % Configuration.ValidationEvery != 0))
            return;

        // In single precision, as files keep it: a run that is resumed compares the same numbers.
        double loss = (float)Validate();
        bool isLeast = _validationLosses.TrueForAll(earlier => loss < earlier);
        _validationLosses.Add(loss);
        if (Configuration.Patience == 0)
            return;
        if (isLeast)
            _best = [.. Average.Averages.Select(average => average.Clone())];
        else
            StopIfWorn();
    }

    /// <summary>Continues where another run stopped.</summary>
    internal void ResumeValidation(IEnumerable<double> losses, IReadOnlyList<Tensor<T>>? best)
    {
        _validationLosses.Clear();
        _validationLosses.AddRange(losses);
        _best = best is null ? null : [.. best];
        if (Configuration.Patience > 0 && _validationLosses.Count > 0)
            StopIfWorn();
    }

    private void StopIfWorn()
    {
        int least = _validationLosses.IndexOf(_validationLosses.Min());
        if (_validationLosses.Count - 1 - least < Configuration.Patience)
            return;
        for (int i = 0; i < _best!.Length; i++)
            Average.Averages[i].CopyFrom(_best[i]);
        HasStoppedEarly = true;
    }

    private Variable<T> LossOf(Tape<T> tape, StepRandom random, IDataSource<T> data)
    {
        int size = Configuration.Batch;
        var x0 = tape.Rent(data.BatchShape(size));
        int[] labels = tape.RentIndices(size);
        labels.AsSpan(0, size).Fill(DenoiserArguments.NoLabel);
        var values = data.ValuesShape(size) is { } shape ? tape.Rent(shape) : null;
        data.Fill(x0, labels.AsSpan(0, size), values, random);
        var condition = Dropped(labels, values, random);
        Objective.DrawTimes(Schedule, random.For(Purpose.Time), _times);
        var noise = tape.Rent(x0.Shape);
        random.For(Purpose.Noise).Normal(noise.Span, x0.Length / x0.Shape[0]);
        return Objective.Loss(new TrainingBatch<T>(tape, Network, Schedule, x0, _times, noise, condition, _levels));
    }

    // Each sample by itself: a batch has samples with and without a condition.
    private Condition<T> Dropped(int[] labels, Tensor<T>? values, StepRandom random)
    {
        bool[] dropped = values is null || Configuration.LabelDropout == 0 ? [] : new bool[Configuration.Batch];
        if (Configuration.LabelDropout > 0)
        {
            random.For(Purpose.LabelDropout).Uniform<double>(_chances);
            for (int i = 0; i < _chances.Length; i++)
            {
                if (_chances[i] >= Configuration.LabelDropout)
                    continue;
                labels[i] = DenoiserArguments.NoLabel;
                if (dropped.Length > 0)
                    dropped[i] = true;
            }
        }

        return new(labels.AsMemory(0, Configuration.Batch), values, dropped);
    }
}
