using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Networks;

/// <summary>
/// A UNet (arXiv:1505.04597, with the blocks of arXiv:2006.11239) of images or sequences: levels down, a middle, levels up, and at each
/// level a skip from down to up. Its kinds are <see cref="UNet{T}"/>, <see cref="UNet1d{T}"/> and <see cref="MnistUNet{T}"/>.
/// </summary>
/// <remarks>
/// A class or a vector is added to the step's features, which reach every block. An image is laid beside the data as more channels, with
/// one that is 1 where there is an image: a dropped image is zeros there and in that channel, else it could not be told from a grey one.
/// The first convolution learns what to make of it, so a learned constant instead of 1 would add nothing.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public abstract class UNetBase<T> : DenoisingNetwork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly UNetSizes _sizes;
    private readonly int[][] _extents;
    private readonly StepEmbedding<T> _step;
    private readonly ClassEmbedding<T>? _label;
    private readonly VectorEmbedding<T>? _vector;
    private readonly ConvolutionLayer<T> _first, _last;
    private readonly Stage[] _downs, _ups;
    private readonly ConvolutionLayer<T>[] _downsample, _upsample;
    private readonly Stage _middle;
    private readonly GroupNorm<T> _norm;

    private protected UNetBase(UNetSizes sizes, int[] extents, RandomSource random)
    {
        var levels = sizes.Levels;
        int count = levels.Count, dimensions = extents.Length, e = sizes.Embedding;
        _sizes = sizes;
        _extents = new int[count][];
        for (int i = 0; i < count; i++)
            _extents[i] = i == 0 ? extents : Array.ConvertAll(_extents[i - 1], n => (n / 2) + (n % 2));
        sizes.Check(_extents);
        (_downs, _ups) = (new Stage[count], new Stage[count]);
        (_downsample, _upsample) = (new ConvolutionLayer<T>[count - 1], new ConvolutionLayer<T>[count - 1]);

        // The order in which weights draw their first values: what is new comes where it disturbs no other.
        var weights = new WeightInitializer(random);
        _step = Register("step", new StepEmbedding<T>(e, sizes.Timesteps, weights));
        if (sizes.Classes > 0)
            _label = Register("label", new ClassEmbedding<T>(sizes.Classes, e, weights));
        if (sizes.ConditionFeatures > 0)
            _vector = Register("vector", new VectorEmbedding<T>(sizes.ConditionFeatures, e, weights));
        int shown = sizes.Channels + (sizes.ConditionChannels > 0 ? sizes.ConditionChannels + 1 : 0);
        _first = Register("first", Convolutions.Same<T>(dimensions, shown, levels[0].Width, 3, weights));
        for (int i = 0; i < count; i++)
        {
            _downs[i] = MakeStage($"down{i}", levels[Math.Max(0, i - 1)].Width, levels[i]);
            if (i < count - 1)
                _downsample[i] = Register($"down{i}_conv", Convolutions.Down<T>(dimensions, levels[i].Width, weights));
        }

        var deepest = levels[^1];
        _middle = new([(Block("middle_block1", deepest.Width, deepest.Width), Attention("middle_attention", deepest, sizes.Middle)), (Block("middle_block2", deepest.Width, deepest.Width), null)]);
        for (int i = count - 1; i >= 0; i--)
        {
            _ups[i] = MakeStage($"up{i}", 2 * levels[i].Width, levels[i]);
            if (i > 0)
                _upsample[i - 1] = Register($"up{i}_conv", Convolutions.Up<T>(_extents[i - 1], levels[i].Width, levels[i - 1].Width, weights));
        }

        _norm = Register("norm", new GroupNorm<T>(sizes.Groups, levels[0].Width, silu: true));
        _last = Register("last", Convolutions.Same<T>(dimensions, levels[0].Width, sizes.Channels, 3, weights));

        ResidualBlock<T> Block(string name, int inChannels, int outChannels) =>
            Register(name, new ResidualBlock<T>(inChannels, outChannels, e, weights, sizes.Groups, dimensions));

        AttentionBlock<T>? Attention(string name, UNetLevel level, AttentionKind kind) => kind == AttentionKind.None ? null
            : Register(name, new AttentionBlock<T>(level.Width, level.Heads, weights, kind, sizes.Groups, dimensions));

        // down0_block, down0_attention, down0_block2, down0_attention2, ...
        Stage MakeStage(string name, int inChannels, UNetLevel level)
        {
            var parts = new (ResidualBlock<T>, AttentionBlock<T>?)[level.Blocks];
            for (int j = 0; j < parts.Length; j++)
            {
                string number = j == 0 ? "" : $"{j + 1}";
                parts[j] = (Block($"{name}_block{number}", j == 0 ? inChannels : level.Width, level.Width), Attention($"{name}_attention{number}", level, level.Attention));
            }

            return new(parts);
        }
    }

    /// <inheritdoc/>
    public override int Classes => _sizes.Classes;

    /// <inheritdoc/>
    public override int? Timesteps => _sizes.Timesteps;

    /// <inheritdoc/>
    public override Shape? SampleShape => new Shape([.. _extents[0], _sizes.Channels]);

    /// <summary>As many samples as have the activations of 64 digits at their largest level, [28, 28, 32].</summary>
    protected override int InferenceBatch
    {
        get
        {
            long largest = _extents.Zip(_sizes.Levels).Max(level => level.First.Aggregate((long)level.Second.Width, (size, extent) => size * extent));
            return (int)Math.Clamp(64L * 28 * 28 * 32 / largest, 1, 1024);
        }
    }

    /// <inheritdoc/>
    public override Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition)
    {
        int n = xt.Rank == 0 ? 0 : xt.Shape[0];
        if (xt.Shape != Whole(n, _sizes.Channels))
            throw new ArgumentException($"The network takes {Described(_sizes.Channels)}, not {xt.Shape}.", nameof(xt));
        ConditionRows.Check(condition, takesLabels: _label is not null, takesValues: _vector is not null || _sizes.ConditionChannels > 0);
        condition.Check(n);
        var rows = Embed(tape, t, condition, n);

        var h = _first.Forward(Input(tape, xt, condition));
        var skips = new Variable<T>[_downs.Length];
        for (int i = 0; i < skips.Length; i++)
        {
            skips[i] = h = _downs[i].Forward(tape, h, rows);
            if (i < skips.Length - 1)
                h = _downsample[i].Forward(h);
        }

        h = _middle.Forward(tape, h, rows);
        for (int i = skips.Length - 1; i >= 0; i--)
        {
            int mark = tape.Mark;
            h = _ups[i].Forward(tape, Operations.Concatenate([h, skips[i]]), rows);
            if (i > 0)
                h = _upsample[i - 1].Forward(h);
            h = tape.KeepOnly(mark, h);
        }

        return _last.Forward(_norm.Forward(h));
    }

    private TableRows<T> Embed(Tape<T> tape, ReadOnlySpan<double> t, Condition<T> condition, int n)
    {
        var step = _step.Forward(tape, t, n);
        return (_label, _vector) switch
        {
            (null, null) => ConditionRows.Combine(tape, step),
            (not null, null) => ConditionRows.Combine(tape, step, _label.Forward(tape, condition, n)),
            (null, not null) => ConditionRows.Combine(tape, step, _vector.Forward(tape, condition, n)),
            _ => ConditionRows.Combine(tape, step, _label.Forward(tape, condition, n), _vector.Forward(tape, condition, n)),
        };
    }

    // The data, and beside them the image and where there is one.
    private Variable<T> Input(Tape<T> tape, Tensor<T> xt, Condition<T> condition)
    {
        int n = xt.Shape[0], channels = _sizes.ConditionChannels;
        if (channels == 0)
            return tape.Variable(xt);
        Tensor<T> shown = tape.Rent(Whole(n, channels)), marks = tape.Rent([n]);
        shown.Span.Clear();
        for (int i = 0; i < n; i++)
            marks.Span[i] = condition.HasValues(i) ? T.One : T.Zero;
        if (condition.Values is { } values)
        {
            if (values.Shape != Whole(values.Shape[0], channels))
                throw new ArgumentException($"The network takes {Described(channels)} as a condition, not {values.Shape}.", nameof(condition));
            for (int i = 0; i < n; i++)
            {
                if (condition.HasValues(i))
                    shown.Rows(i, i + 1).CopyFrom(values.Shape[0] == 1 ? values : values.Rows(i, i + 1));
            }
        }

        var everywhere = tape.Variable(marks).Reshape(new Shape([n, .. _extents[0].Select(_ => 1), 1])).BroadcastTo(Whole(n, 1));
        return Operations.Concatenate([tape.Variable(xt), tape.Variable(shown), everywhere]);
    }

    private Shape Whole(int samples, int channels) => new([samples, .. _extents[0], channels]);

    private string Described(int channels) => $"{(_extents[0].Length == 1 ? "sequences" : "images")} [N, {string.Join(", ", _extents[0])}, {channels}]";

    /// <summary>Blocks one after the other, each with its attention.</summary>
    private sealed class Stage((ResidualBlock<T> Block, AttentionBlock<T>? Attention)[] parts)
    {
        public Variable<T> Forward(Tape<T> tape, Variable<T> h, TableRows<T> rows)
        {
            int mark = tape.Mark;
            foreach (var (block, attention) in parts)
            {
                h = block.Forward(tape, h, rows);
                h = tape.KeepOnly(mark, attention is null ? h : attention.Forward(tape, h));
            }

            return h;
        }
    }
}
