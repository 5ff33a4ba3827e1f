using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Outside.Tests;

/// <summary>A network for colour images [N, 16, 16, 3] of three classes, put together from the library's blocks.</summary>
internal sealed class OwnImages : DenoisingNetwork<float>
{
    private readonly StepEmbedding<float> _step;
    private readonly ClassEmbedding<float> _label;
    private readonly Conv2d<float> _down, _last;
    private readonly ResidualBlock<float> _block1, _block2;
    private readonly AttentionBlock<float> _attention;
    private readonly ConvTranspose2d<float> _up;

    public OwnImages()
    {
        var weights = new WeightInitializer(new RandomSource(4));
        _step = Register("step", new StepEmbedding<float>(32, 100, weights));
        _label = Register("label", new ClassEmbedding<float>(3, 32, weights));
        _down = Register("down", new Conv2d<float>(3, 24, 4, weights, stride: 2, padding: 1));
        _block1 = Register("block1", new ResidualBlock<float>(24, 24, 32, weights));
        _attention = Register("attention", new AttentionBlock<float>(24, 2, weights));
        _block2 = Register("block2", new ResidualBlock<float>(48, 24, 32, weights));
        _up = Register("up", new ConvTranspose2d<float>(24, 16, 4, weights, stride: 2, padding: 1));
        _last = Register("last", new Conv2d<float>(19, 3, 3, weights, padding: 1));
    }

    public override int Classes => 3;

    public override string Architecture => "outside-images";

    public override string ConfigurationJson => "{}";

    public override Variable<float> Forward(Tape<float> tape, Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition)
    {
        int n = xt.Shape[0];
        var rows = ConditionRows.Combine(tape, _step.Forward(tape, t, n), _label.Forward(tape, condition, n));
        var x = tape.Variable(xt);
        var h = _down.Forward(x);
        h = _block2.Forward(tape, Operations.Concatenate([h, _attention.Forward(tape, _block1.Forward(tape, h, rows))]), rows);
        return _last.Forward(Operations.Concatenate([x, _up.Forward(h).Silu()]));
    }
}

/// <summary>Data of the tests: a red ring, a green square or a blue cross on black, somewhere about the middle.</summary>
internal static class ColourShapes
{
    // Of a pixel y below and x right of the middle.
    private static readonly Func<int, int, bool>[] Inside =
    [
        (y, x) => (y * y) + (x * x) is >= 14 and <= 30,
        (y, x) => Math.Max(Math.Abs(y), Math.Abs(x)) <= 3,
        (y, x) => Math.Min(Math.Abs(y), Math.Abs(x)) == 0 && Math.Max(Math.Abs(y), Math.Abs(x)) <= 5,
    ];

    /// <summary>Images [N, 16, 16, 3] in [-1, 1], and the class of each.</summary>
    public static (Tensor<float> Images, int[] Labels) Draw(int count, int step)
    {
        var images = Tensor<float>.Full([count, 16, 16, 3], -1);
        float[] places = new float[2 * count];
        new RandomSource(18).For(Purpose.Data).At(step).Uniform<float>(places);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 3)];
        for (int i = 0; i < images.Length / 3; i++)
        {
            int n = i / 256, y = i / 16 % 16, x = i % 16;
            if (Inside[labels[n]](y - 6 - (int)(4 * places[2 * n]), x - 6 - (int)(4 * places[(2 * n) + 1])))
                images[n, y, x, labels[n]] = 1;
        }

        return (images, labels);
    }
}
