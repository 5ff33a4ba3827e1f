using System.Numerics;
using System.Text.Json;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Networks;

/// <summary>
/// A UNet for images of 28 x 28 pixels, [N, 28, 28, 1] to the same: four levels down (28, 14, 7, 4 pixels), a middle, four
/// levels up, each with a residual block and attention (linear at 28, softmax below), and a skip from down to up.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class MnistUNet<T> : DenoisingNetwork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal const string ArchitectureName = "mnist-unet";

    private const int Levels = 4, Groups = 8, Side = 28;

    private readonly StepEmbedding<T> _step;
    private readonly ClassEmbedding<T> _label;
    private readonly Conv2d<T> _first, _last;
    private readonly ResidualBlock<T>[] _downBlocks = new ResidualBlock<T>[Levels], _upBlocks = new ResidualBlock<T>[Levels];
    private readonly AttentionBlock<T>[] _downAttention = new AttentionBlock<T>[Levels], _upAttention = new AttentionBlock<T>[Levels];
    private readonly Conv2d<T>[] _down = new Conv2d<T>[Levels - 1];
    private readonly ConvTranspose2d<T>[] _up = new ConvTranspose2d<T>[Levels - 1];
    private readonly ResidualBlock<T> _middle1, _middle2;
    private readonly AttentionBlock<T> _middleAttention;
    private readonly GroupNorm<T> _norm;

    /// <summary>Makes a network with PyTorch's first values.</summary>
    /// <exception cref="ArgumentException">A width that is no multiple of the heads.</exception>
    public MnistUNet(MnistUNetConfiguration configuration, RandomSource random)
    {
        Configuration = configuration;
        if (configuration.Widths.Any(width => width % configuration.Heads != 0))
            throw new ArgumentException($"The widths [{string.Join(", ", configuration.Widths)}] must be multiples of the {configuration.Heads} heads.", nameof(configuration));
        var weights = new WeightInitializer(random);
        var widths = configuration.Widths;
        int e = configuration.Embedding, heads = configuration.Heads, deepest = widths[Levels - 1];
        _step = Register("step", new StepEmbedding<T>(e, configuration.Timesteps, weights));
        _label = Register("label", new ClassEmbedding<T>(configuration.Classes, e, weights));
        _first = Register("first", new Conv2d<T>(1, widths[0], 3, weights, padding: 1));
        for (int i = 0; i < Levels; i++)
        {
            _downBlocks[i] = Register($"down{i}_block", new ResidualBlock<T>(i == 0 ? widths[0] : widths[i - 1], widths[i], e, Groups, weights));
            _downAttention[i] = Register($"down{i}_attention", new AttentionBlock<T>(widths[i], heads, linear: i == 0, Groups, weights));
            if (i < Levels - 1)
                _down[i] = Register($"down{i}_conv", new Conv2d<T>(widths[i], widths[i], 3, weights, stride: 2, padding: 1));
        }

        _middle1 = Register("middle_block1", new ResidualBlock<T>(deepest, deepest, e, Groups, weights));
        _middleAttention = Register("middle_attention", new AttentionBlock<T>(deepest, heads, linear: false, Groups, weights));
        _middle2 = Register("middle_block2", new ResidualBlock<T>(deepest, deepest, e, Groups, weights));
        for (int i = Levels - 1; i >= 0; i--)
        {
            _upBlocks[i] = Register($"up{i}_block", new ResidualBlock<T>(2 * widths[i], widths[i], e, Groups, weights));
            _upAttention[i] = Register($"up{i}_attention", new AttentionBlock<T>(widths[i], heads, linear: i == 0, Groups, weights));

            // 4 to 7 pixels with kernel 3, 7 to 14 and 14 to 28 with kernel 4.
            if (i > 0)
                _up[i - 1] = Register($"up{i}_conv", new ConvTranspose2d<T>(widths[i], widths[i - 1], i == Levels - 1 ? 3 : 4, weights, stride: 2, padding: 1));
        }

        _norm = Register("norm", new GroupNorm<T>(Groups, widths[0], silu: true));
        _last = Register("last", new Conv2d<T>(widths[0], 1, 3, weights, padding: 1));
    }

    /// <summary>The sizes.</summary>
    public MnistUNetConfiguration Configuration { get; }

    /// <inheritdoc/>
    public override int Classes => Configuration.Classes;

    /// <inheritdoc/>
    public override int? Timesteps => Configuration.Timesteps;

    /// <inheritdoc/>
    public override string Architecture => ArchitectureName;

    /// <inheritdoc/>
    public override string ConfigurationJson => JsonSerializer.Serialize(Configuration, NetworkJson.Default.MnistUNetConfiguration);

    /// <inheritdoc/>
    protected override int InferenceBatch => 64;

    /// <inheritdoc/>
    public override Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition)
    {
        if (xt.Rank != 4 || xt.Shape[1] != Side || xt.Shape[2] != Side || xt.Shape[3] != 1)
            throw new ArgumentException($"The network takes images [N, {Side}, {Side}, 1], not {xt.Shape}.", nameof(xt));
        int n = xt.Shape[0];
        var rows = Embed(tape, t, condition, n);

        var h = _first.Forward(tape.Variable(xt));
        var skips = new Variable<T>[Levels];
        for (int i = 0; i < Levels; i++)
        {
            h = _downAttention[i].Forward(tape, _downBlocks[i].Forward(tape, h, rows));
            skips[i] = h;
            if (i < Levels - 1)
                h = _down[i].Forward(h);
        }

        h = _middle2.Forward(tape, _middleAttention.Forward(tape, _middle1.Forward(tape, h, rows)), rows);
        for (int i = Levels - 1; i >= 0; i--)
        {
            int mark = tape.Mark;
            h = _upAttention[i].Forward(tape, _upBlocks[i].Forward(tape, Operations.Concatenate([h, skips[i]]), rows));
            if (i > 0)
                h = _up[i - 1].Forward(h);
            h = tape.KeepOnly(mark, h);
        }

        return _last.Forward(_norm.Forward(h));
    }

    // SiLU of the sum of both embeddings: one row where all samples share step and class, else one for each sample.
    private ConditionRows<T> Embed(Tape<T> tape, ReadOnlySpan<double> t, Condition<T> condition, int n)
    {
        var times = DistinctTimes.Of(t, tape.RentIndices(n));
        var step = _step.Forward(tape, times.Values);
        var label = _label.Forward(tape, condition, n);
        if (step.Shape[0] == 1 && label.IsShared)
            return new((step + label.Rows).Silu(), label.Index);
        int[] each = tape.RentIndices(n);
        for (int i = 0; i < n; i++)
            each[i] = i;
        return new(step.Lookup(times.Index).AddRows(new TableRows<T>(label.Rows, label.Index)).Silu(), each);
    }
}

