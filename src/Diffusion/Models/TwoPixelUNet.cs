using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Models;

/// <summary>
/// The assignment's conditional one-dimensional UNet for images of two pixels, [N, 2, 1] to [N, 2, 1]. Two encoders, two
/// decoders and a skip; step and class enter at each of the first three through linear layers of their own.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class TwoPixelUNet<T> : DenoisingNetwork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StepEmbedding<T> _step;
    private readonly ClassEmbedding<T> _label;
    private readonly ConditionedBlock<T> _encoder1, _encoder2, _decoder1;
    private readonly ConvTranspose1d<T> _decoder2;

    /// <summary>Makes a network with PyTorch's first values.</summary>
    public TwoPixelUNet(TwoPixelUNetConfiguration configuration, RandomSource random)
    {
        Configuration = configuration;
        var weights = new WeightInitializer(random);
        int c1 = configuration.Channels1, c2 = configuration.Channels2, e = configuration.Embedding;
        _step = Register("step", new StepEmbedding<T>(e, configuration.Timesteps, weights));
        _label = Register("label", new ClassEmbedding<T>(configuration.Classes, e, weights));
        _encoder1 = Register("encoder1", new ConditionedBlock<T>(new Conv1d<T>(1, c1, 2, weights), c1, e, groups: 4, weights));
        _encoder2 = Register("encoder2", new ConditionedBlock<T>(new Conv1d<T>(c1, c2, 1, weights), c2, e, groups: 32, weights));
        _decoder1 = Register("decoder1", new ConditionedBlock<T>(new ConvTranspose1d<T>(c2, c1, 1, weights), c1, e, groups: 4, weights));

        // Two channels of a sequence of length 1 are the two pixels. A transposed convolution of kernel 2 to one channel
        // is the same linear map, but its two outputs would share one bias.
        _decoder2 = Register("decoder2", new ConvTranspose1d<T>(2 * c1, 2, 1, weights));
    }

    /// <summary>The sizes.</summary>
    public TwoPixelUNetConfiguration Configuration { get; }

    /// <inheritdoc/>
    public override int Classes => Configuration.Classes;

    /// <inheritdoc/>
    public override Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels)
    {
        if (xt.Rank != 3 || xt.Shape[1] != 2 || xt.Shape[2] != 1)
            throw new ArgumentException($"The network takes images of two pixels, [N, 2, 1], not {xt.Shape}.", nameof(xt));
        int n = xt.Shape[0];
        var times = DistinctTimes.Of(t, tape.RentIndices(n));
        var step = new Condition<T>(_step.Forward(tape, times.Values), times.Index);
        var label = _label.Forward(tape, labels, n);

        var x = tape.Variable(xt);                                   // [N, 2, 1]
        var h1 = _encoder1.Forward(x, step, label);                  // [N, 1, C1]
        var h2 = _encoder2.Forward(h1, step, label);                 // [N, 1, C2]
        var h3 = _decoder1.Forward(h2, step, label);                 // [N, 1, C1]
        var skip = Operations.Concatenate([h3, h1]);                 // [N, 1, 2·C1]
        return _decoder2.Forward(skip).Reshape([n, 2, 1]);           // [N, 1, 2] seen as two pixels
    }
}

/// <summary>Rows of conditioning, one for each distinct step or class, and the row of each sample.</summary>
internal readonly record struct Condition<T>(Variable<T> Rows, int[] Index)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether all samples have the same row, as in sampling, so that it can be part of a bias.</summary>
    public bool IsShared => Rows.Shape[0] == 1;
}

