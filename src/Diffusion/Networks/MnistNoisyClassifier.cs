using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Nn;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Networks;

/// <summary>
/// A classifier of noisy images of 28 x 28 pixels at every t: at 28, 14 and 7 pixels a 3x3 convolution plus a linear map of
/// the step, GroupNorm and SiLU, with max pooling between, and two linear layers.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class MnistNoisyClassifier<T> : NoisyClassifier<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Groups = 8, Embedding = 64, Hidden = 128, LastSide = MnistSet.Side / 4;

    private static readonly int[] Widths = [1, 16, 32, 64];

    private readonly StepEmbedding<T> _step;
    private readonly Conv2d<T>[] _convolutions = new Conv2d<T>[Widths.Length - 1];
    private readonly Linear<T>[] _times = new Linear<T>[Widths.Length - 1];
    private readonly GroupNorm<T>[] _norms = new GroupNorm<T>[Widths.Length - 1];
    private readonly Linear<T> _hidden, _logits;

    /// <summary>Makes a network with PyTorch's first values.</summary>
    /// <param name="timesteps">T, by which times are divided.</param>
    /// <param name="random">Where the first values are drawn from.</param>
    /// <exception cref="ArgumentOutOfRangeException">No steps.</exception>
    public MnistNoisyClassifier(int timesteps, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timesteps, 1);
        Timesteps = timesteps;
        var weights = new WeightInitializer(random);
        _step = Register("step", new StepEmbedding<T>(Embedding, timesteps, weights));
        for (int i = 0; i < _convolutions.Length; i++)
        {
            _convolutions[i] = Register($"conv{i}", new Conv2d<T>(Widths[i], Widths[i + 1], 3, weights, padding: 1));
            _times[i] = Register($"time{i}", new Linear<T>(Embedding, Widths[i + 1], weights));
            _norms[i] = Register($"norm{i}", new GroupNorm<T>(Groups, Widths[i + 1], silu: true));
        }

        _hidden = Register("hidden", new Linear<T>(LastSide * LastSide * Widths[^1], Hidden, weights));
        _logits = Register("logits", new Linear<T>(Hidden, MnistSet.Classes, weights));
    }

    /// <summary>T.</summary>
    public int Timesteps { get; }

    /// <inheritdoc/>
    public override int Classes => MnistSet.Classes;

    /// <inheritdoc/>
    protected override int InferenceBatch => 128;

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> xt, ReadOnlySpan<double> t)
    {
        if (xt.Shape.Rank != 4 || xt.Shape[1] != MnistSet.Side || xt.Shape[2] != MnistSet.Side || xt.Shape[3] != 1)
            throw new ArgumentException($"The classifier takes images [N, {MnistSet.Side}, {MnistSet.Side}, 1], not {xt.Shape}.", nameof(xt));
        var tape = xt.Tape ?? throw new ArgumentException("The classifier records on the tape of x_t, which has none.", nameof(xt));
        var times = DistinctTimes.Of(t, tape.RentIndices(xt.Shape[0]));
        var step = _step.Forward(tape, times.Values);
        var h = xt;
        for (int i = 0; i < _convolutions.Length; i++)
        {
            h = _convolutions[i].Forward(i == 0 ? h : h.MaxPool2d(2));
            h = _norms[i].Forward(h, new TableRows<T>(_times[i].Forward(step), times.Index));
        }

        return _logits.Forward(_hidden.Forward(h.Reshape([xt.Shape[0], LastSide * LastSide * Widths[^1]])).Silu());
    }
}