/// <summary>GroupNorm, SiLU, 3x3 convolution, plus a linear map of the condition, GroupNorm, SiLU, 3x3 convolution, and the input added.</summary>
internal sealed class ResidualBlock<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly GroupNorm<T> _norm1, _norm2;
    private readonly Conv2d<T> _conv1, _conv2;
    private readonly Conv2d<T>? _skip;
    private readonly Linear<T> _condition;

    public ResidualBlock(int inChannels, int outChannels, int embedding, int groups, WeightInitializer weights)
    {
        _norm1 = Register("norm1", new GroupNorm<T>(groups, inChannels, silu: true));
        _conv1 = Register("conv1", new Conv2d<T>(inChannels, outChannels, 3, weights, padding: 1));
        _condition = Register("condition", new Linear<T>(embedding, outChannels, weights));
        _norm2 = Register("norm2", new GroupNorm<T>(groups, outChannels, silu: true));
        _conv2 = Register("conv2", new Conv2d<T>(outChannels, outChannels, 3, weights, padding: 1));
        if (inChannels != outChannels)
            _skip = Register("skip", new Conv2d<T>(inChannels, outChannels, 1, weights));
    }

    // [N, H, W, Cin] to [N, H, W, Cout]
    public Variable<T> Forward(Tape<T> tape, Variable<T> x, ConditionRows<T> condition)
    {
        int mark = tape.Mark;
        var rows = _condition.Forward(condition.Rows);
        var h = _norm1.Forward(x);
        h = condition.IsShared
            ? _norm2.Forward(_conv1.Forward(h, rows.Reshape(_conv1.Bias!.Shape) + _conv1.Bias))
            : _norm2.Forward(_conv1.Forward(h), new TableRows<T>(rows, condition.Index));
        h = _conv2.Forward(h);
        return tape.KeepOnly(mark, h + (_skip is null ? x : _skip.Forward(x)));
    }
}

/// <summary>GroupNorm, a 1x1 convolution to queries, keys and values, attention, a 1x1 convolution, and the input added.</summary>
internal sealed class AttentionBlock<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly GroupNorm<T> _norm;
    private readonly Conv2d<T> _qkv, _out;
    private readonly int _heads;
    private readonly bool _linear;

    public AttentionBlock(int channels, int heads, bool linear, int groups, WeightInitializer weights)
    {
        (_heads, _linear) = (heads, linear);
        _norm = Register("norm", new GroupNorm<T>(groups, channels));
        _qkv = Register("qkv", new Conv2d<T>(channels, 3 * channels, 1, weights));
        _out = Register("out", new Conv2d<T>(channels, channels, 1, weights));
    }

    // [N, H, W, C] to the same
    public Variable<T> Forward(Tape<T> tape, Variable<T> x)
    {
        int mark = tape.Mark;
        var qkv = _qkv.Forward(_norm.Forward(x));
        return tape.KeepOnly(mark, x + _out.Forward(_linear ? qkv.LinearAttention(_heads) : qkv.SelfAttention(_heads)));
    }
}
