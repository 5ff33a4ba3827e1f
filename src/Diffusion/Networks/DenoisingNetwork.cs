using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;

namespace Diffusion.Networks;

/// <summary>
/// A network of x_t: what the trainer trains, and <see cref="NetworkDenoiser{T}"/> makes a denoiser of. One of your own says how it
/// computes (<see cref="Forward(Tape{T}, Tensor{T}, ReadOnlySpan{double}, Condition{T})"/>) and what makes it again from a file
/// (<see cref="Architecture"/> and <see cref="ConfigurationJson"/>; see <see cref="Models.Architectures{T}"/>).
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class DenoisingNetwork<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of classes; labels are 0 ... Classes - 1, and -1 is none. 0, the default, for a network without labels.</summary>
    public virtual int Classes => 0;

    /// <summary>The name of the architecture in files, such as <c>two-pixel-unet</c>.</summary>
    public abstract string Architecture { get; }

    /// <summary>The sizes as one line of JSON, from which <see cref="Models.Architectures{T}"/> makes the network again.</summary>
    public abstract string ConfigurationJson { get; }

    /// <summary>The T of the schedules that the network is for; null, the default, where it takes any.</summary>
    public virtual int? Timesteps => null;

    /// <summary>The shape of one sample, such as [28, 28, 1]; null, the default, where the network takes several. It is needed to generate from a file alone.</summary>
    public virtual Shape? SampleShape => null;

    /// <summary>How many samples inference takes at once: few enough for their activations to stay in the cache.</summary>
    protected virtual int InferenceBatch => 1024;

    /// <summary>The prediction, recorded on a tape.</summary>
    /// <param name="tape">The tape to record on, or an inference tape.</param>
    /// <param name="xt">Noisy data, [N, ...].</param>
    /// <param name="t">Real diffusion times in [0, T]: one for the whole batch, or N.</param>
    /// <param name="condition">Labels or values that are asked for.</param>
    /// <returns>The prediction, of the shape of <paramref name="xt"/>.</returns>
    public abstract Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition);

    /// <summary>Whether the network also says how uncertain a reverse step is: see <see cref="ForwardWithVariance"/>.</summary>
    public virtual bool LearnsVariance => false;

    /// <summary>The prediction, and the second output o that interpolates the variance of the reverse step (arXiv:2102.09672, eq. 15).</summary>
    /// <returns>The prediction and o, both of the shape of <paramref name="xt"/>: f = (o + 1)/2 is the share of ln beta.</returns>
    /// <exception cref="NotSupportedException">The network has no second output.</exception>
    public virtual (Variable<T> Prediction, Variable<T> Variance) ForwardWithVariance(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition) =>
        throw new NotSupportedException($"The network {Architecture} has no output for the variance; one that was made to learn it has.");

    /// <summary>The prediction for integer steps, as training draws them.</summary>
    public Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<int> t, Condition<T> condition)
    {
        double[] times = new double[t.Length];
        for (int i = 0; i < times.Length; i++)
            times[i] = t[i];
        return Forward(tape, xt, times, condition);
    }

    /// <summary>The prediction without a record, in batches.</summary>
    /// <param name="xt">Noisy data, [N, ...].</param>
    /// <param name="t">Times: one for the whole batch, or N.</param>
    /// <param name="condition">The condition.</param>
    /// <param name="output">Receives the prediction; the shape of <paramref name="xt"/>, in memory of its own.</param>
    /// <param name="variance">Receives f = (o + 1)/2 of a network that learns the variance; null where it is not wanted.</param>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    /// <exception cref="NotSupportedException">A variance is wanted, and the network has none.</exception>
    public void Evaluate(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Tensor<T> output, Tensor<T>? variance = null)
    {
        int samples = DenoiserArguments.Check(xt, t, condition, output.Shape, nameof(output));
        if (variance is not null && variance.Shape != xt.Shape)
            throw new ArgumentException($"The variance has the shape {variance.Shape}; it must be that of x_t, {xt.Shape}.", nameof(variance));
        for (int from = 0; from < samples; from += InferenceBatch)
        {
            int to = Math.Min(samples, from + InferenceBatch);
            using var tape = Tape<T>.StartInference();
            var x = xt.Rows(from, to);
            var times = DenoiserArguments.Times(t, from, to);
            var asked = condition.Rows(from, to);
            if (variance is null)
            {
                output.Rows(from, to).CopyFrom(Forward(tape, x, times, asked).Value);
                continue;
            }

            var (predicted, second) = ForwardWithVariance(tape, x, times, asked);
            output.Rows(from, to).CopyFrom(predicted.Value);
            Span<T> o = second.Value.Span, f = variance.Rows(from, to).Span;
            T half = T.CreateTruncating(0.5);
            for (int i = 0; i < f.Length; i++)
                f[i] = (o[i] + T.One) * half;
        }
    }
}
