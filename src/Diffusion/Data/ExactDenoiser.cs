using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Data;

/// <summary>
/// The noise predictor that a network trained on Gaussian mixture data can at best become: eps*(x, t) = E[eps | x_t = x],
/// and E[eps | x_t = x, label] where a label is given. It loses only what no predictor can know.
/// </summary>
/// <remarks>Samples are pixel pairs: every shape [N, ...] with two numbers per sample. Computed in double, in parallel; thread-safe.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ExactDenoiser<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Chunk = 4096;

    private readonly NoiseSchedule _schedule;

    /// <summary>The data of each label, after those of all: index label + 1.</summary>
    private readonly GaussianMixture[] _data;

    /// <summary>The exact predictor of these data under this schedule.</summary>
    public ExactDenoiser(GaussianMixture mixture, NoiseSchedule schedule)
    {
        _schedule = schedule;
        _data = [.. Enumerable.Range(DenoiserArguments.NoLabel, mixture.LabelCount + 1).Select(mixture.Conditional)];
    }

    /// <inheritdoc/>
    public void PredictNoise(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise)
    {
        int samples = DenoiserArguments.Check(xt, t, labels, noise);
        if (xt.Length != 2 * samples)
            throw new ArgumentException($"x_t has the shape {xt.Shape}; the exact predictor takes pixel pairs, such as [N, 2, 1].", nameof(xt));
        foreach (int label in labels)
        {
            if (label < DenoiserArguments.NoLabel || label >= _data.Length - 1)
                throw new ArgumentOutOfRangeException(nameof(labels), label, $"A label is {label}; accepted are 0 to {_data.Length - 2}, and -1 for none.");
        }

        if (t.Length == 1)
            OneTime(xt, t[0], labels, noise, samples);
        else
            TimePerSample(xt, t, labels, noise);
    }

    private void OneTime(Tensor<T> xt, double t, ReadOnlySpan<int> labels, Tensor<T> noise, int samples)
    {
        double a = _schedule.AlphaCumprodAt(t), rest = _schedule.OneMinusAlphaCumprodAt(t);
        if (labels.Length <= 1)
        {
            var marginal = new NoisedMixture(_data[DenoiserArguments.LabelOf(labels, 0) + 1], a, rest);
            Chunks.For(samples, Chunk, (from, to) => marginal.Noise<T>(xt.Span[(2 * from)..(2 * to)], noise.Span[(2 * from)..(2 * to)]));
            return;
        }

        var marginals = Array.ConvertAll(_data, data => new NoisedMixture(data, a, rest));
        for (int i = 0; i < labels.Length; i++)
            marginals[labels[i] + 1].Noise<T>(xt.Span.Slice(2 * i, 2), noise.Span.Slice(2 * i, 2));
    }

    private void TimePerSample(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise)
    {
        // Times repeat (there are T of them in training), so each (time, label) is prepared once.
        var marginals = new Dictionary<(double Time, int Label), NoisedMixture>();
        for (int i = 0; i < t.Length; i++)
        {
            int label = DenoiserArguments.LabelOf(labels, i);
            if (!marginals.TryGetValue((t[i], label), out var marginal))
            {
                marginal = new NoisedMixture(_data[label + 1], _schedule.AlphaCumprodAt(t[i]), _schedule.OneMinusAlphaCumprodAt(t[i]));
                marginals.Add((t[i], label), marginal);
            }

            marginal.Noise<T>(xt.Span.Slice(2 * i, 2), noise.Span.Slice(2 * i, 2));
        }
    }
}
