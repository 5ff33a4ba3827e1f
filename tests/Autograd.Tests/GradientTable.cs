using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Autograd.Tests;

/// <summary>The table of gradient checks: every operation of the library, each with shapes made of eight small sizes.</summary>
internal static partial class GradientTable
{
    public static readonly GradientRow[] Rows = [.. ElementTable.Gradients(), .. Elements, .. Layers, .. Layouts, .. Products, .. Reductions];

    private static GradientRow[] Layers =>
    [
        new("Multiply with itself", ["x"], d => Draw.At(v => v[0] * v[0], d.Numbers([d[0], d[1]]))),
        new("BroadcastTo", ["x"], d => Draw.At(v => v[0].BroadcastTo([d[3], d[0], d[1], d[2]]), d.Numbers(d.Choice(4, 3) switch { 0 => [d[0], 1, d[2]], 1 => [d[1], 1], _ => [1, d[1], d[2]] }))),
        new("Reshape", ["x"], d => Draw.At(v => v[0].Reshape([d[1], d[0] * d[2]]), d.Numbers([d[0], d[1], d[2]]))),
        new("Concatenate", ["x", "y", "z"], Concatenate),
        new("Sum", ["x"], d => Draw.At(v => v[0].Sum(), d.Numbers([d[0], d[1]]))),
        new("Mean", ["x"], d => Draw.At(v => v[0].Mean(), d.Numbers([d[0], d[1]]))),
        new("MatMul", ["a", "b"], d => Draw.At(v => v[0].MatMul(v[1]), d.Numbers([d[0], d[1]]), d.Numbers([d[1], d[2]]))),
        new("MatMul, A'·B", ["a", "b"], d => Draw.At(v => v[0].MatMul(v[1], transposeA: true), d.Numbers([d[1], d[0]]), d.Numbers([d[1], d[2]]))),
        new("MatMul, A·B'", ["a", "b"], d => Draw.At(v => v[0].MatMul(v[1], transposeB: true), d.Numbers([d[0], d[1]]), d.Numbers([d[2], d[1]]))),
        new("MatMul, stacked A'·B'", ["a", "b"], d => Draw.At(v => v[0].MatMul(v[1], true, true), d.Numbers([d[3], d[1], d[0]]), d.Numbers([d[3], d[2], d[1]]))),
        new("MatMul with itself", ["a"], d => Draw.At(v => v[0].MatMul(v[0], transposeB: true), d.Numbers([d[0], d[1]]))),
        new("Linear", ["x", "weight", "bias"], d => Draw.At(v => v[0].Linear(v[1], v[2]), d.Numbers([d[0], d[3], d[1]]), d.Numbers([d[1], d[2]]), d.Numbers([d[2]]))),
        new("Linear without bias", ["x", "weight"], d => Draw.At(v => v[0].Linear(v[1]), d.Numbers([d[0], d[1]]), d.Numbers([d[1], d[2]]))),
        new("Conv1d", ["x", "weight", "bias"], Conv1d),
        new("Conv1d without bias", ["x", "weight"], d => Draw.At(v => v[0].Conv1d(v[1]), d.Numbers([d[0], 2, d[1]]), d.Numbers([2, d[1], d[2]]))),
        new("ConvTranspose1d", ["x", "weight", "bias"], ConvTranspose1d),
        new("ConvTranspose1d without bias", ["x", "weight"], d => Draw.At(v => v[0].ConvTranspose1d(v[1]), d.Numbers([d[0], 1, d[1]]), d.Numbers([2, d[1], d[2]]))),
        new("Conv2d", ["x", "weight", "bias"], Conv2d),
        new("Conv2d without bias", ["x", "weight"], d => Draw.At(v => v[0].Conv2d(v[1]), d.Numbers([d[0], 2, 1, d[1]]), d.Numbers([2, 1, d[1], d[2]]))),
        new("ConvTranspose2d", ["x", "weight", "bias"], ConvTranspose2d),
        new("ConvTranspose2d without bias", ["x", "weight"], d => Draw.At(v => v[0].ConvTranspose2d(v[1]), d.Numbers([d[0], 1, 2, d[1]]), d.Numbers([1, 2, d[1], d[2]]))),
        new("GroupNorm", ["x", "gamma", "beta"], d => GroupNorm(d, silu: false)),
        new("GroupNorm + SiLU", ["x", "gamma", "beta"], d => GroupNorm(d, silu: true)),
        new("AddRows + GroupNorm", ["x", "gamma", "beta", "table 1", "table 2"], d => GroupNormOfRows(d, silu: false, tables: 2)),
        new("AddRows + GroupNorm + SiLU", ["x", "gamma", "beta", "table"], d => GroupNormOfRows(d, silu: true, tables: 1)),
        new("AddRows of itself + GroupNorm + SiLU", ["x", "gamma", "beta"], d =>
        {
            int rows = 1 + d[2], groups = d[0], channels = groups * (3 + d[1]);
            int[] indices = d.Indices(rows, rows);
            return Draw.At(
                v => v[0].GroupNorm(groups, v[1], v[2], 1e-5, true, new TableRows<double>(v[0], indices), new TableRows<double>(v[0], indices)),
                d.Numbers([rows, channels], -2, 2), d.Numbers([channels], 0.5, 1.5), d.Numbers([channels]));
        }),
        new("LayerNorm", ["x", "gamma", "beta"], d =>
        {
            // At least four numbers in a row, as for GroupNorm.
            int channels = 3 + d[0];
            return Draw.At(v => v[0].LayerNorm(v[1], v[2]), d.Numbers([d[1], d[2], channels], -2, 2), d.Numbers([channels], 0.5, 1.5), d.Numbers([channels]));
        }),
        new("MaxPool2d", ["x"], d => Pooling(d, (x, kernel, stride, padding) => x.MaxPool2d(kernel, stride, padding))),
        new("AvgPool2d", ["x"], d => Pooling(d, (x, kernel, stride, padding) => x.AvgPool2d(kernel, stride, padding, countPadding: d.Choice(7, 2) == 0))),
        new("Upsample", ["x"], d => Draw.At(v => v[0].Upsample((1 + d.Choice(4, 3), 1 + d.Choice(5, 3))), d.Numbers([d[0], d[1], d[2], d[3]]))),
        new("Softmax", ["x"], d => Draw.At(v => v[0].Softmax(), d.Numbers([d[0], d[1]]))),
        new("LogSoftmax", ["x"], d => Draw.At(v => v[0].LogSoftmax(), d.Numbers([d[0], d[1]]))),
        new("Self-attention", ["qkv"], d => Draw.At(v => v[0].SelfAttention(d.Choice(3, 3) + 1), d.Numbers([1, (2 * d[1]) + d[0], 3 * d[2] * (d.Choice(3, 3) + 1)]))),
        new("Linear attention", ["qkv"], d => Draw.At(v => v[0].LinearAttention(d.Choice(3, 3) + 1), d.Numbers([1, (2 * d[1]) + d[0], 3 * d[2] * (d.Choice(3, 3) + 1)]))),
        new("Gaussian variance loss", ["log variance"], d =>
        {
            var squares = d.Numbers([d[0], d[1]], 0, 2);
            return Draw.At(v => Loss.GaussianVariance(v[0], squares), d.Numbers([d[0], d[1]]));
        }),
        new("Mean squared loss", ["prediction", "target"], d => Draw.At(v => Loss.MeanSquared(v[0], v[1]), d.Numbers([d[0], d[1]]), d.Numbers([d[0], d[1]]))),
        new("Mean absolute loss", ["prediction", "target"], d => Residual(d, Loss.MeanAbsolute)),
        new("Binary cross-entropy", ["logits", "targets"], d => Draw.At(v => Loss.BinaryCrossEntropy(v[0], v[1]), d.Numbers([d[0], d[1]], -4, 4), d.Numbers([d[0], d[1]], 0, 1))),
        new("Gaussian divergence", ["mean", "log variance"], d => Draw.At(v => Loss.GaussianDivergence(v[0], v[1]), d.Numbers([d[0], d[1]]), d.Numbers([d[0], d[1]]))),
        new("Gaussian divergence from a prior", ["mean", "log variance", "prior mean", "prior log variance"], d => Draw.At(
            v => Loss.GaussianDivergence(v[0], v[1], v[2], v[3]), d.Numbers([d[0], d[1]]), d.Numbers([d[0], d[1]]), d.Numbers([d[0], d[1]]), d.Numbers([d[1]]))),
        new("Cosine similarity", ["x", "y"], d => Draw.At(v => Loss.CosineSimilarity(v[0], v[1], ^1), d.OffKinks([d[0], d[1] + 1]), d.OffKinks([d[0], d[1] + 1]))),
        new("Dropout", ["x"], d => Draw.At(v => v[0].Dropout(0.3, new RandomSource(5).For(Purpose.Dropout).At(d[0])), d.Numbers([d[0], d[1], d[2]]))),
        new("Huber loss", ["prediction", "target"], d => Residual(d, (x, y) => Loss.Huber(x, y, 1))),
        new("Smooth L1 loss", ["prediction", "target"], d => Residual(d, (x, y) => Loss.SmoothL1(x, y, 1))),
        new("Cross-entropy", ["logits"], d => { int[] classes = d.Indices(d[0], d[1]); return Draw.At(v => Loss.CrossEntropy(v[0], classes), d.Numbers([d[0], d[1]])); }),
        new("Lookup", ["table"], d => { int[] rows = d.Indices(d[2] + 2, d[0]); return Draw.At(v => v[0].Lookup(rows), d.Numbers([d[0], d[1]])); }),
        new("AddRows", ["x", "table 1", "table 2"], d =>
        {
            int[] first = d.Indices(d[0] + 1, d[3]), second = d.Indices(d[0] + 1, d[1]);
            return Draw.At(
                v => v[0].AddRows(new(v[1], first), new(v[2], second)), d.Numbers([d[0] + 1, d[1], d[2]]), d.Numbers([d[3], d[2]]), d.Numbers([d[1], d[2]]));
        }),
        new("AddRows of itself", ["x"], d => { int[] rows = d.Indices(d[0] + 2, d[0] + 2); return Draw.At(v => v[0].AddRows(new TableRows<double>(v[0], rows)), d.Numbers([d[0] + 2, d[1]])); }),
        new("Add, subtract, reshape of one", ["x"], d => Draw.At(v => (v[0] + v[0]) - (v[0].Reshape([d[1], d[0]]).Reshape([d[0], d[1]]) - (v[0] - v[0].Exp())), d.Numbers([d[0], d[1]]))),
        new("A small network", ["x", "w1", "b1", "w2"], Network),
    ];

