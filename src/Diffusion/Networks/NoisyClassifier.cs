using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;

namespace Diffusion.Networks;

/// <summary>A network that tells the label of x_t at every t, for classifier guidance.</summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class NoisyClassifier<T> : Module<T>, INoisyClassifier<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public abstract int Classes { get; }

    /// <summary>How many samples are differentiated at once.</summary>
    protected virtual int InferenceBatch => 1024;

    /// <summary>The logits, recorded on a tape.</summary>
    /// <param name="xt">Noisy data on a tape, [N, ...].</param>
    /// <param name="t">Real diffusion times in [0, T]: one for the whole batch, or N.</param>
    /// <returns>[N, Classes].</returns>
    public abstract Variable<T> Forward(Variable<T> xt, ReadOnlySpan<double> t);

    /// <summary>log p(y | x_t) of every class, [N, Classes].</summary>
    public Tensor<T> LogProbabilities(Tensor<T> xt, ReadOnlySpan<double> t)
    {
        int samples = xt.Shape[0];
        var result = Tensor<T>.Uninitialized([samples, Classes]);
        for (int from = 0; from < samples; from += InferenceBatch)
        {
            int to = Math.Min(samples, from + InferenceBatch);
            using var tape = Tape<T>.StartInference();
            result.Rows(from, to).CopyFrom(Forward(tape.Variable(xt.Rows(from, to)), DenoiserArguments.Times(t, from, to)).LogSoftmax().Value);
        }

        return result;
    }

    /// <inheritdoc/>
    /// <remarks>A backward pass to the data alone: the weights keep the gradients that they have.</remarks>
    public void LogProbabilityGradient(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Tensor<T> gradient)
    {
        int samples = DenoiserArguments.Check(xt, t, condition, gradient.Shape, nameof(gradient));
        for (int from = 0; from < samples; from += InferenceBatch)
        {
            int to = Math.Min(samples, from + InferenceBatch);
            using var tape = Tape<T>.Start();
            var x = tape.Variable(xt.Rows(from, to), requiresGradient: true);
            var logProbabilities = Forward(x, DenoiserArguments.Times(t, from, to)).LogSoftmax();

            // The sum, not the mean, of the samples' log p: each gets its own gradient.
            var chosen = tape.Rent(logProbabilities.Shape);
            chosen.Span.Clear();
            for (int i = from; i < to; i++)
            {
                int label = condition.LabelOf(i);
                if (label < DenoiserArguments.NoLabel || label >= Classes)
                    throw new ArgumentOutOfRangeException(nameof(condition), label, $"A label is {label}; the classifier knows 0 to {Classes - 1}, and -1 for none.");
                if (label >= 0)
                    chosen[i - from, label] = T.One;
            }

            gradient.Rows(from, to).CopyFrom(tape.Gradient(logProbabilities, chosen, x));
        }
    }
}
