using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Networks;

/// <summary>
/// A classifier of noisy images of one size at every t: at each level a 3x3 convolution plus a linear map of the step, GroupNorm and
/// SiLU, with max pooling between, and two linear layers.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class NoisyImageClassifier<T> : NoisyClassifier<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Embedding = 64;

    private readonly StepEmbedding<T> _step;
    private readonly Conv2d<T>[] _convolutions;
    private readonly Linear<T>[] _times;
    private readonly GroupNorm<T>[] _norms;
    private readonly Linear<T> _hidden, _logits;

    /// <summary>Makes a network with PyTorch's first values.</summary>
    /// <param name="configuration">The sizes.</param>
    /// <param name="timesteps">T, by which times are divided.</param>
    /// <param name="random">Where the first values are drawn from.</param>
    /// <exception cref="ArgumentException">More levels than the images can be halved for.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No steps.</exception>
    public NoisyImageClassifier(ImageClassifierConfiguration configuration, int timesteps, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timesteps, 1);
        (Configuration, Timesteps) = (configuration, timesteps);
        var weights = new WeightInitializer(random);
        int[] channels = [configuration.Channels, .. configuration.Widths];
        int levels = channels.Length - 1;
        (_convolutions, _times, _norms) = (new Conv2d<T>[levels], new Linear<T>[levels], new GroupNorm<T>[levels]);
        _step = Register("step", new StepEmbedding<T>(Embedding, timesteps, weights));
        for (int i = 0; i < levels; i++)
        {
            _convolutions[i] = Register($"conv{i}", new Conv2d<T>(channels[i], channels[i + 1], 3, weights, padding: 1));
            _times[i] = Register($"time{i}", new Linear<T>(Embedding, channels[i + 1], weights));
            _norms[i] = Register($"norm{i}", new GroupNorm<T>(ImageClassifierConfiguration.Groups, channels[i + 1], silu: true));
        }

        _hidden = Register("hidden", new Linear<T>(configuration.Flat, configuration.Features, weights));
        _logits = Register("logits", new Linear<T>(configuration.Features, configuration.Classes, weights));
    }

    /// <summary>The sizes.</summary>
    public ImageClassifierConfiguration Configuration { get; }

    /// <summary>T.</summary>
    public int Timesteps { get; }

    /// <inheritdoc/>
    public override int Classes => Configuration.Classes;

    /// <inheritdoc/>
    protected override int InferenceBatch => 128;

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> xt, ReadOnlySpan<double> t)
    {
        Configuration.Check(xt.Shape, nameof(xt));
        var tape = xt.Tape ?? throw new ArgumentException("The classifier records on the tape of x_t, which has none.", nameof(xt));
        var times = DistinctTimes.Of(t, tape.RentIndices(xt.Shape[0]));
        var step = _step.Forward(tape, times.Values);
        var h = xt;
        for (int i = 0; i < _convolutions.Length; i++)
        {
            h = _convolutions[i].Forward(i == 0 ? h : h.MaxPool2d(2));
            h = _norms[i].Forward(h, new TableRows<T>(_times[i].Forward(step), times.Index));
        }

        return _logits.Forward(_hidden.Forward(h.Reshape([xt.Shape[0], Configuration.Flat])).Silu());
    }
}