    private static CheckPoint Concatenate(Draw d)
    {
        int axis = d.Choice(5, 3);
        Shape whole = [d[0], d[1], d[2]];
        return Draw.At(
            v => Operations.Concatenate<double>([v[0], v[1], v[2]], d.Choice(6, 2) == 0 ? axis : axis - 3),
            d.Numbers(whole), d.Numbers(whole.With(axis, d[3])), d.Numbers(whole.With(axis, d[4])));
    }

    private static CheckPoint Conv1d(Draw d)
    {
        int groups = 1 + d.Choice(0, 2), kernel = 1 + d.Choice(1, 3), stride = 1 + d.Choice(2, 3), padding = d.Choice(3, 3), dilation = 1 + d.Choice(4, 2);
        int length = Math.Max(1, (dilation * (kernel - 1)) + 1 - (2 * padding)) + d[5] - 1;
        int groupIn = d[6], outChannels = groups * d[7];
        return Draw.At(
            v => v[0].Conv1d(v[1], v[2], stride, padding, dilation, groups),
            d.Numbers([2, length, groups * groupIn]), d.Numbers([kernel, groupIn, outChannels]), d.Numbers([outChannels]));
    }

    private static CheckPoint ConvTranspose1d(Draw d)
    {
        int groups = 1 + d.Choice(0, 2), kernel = 1 + d.Choice(1, 3), stride = 1 + d.Choice(2, 3), dilation = 1 + d.Choice(4, 2), length = 1 + d[5];
        int padding = Math.Min(d.Choice(3, 3), (((length - 1) * stride) + (dilation * (kernel - 1))) / 2), outputPadding = Math.Min(d.Choice(5, 2), stride - 1);
        int inChannels = groups * d[6], groupOut = d[7];
        return Draw.At(
            v => v[0].ConvTranspose1d(v[1], v[2], stride, padding, outputPadding, dilation, groups),
            d.Numbers([2, length, inChannels]), d.Numbers([kernel, inChannels, groupOut]), d.Numbers([groups * groupOut]));
    }

