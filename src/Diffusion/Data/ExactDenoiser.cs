using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Data;

/// <summary>
/// The noise predictor that a network trained on Gaussian mixture data can at best become: eps*(x, t) = E[eps | x_t = x],
/// and E[eps | x_t = x, label] where a label is given. It loses only what no predictor can know.
/// </summary>
/// <remarks>Every shape [N, ...] with as many numbers per sample as the mixture has dimensions. Computed in double, in parallel; thread-safe.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ExactDenoiser<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Chunk = 4096;

    private readonly NoiseSchedule _schedule;
    private readonly int _dimensions;

    /// <summary>The data of each label, after those of all: index label + 1.</summary>
    private readonly GaussianMixture[] _data;

    /// <summary>The exact predictor of these data under this schedule.</summary>
    public ExactDenoiser(GaussianMixture mixture, NoiseSchedule schedule)
    {
        (_schedule, _dimensions) = (schedule, mixture.Dimensions);
        _data = [.. Enumerable.Range(DenoiserArguments.NoLabel, mixture.LabelCount + 1).Select(mixture.Conditional)];
    }

    /// <inheritdoc/>
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        int samples = DenoiserArguments.Check(xt, t, condition, prediction);
        if (xt.Length != (long)_dimensions * samples)
            throw new ArgumentException($"x_t has the shape {xt.Shape}; the exact predictor takes points of {_dimensions} numbers{(_dimensions == 2 ? ", such as [N, 2, 1]" : $", such as [N, {_dimensions}]")}.", nameof(xt));
        foreach (int label in condition.Labels)
        {
            if (label < DenoiserArguments.NoLabel || label >= _data.Length - 1)
                throw new ArgumentOutOfRangeException(nameof(condition), label, $"A label is {label}; accepted are 0 to {_data.Length - 2}, and -1 for none.");
        }

        var levels = _schedule.LevelsFor(xt, t);
        if (Array.Exists(levels, level => level.G == 0))
        {
            FromPureNoise(xt, levels, condition, prediction, samples);
            return;
        }

        if (levels.Length == 1)
            OneTime(xt, levels[0], condition, prediction.Memory, samples);
        else
            TimePerSample(xt, levels, condition, prediction.Memory);
        prediction.Fill(Parameterisation.Epsilon, levels, xt, prediction.Memory);
    }

    // Where nothing of the data is left, eps says nothing of x_0, whose mean is known all the same: v says both.
    private void FromPureNoise(Tensor<T> xt, NoiseLevel[] levels, Condition<T> condition, Prediction<T> prediction, int samples)
    {
        int d = _dimensions;
        double[] x = new double[d], mean = new double[d], score = new double[d];
        for (int i = 0; i < samples; i++)
        {
            var level = levels[levels.Length == 1 ? 0 : i];
            var marginal = _data[condition.LabelOf(i) + 1].At(level);
            for (int j = 0; j < d; j++)
                x[j] = double.CreateTruncating(xt.Span[(d * i) + j]);
            marginal.PosteriorMean(x, mean);
            marginal.Score(x, score);
            for (int j = 0; j < d; j++)
                prediction.Memory.Span[(d * i) + j] = T.CreateTruncating((-level.G * level.S * score[j]) - (level.S * mean[j]));
        }

        prediction.Fill(Parameterisation.V, levels, xt, prediction.Memory);
    }

    private void OneTime(Tensor<T> xt, NoiseLevel level, Condition<T> condition, Tensor<T> noise, int samples)
    {
        int d = _dimensions;
        if (condition.Labels.Length <= 1)
        {
            var marginal = _data[condition.LabelOf(0) + 1].At(level);
            Chunks.For(samples, Chunk, (from, to) => marginal.Noise<T>(xt.Span[(d * from)..(d * to)], noise.Span[(d * from)..(d * to)]));
            return;
        }

        var marginals = Array.ConvertAll(_data, data => data.At(level));
        for (int i = 0; i < samples; i++)
            marginals[condition.LabelOf(i) + 1].Noise<T>(xt.Span.Slice(d * i, d), noise.Span.Slice(d * i, d));
    }

    private void TimePerSample(Tensor<T> xt, NoiseLevel[] levels, Condition<T> condition, Tensor<T> noise)
    {
        // Times repeat (there are T of them in training), so each (time, label) is prepared once.
        var marginals = new Dictionary<(double Time, int Label), NoisedMixture>();
        int d = _dimensions;
        for (int i = 0; i < levels.Length; i++)
        {
            int label = condition.LabelOf(i);
            if (!marginals.TryGetValue((levels[i].Time, label), out var marginal))
                marginals.Add((levels[i].Time, label), marginal = _data[label + 1].At(levels[i]));
            marginal.Noise<T>(xt.Span.Slice(d * i, d), noise.Span.Slice(d * i, d));
        }
    }
}
