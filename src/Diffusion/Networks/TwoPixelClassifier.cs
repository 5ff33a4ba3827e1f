using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Networks;

/// <summary>
/// A classifier of noisy images of two pixels: a linear layer of the pixels plus one of the step's Fourier features, SiLU, and two more
/// linear layers.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class TwoPixelClassifier<T> : NoisyClassifier<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StepEmbedding<T> _step;
    private readonly Linear<T> _pixels, _time, _hidden, _logits;

    /// <summary>Makes a network with PyTorch's first values.</summary>
    /// <param name="classes">The number of classes, at least 1.</param>
    /// <param name="timesteps">T, by which times are divided.</param>
    /// <param name="random">Where the first values are drawn from.</param>
    /// <param name="features">The width of the hidden layers: even, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size that is not accepted.</exception>
    public TwoPixelClassifier(int classes, int timesteps, RandomSource random, int features = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(timesteps, 1);
        if (features < 2 || features % 2 != 0)
            throw new ArgumentOutOfRangeException(nameof(features), features, $"The features are {features}; accepted are even numbers from 2.");
        Classes = classes;
        Features = features;
        var weights = new WeightInitializer(random);
        _step = Register("step", new StepEmbedding<T>(features, timesteps, weights));
        _time = Register("time", new Linear<T>(features, features, weights));
        _pixels = Register("pixels", new Linear<T>(2, features, weights));
        _hidden = Register("hidden", new Linear<T>(features, features, weights));
        _logits = Register("logits", new Linear<T>(features, classes, weights));
    }

    /// <inheritdoc/>
    public override int Classes { get; }

    /// <summary>The width of the hidden layers.</summary>
    public int Features { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> xt, ReadOnlySpan<double> t)
    {
        int n = xt.Shape[0];
        if (xt.Shape.Rank != 3 || xt.Shape[1] != 2 || xt.Shape[2] != 1)
            throw new ArgumentException($"The classifier takes images of two pixels, [N, 2, 1], not {xt.Shape}.", nameof(xt));
        var tape = xt.Tape ?? throw new ArgumentException("The classifier records on the tape of x_t, which has none.", nameof(xt));
        var times = DistinctTimes.Of(t, tape.RentIndices(n));
        var time = _time.Forward(_step.Forward(tape, times.Values));                                  // [R, E]
        var h = _pixels.Forward(xt.Reshape([n, 2])).AddRows(new TableRows<T>(time, times.Index)).Silu();  // [N, E]
        return _logits.Forward(_hidden.Forward(h).Silu());                                             // [N, Classes]
    }
}