    private static CheckPoint Conv2d(Draw d)
    {
        int groups = 1 + d.Choice(0, 2), groupIn = d[6], outChannels = groups * d[7];
        var (kernel, stride, dilation, padding) = Window(d);
        int height = Math.Max(1, (dilation.Height * (kernel.Height - 1)) + 1 - (2 * padding.Height)) + d.Choice(5, 4);
        int width = Math.Max(1, (dilation.Width * (kernel.Width - 1)) + 1 - (2 * padding.Width)) + d.Choice(4, 3);
        return Draw.At(
            v => v[0].Conv2d(v[1], v[2], stride, padding, dilation, groups),
            d.Numbers([2, height, width, groups * groupIn]), d.Numbers([kernel.Height, kernel.Width, groupIn, outChannels]), d.Numbers([outChannels]));
    }

    private static CheckPoint ConvTranspose2d(Draw d)
    {
        int groups = 1 + d.Choice(0, 2), inChannels = groups * d[6], groupOut = d[7], height = 1 + d.Choice(5, 3), width = 1 + d.Choice(4, 3);
        var (kernel, stride, dilation, padding) = Window(d);
        Size2d outputPadding = (Math.Min(d.Choice(5, 2), stride.Height - 1), Math.Min(d.Choice(6, 2), stride.Width - 1));
        return Draw.At(
            v => v[0].ConvTranspose2d(v[1], v[2], stride, padding, outputPadding, dilation, groups),
            d.Numbers([2, height, width, inChannels]), d.Numbers([kernel.Height, kernel.Width, inChannels, groupOut]), d.Numbers([groups * groupOut]));
    }

