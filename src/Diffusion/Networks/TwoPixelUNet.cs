using System.Numerics;
using System.Text.Json;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Networks;

/// <summary>
/// The assignment's conditional one-dimensional UNet for images of two pixels, [N, 2, 1] to [N, 2, 1]. Two encoders, two
/// decoders and a skip; step and class enter at each of the first three through linear layers of their own.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class TwoPixelUNet<T> : DenoisingNetwork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal const string ArchitectureName = "two-pixel-unet";

    private readonly StepEmbedding<T> _step;
    private readonly ClassEmbedding<T> _label;
    private readonly ConditionedBlock<T> _encoder1, _encoder2, _decoder1;
    private readonly ConvTranspose1d<T> _decoder2;
    private readonly ConvTranspose1d<T>? _variance;

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
        if (configuration.LearnsVariance)
            _variance = Register("variance", new ConvTranspose1d<T>(2 * c1, 2, 1, weights));
    }

    /// <summary>The sizes.</summary>
    public TwoPixelUNetConfiguration Configuration { get; }

    /// <inheritdoc/>
    public override int Classes => Configuration.Classes;

    /// <inheritdoc/>
    public override Shape? SampleShape => new Shape(2, 1);

    /// <inheritdoc/>
    public override int? Timesteps => Configuration.Timesteps;

    /// <inheritdoc/>
    public override string Architecture => ArchitectureName;

    /// <inheritdoc/>
    public override string ConfigurationJson => JsonSerializer.Serialize(Configuration, NetworkJson.Default.TwoPixelUNetConfiguration);

    /// <inheritdoc/>
    public override bool LearnsVariance => _variance is not null;

    /// <inheritdoc/>
    public override Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition) =>
        Pixels(_decoder2, Features(tape, xt, t, condition));

    /// <inheritdoc/>
    public override (Variable<T> Prediction, Variable<T> Variance) ForwardWithVariance(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition)
    {
        if (_variance is null)
            return base.ForwardWithVariance(tape, xt, t, condition);
        var features = Features(tape, xt, t, condition);
        return (Pixels(_decoder2, features), Pixels(_variance, features));
    }

    // [N, 1, 2·C1] to [N, 1, 2], seen as two pixels
    private static Variable<T> Pixels(ConvTranspose1d<T> layer, Variable<T> features) => layer.Forward(features).Reshape([features.Shape[0], 2, 1]);

    // Decoder 1 beside encoder 1, [N, 1, 2·C1]
    private Variable<T> Features(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition)
    {
        if (xt.Rank != 3 || xt.Shape[1] != 2 || xt.Shape[2] != 1)
            throw new ArgumentException($"The network takes images of two pixels, [N, 2, 1], not {xt.Shape}.", nameof(xt));
        int n = xt.Shape[0];
        var step = _step.Forward(tape, t, n);
        var label = _label.Forward(tape, condition, n);

        var x = tape.Variable(xt);                                   // [N, 2, 1]
        var h1 = _encoder1.Forward(x, step, label);                  // [N, 1, C1]
        var h2 = _encoder2.Forward(h1, step, label);                 // [N, 1, C2]
        var h3 = _decoder1.Forward(h2, step, label);                 // [N, 1, C1]
        return Operations.Concatenate([h3, h1]);                     // the skip
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
    public Variable<T> Forward(Variable<T> x, TableRows<T> step, TableRows<T> label)
    {
        Variable<T> stepRows = _step.Forward(step.Table), labelRows = _label.Forward(label.Table);
        if (step.IsShared() && label.IsShared())
        {
            var bias = (stepRows + labelRows).Reshape(_convolution.Bias!.Shape) + _convolution.Bias;
            return _norm.Forward(_convolution.Forward(x, bias));
        }

        return _norm.Forward(_convolution.Forward(x), new(stepRows, step.Indices), new(labelRows, label.Indices));
    }
}