/// <summary>A step to features: Gaussian Fourier features of t/T (assignment eq. 10), a linear layer, SiLU.</summary>
internal sealed class StepEmbedding<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly GaussianFourierFeatures<T> _fourier;
    private readonly Linear<T> _linear;
    private readonly int _features, _timesteps;

    public StepEmbedding(int features, int timesteps, WeightInitializer weights)
    {
        (_features, _timesteps) = (features, timesteps);
        _fourier = Register("fourier", new GaussianFourierFeatures<T>(features, weights));
        _linear = Register("linear", new Linear<T>(features, features, weights));
    }

    // [R] times to [R, E]
    public Variable<T> Forward(Tape<T> tape, double[] times)
    {
        foreach (double t in times)
        {
            if (!(t >= 0 && t <= _timesteps))
                throw new ArgumentOutOfRangeException(nameof(times), t, $"The time {t} is outside of [0, {_timesteps}], the steps of this network.");
        }

        var features = tape.Rent([times.Length, _features]);
        Span<double> shares = times.Length <= 256 ? stackalloc double[times.Length] : new double[times.Length];
        for (int i = 0; i < shares.Length; i++)
            shares[i] = times[i] / _timesteps;
        _fourier.Features(shares, features);
        return _linear.Forward(tape.Variable(features)).Silu();
    }
}

/// <summary>A class to features: one-hot of the classes and a null class, linear, SiLU, linear. All classes at once.</summary>
internal sealed class ClassEmbedding<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Linear<T> _linear1, _linear2;
    private readonly Tensor<T> _oneHot;

    public ClassEmbedding(int classes, int features, WeightInitializer weights)
    {
        _linear1 = Register("linear1", new Linear<T>(classes + 1, features, weights));
        _linear2 = Register("linear2", new Linear<T>(features, features, weights));
        _oneHot = Tensor<T>.Zeros([classes + 1, classes + 1]);
        for (int y = 0; y <= classes; y++)
            _oneHot[y, y] = T.One;
    }

    // labels of N samples to all rows [classes + 1, E] and each sample's row
    public Condition<T> Forward(Tape<T> tape, ReadOnlySpan<int> labels, int samples)
    {
        int nullClass = _oneHot.Shape[0] - 1;
        int[] index = tape.RentIndices(samples);
        if (labels.Length <= 1)
        {
            // One class for all: only its row.
            int row = labels.Length == 0 || labels[0] == DenoiserArguments.NoLabel ? nullClass : labels[0];
            Check(row == nullClass ? DenoiserArguments.NoLabel : row, nullClass);
            index.AsSpan().Clear();
            return new(Embed(tape, _oneHot.Rows(row, row + 1)), index);
        }

        for (int i = 0; i < samples; i++)
        {
            int label = DenoiserArguments.LabelOf(labels, i);
            Check(label, nullClass);
            index[i] = label == DenoiserArguments.NoLabel ? nullClass : label;
        }

        return new(Embed(tape, _oneHot), index);
    }

    private Variable<T> Embed(Tape<T> tape, Tensor<T> oneHot) => _linear2.Forward(_linear1.Forward(tape.Variable(oneHot)).Silu());

    private static void Check(int label, int classes)
    {
        if (label < DenoiserArguments.NoLabel || label >= classes)
            throw new ArgumentOutOfRangeException(nameof(label), label, $"The label {label} is not one of the {classes} classes of this network; -1 means none.");
    }
}

/// <summary>A convolution, plus a linear map of the step and one of the class, group normalisation, SiLU.</summary>
internal sealed class ConditionedBlock<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvolutionLayer<T> _convolution;
    private readonly Linear<T> _step, _label;
    private readonly GroupNorm<T> _norm;

    public ConditionedBlock(ConvolutionLayer<T> convolution, int channels, int embedding, int groups, WeightInitializer weights)
    {
        _convolution = Register("conv", convolution);
        _step = Register("step", new Linear<T>(embedding, channels, weights));
        _label = Register("label", new Linear<T>(embedding, channels, weights));
        _norm = Register("norm", new GroupNorm<T>(groups, channels, silu: true));
    }

    // [N, L, Cin] to [N, Lout, C]
    public Variable<T> Forward(Variable<T> x, Condition<T> step, Condition<T> label)
    {
        Variable<T> stepRows = _step.Forward(step.Rows), labelRows = _label.Forward(label.Rows);
        if (step.IsShared && label.IsShared)
        {
            var bias = (stepRows + labelRows).Reshape(_convolution.Bias!.Shape) + _convolution.Bias;
            return _norm.Forward(_convolution.Forward(x, bias));
        }

        var h = _convolution.Forward(x);
        return _norm.Forward(h.AddRows(new(stepRows, step.Index), new(labelRows, label.Index)));
    }
}