    // At most half a kernel of padding: else the input may be wholly in what is skipped, and rounding all that is left of its gradient.
    private static (Size2d Kernel, Size2d Stride, Size2d Dilation, Size2d Padding) Window(Draw d)
    {
        Size2d kernel = (1 + d.Choice(1, 3), 1 + d.Choice(2, 3)), stride = (1 + d.Choice(2, 2), 1 + d.Choice(1, 3)), dilation = (1 + d.Choice(4, 2), 1 + d.Choice(3, 2));
        return (kernel, stride, dilation, (Math.Min(d.Choice(3, 3), dilation.Height * (kernel.Height - 1) / 2), Math.Min(d.Choice(4, 2), dilation.Width * (kernel.Width - 1) / 2)));
    }

    // Windows that leave gaps leave inputs without a gradient, whose relative error is none: strides are at most the kernel.
    private static CheckPoint Pooling(Draw d, Func<Variable<double>, Size2d, Size2d, Size2d, Variable<double>> pool)
    {
        Size2d kernel = (1 + d.Choice(1, 3), 1 + d.Choice(2, 3)), padding = (Math.Min(d.Choice(3, 2), kernel.Height / 2), Math.Min(d.Choice(4, 2), kernel.Width / 2));
        Size2d stride = (Math.Min(1 + d.Choice(5, 3), kernel.Height), Math.Min(1 + d.Choice(6, 3), kernel.Width));
        return Draw.At(v => pool(v[0], kernel, stride, padding), d.Numbers([2, kernel.Height + d.Choice(7, 3), kernel.Width + d.Choice(0, 3), d[5]]));
    }

    // At least four numbers in a group: two that lie close together would bend too much for a finite difference.
    private static CheckPoint GroupNorm(Draw d, bool silu)
    {
        int groups = d[0], channels = groups * (1 + d[1]);
        return Draw.At(
            v => v[0].GroupNorm(groups, v[1], v[2], 1e-5, silu),
            d.Numbers([d[2], 1 + d[3], channels], -2, 2), d.Numbers([channels], 0.5, 1.5), d.Numbers([channels]));
    }

    // One position and several: the gradient of the rows goes different ways.
    private static CheckPoint GroupNormOfRows(Draw d, bool silu, int tables)
    {
        int groups = d[0], channels = groups * (3 + d[1]), samples = d[2];
        int[] first = d.Indices(samples, d[4]), second = d.Indices(samples, samples);
        Tensor<double>[] inputs = [d.Numbers([samples, d[3], channels], -2, 2), d.Numbers([channels], 0.5, 1.5), d.Numbers([channels]), d.Numbers([d[4], channels]), d.Numbers([samples, channels])];
        return Draw.At(
            v => tables == 1 ? v[0].GroupNorm(groups, v[1], v[2], 1e-5, silu, new TableRows<double>(v[3], first)) : v[0].GroupNorm(groups, v[1], v[2], 1e-5, silu, new(v[3], first), new(v[4], second)),
            inputs[..(3 + tables)]);
    }

    private static CheckPoint Residual(Draw d, Func<Variable<double>, Variable<double>, Variable<double>> loss)
    {
        var prediction = d.Numbers([d[0], d[1]]);
        return Draw.At(v => loss(v[0], v[1]), prediction, Draw.Minus(prediction, d.OffKinks(prediction.Shape)));
    }

    private static CheckPoint Network(Draw d) => Draw.At(
        v =>
        {
            var hidden = v[0].Linear(v[1], v[2]).Silu();
            return (hidden + hidden.MatMul(v[3]).Tanh()).Softmax();
        },
        d.Numbers([d[0], d[1]]), d.Numbers([d[1], d[2]]), d.Numbers([d[2]]), d.Numbers([d[2], d[2]]));
}
