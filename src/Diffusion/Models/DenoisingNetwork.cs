using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;

namespace Diffusion.Models;

/// <summary>A network that predicts the noise in x_t: what the trainer trains and samplers use.</summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class DenoisingNetwork<T> : Module<T>, IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of classes; labels are 0 ... Classes - 1, and -1 is none.</summary>
    public abstract int Classes { get; }

    /// <summary>How many samples inference takes at once: few enough for their activations to stay in the cache.</summary>
    protected virtual int InferenceBatch => 1024;

    /// <summary>The predicted noise, recorded on a tape.</summary>
    /// <param name="tape">The tape to record on, or an inference tape.</param>
    /// <param name="xt">Noisy data, [N, ...].</param>
    /// <param name="t">Real diffusion times in [0, T]: one for the whole batch, or N.</param>
    /// <param name="labels">Labels, -1 for none: empty, one, or N.</param>
    /// <returns>The noise, of the shape of <paramref name="xt"/>.</returns>
    public abstract Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels);

    /// <summary>The predicted noise for integer steps, as training draws them.</summary>
    public Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<int> t, ReadOnlySpan<int> labels)
    {
        double[] times = new double[t.Length];
        for (int i = 0; i < times.Length; i++)
            times[i] = t[i];
        return Forward(tape, xt, times, labels);
    }

    /// <inheritdoc/>
    public void PredictNoise(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise)
    {
        int samples = DenoiserArguments.Check(xt, t, labels, noise);
        for (int from = 0; from < samples; from += InferenceBatch)
        {
            int to = Math.Min(samples, from + InferenceBatch);
            using var tape = Tape<T>.StartInference();
            var predicted = Forward(tape, xt.Rows(from, to), DenoiserArguments.Times(t, from, to), DenoiserArguments.Labels(labels, from, to));
            noise.Rows(from, to).CopyFrom(predicted.Value);
        }
    }
}
