using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;

namespace Diffusion.Models;

/// <summary>
/// A network that predicts from x_t: what the trainer trains. One that was trained to predict the noise is a denoiser as it
/// is; <see cref="ParameterisedDenoiser{T}"/> makes one of a network that predicts x_0 or v.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class DenoisingNetwork<T> : Module<T>, ILearnedVariance<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of classes; labels are 0 ... Classes - 1, and -1 is none.</summary>
    public abstract int Classes { get; }

    /// <summary>The name of the architecture in files, such as <c>two-pixel-unet</c>.</summary>
    public abstract string Architecture { get; }

    /// <summary>The sizes, as JSON.</summary>
    internal abstract string ConfigurationJson { get; }

    /// <summary>How many samples inference takes at once: few enough for their activations to stay in the cache.</summary>
    protected virtual int InferenceBatch => 1024;

    /// <summary>The prediction, recorded on a tape.</summary>
    /// <param name="tape">The tape to record on, or an inference tape.</param>
    /// <param name="xt">Noisy data, [N, ...].</param>
    /// <param name="t">Real diffusion times in [0, T]: one for the whole batch, or N.</param>
    /// <param name="labels">Labels, -1 for none: empty, one, or N.</param>
    /// <returns>The prediction, of the shape of <paramref name="xt"/>.</returns>
    public abstract Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels);

    /// <summary>Whether the network also says how uncertain a reverse step is: see <see cref="ForwardWithVariance"/>.</summary>
    public virtual bool LearnsVariance => false;

    /// <summary>The prediction, and the second output o that interpolates the variance of the reverse step (arXiv:2102.09672, eq. 15).</summary>
    /// <returns>The prediction and o, both of the shape of <paramref name="xt"/>: f = (o + 1)/2 is the share of ln beta.</returns>
    /// <exception cref="NotSupportedException">The network has no second output.</exception>
    public virtual (Variable<T> Prediction, Variable<T> Variance) ForwardWithVariance(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels) =>
        throw new NotSupportedException($"The network {Architecture} has no output for the variance; one that was made to learn it has.");

    /// <summary>The prediction for integer steps, as training draws them.</summary>
    public Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<int> t, ReadOnlySpan<int> labels)
    {
        double[] times = new double[t.Length];
        for (int i = 0; i < times.Length; i++)
            times[i] = t[i];
        return Forward(tape, xt, times, labels);
    }

    /// <inheritdoc/>
    public void PredictNoise(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise) => Predict(xt, t, labels, noise);

    /// <summary>The prediction without a record; the arguments are those of <see cref="IDenoiser{T}.PredictNoise"/>.</summary>
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> prediction)
    {
        int samples = DenoiserArguments.Check(xt, t, labels, prediction);
        for (int from = 0; from < samples; from += InferenceBatch)
        {
            int to = Math.Min(samples, from + InferenceBatch);
            using var tape = Tape<T>.StartInference();
            var predicted = Forward(tape, xt.Rows(from, to), DenoiserArguments.Times(t, from, to), DenoiserArguments.Labels(labels, from, to));
            prediction.Rows(from, to).CopyFrom(predicted.Value);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The network has no second output: see <see cref="LearnsVariance"/>.</exception>
    public void PredictNoiseAndVariance(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise, Tensor<T> fraction)
    {
        int samples = DenoiserArguments.Check(xt, t, labels, noise);
        if (fraction.Shape != xt.Shape)
            throw new ArgumentException($"The fraction has the shape {fraction.Shape}; it must be that of x_t, {xt.Shape}.", nameof(fraction));
        for (int from = 0; from < samples; from += InferenceBatch)
        {
            int to = Math.Min(samples, from + InferenceBatch);
            using var tape = Tape<T>.StartInference();
            var (predicted, variance) = ForwardWithVariance(tape, xt.Rows(from, to), DenoiserArguments.Times(t, from, to), DenoiserArguments.Labels(labels, from, to));
            noise.Rows(from, to).CopyFrom(predicted.Value);
            Span<T> o = variance.Value.Span, f = fraction.Rows(from, to).Span;
            T half = T.CreateTruncating(0.5);
            for (int i = 0; i < f.Length; i++)
                f[i] = (o[i] + T.One) * half;
        }
    }
}
