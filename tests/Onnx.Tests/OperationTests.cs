using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Onnx;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Onnx.Tests;

/// <summary>Every operation that has a mapping, one by one, in its forms: ONNX Runtime computes the same.</summary>
public sealed class OperationTests
{
    private static readonly int[] Batches = [1, 2, 7];

    /// <summary>Functions of data of a shape for each sample, of which there are two.</summary>
    private static readonly (string Name, int[] Sample, Func<Variable<float>, Variable<float>, Variable<float>> Of)[] Rows =
    [
        ("silu", [3], (x, y) => x.Silu()),
        ("relu", [3], (x, y) => x.Relu()),
        ("gelu", [3], (x, y) => x.Gelu()),
        ("sigmoid", [3], (x, y) => x.Sigmoid()),
        ("tanh", [3], (x, y) => x.Tanh()),
        ("exp, log, sqrt", [3], (x, y) => x.Exp().Log().Abs().Sqrt()),
        ("powers", [3], (x, y) => x.Square().Pow(1.5f) + (x.Square() + 1f).Reciprocal()),
        ("power of two", [3], (x, y) => (x.Abs() + 0.1f).Pow(y)),
        ("sin, cos", [3], (x, y) => x.Sin() * y.Cos()),
        ("clamp", [3], (x, y) => x.Clamp(-0.5f, 0.7f)),
        ("log sigmoid, softplus", [3], (x, y) => x.LogSigmoid() + y.Softplus()),
        ("leaky relu, elu", [3], (x, y) => x.LeakyRelu(0.2f) + y.Elu(0.7f)),
        ("four kinds of arithmetic", [3], (x, y) => ((x + y) * x) - (x / (y.Square() + 1f))),
        ("broadcast", [3, 4], (x, y) => x + y.Mean(1, keepDimensions: true) + y.Slice(1, 0, 1)),
        ("maximum, minimum", [3], (x, y) => x.Maximum(y) - x.Minimum(y)),
        ("swish", [2, 3], (x, y) => x.Swish(y)),
        ("masks", [3], (x, y) => (x > y) + (x >= 0.1f) + x.EqualTo(x) + (x < y)),
        ("where", [3], (x, y) => Operations.Where(x > 0f, x, y)),
        ("permute", [2, 3, 4], (x, y) => x.Permute(0, 3, 1, 2)),
        ("batch not first", [2, 3], (x, y) => x.Permute(1, 0, 2).Tanh().Permute(1, 0, 2)),
        ("slices", [5, 6], (x, y) => x.Slice(1, 1, 4).Slice(2, 0, 6, step: 2)),
        ("index", [5, 6], (x, y) => x[.., 2, 1..4]),
        ("flip", [5, 6], (x, y) => x.Flip(1, 2)),
        ("broadcast to", [1, 3], (x, y) => x.BroadcastTo([x.Shape[0], 4, 3])),
        ("repeat", [2, 3], (x, y) => x.Repeat(1, 2, 3)),
        ("stack, chunk", [4], (x, y) => Operations.Stack<float>([x.Chunk(2, 1)[1], y.Chunk(2, 1)[0]], 1)),
        ("pad", [4], (x, y) => x.Pad(1, 2, 1, Padding.Constant, 0.5f) + x.Pad(1, 2, 1, Padding.Reflect)),
        ("concatenate", [2, 3], (x, y) => Operations.Concatenate([x, y, x], 1)),
        ("concatenate of channels first", [4, 2], (x, y) => Operations.Concatenate([Conv(x, 2), y]) + Operations.Concatenate([Conv(x, 2), Conv(y, 2)])),
        ("concatenate of positions", [4, 2], (x, y) => Operations.Concatenate([Conv(x, 2), y], 1)),
        ("index select", [4, 3], (x, y) => x.IndexSelect(1, 2, 0, 2)),
        ("sums", [3, 4], (x, y) => x.Sum(Axes.Create(1, 2)) + y.Sum(1).Sum(1)),
        ("extremes", [3, 4], (x, y) => x.Max(1) - x.Min(1) + x.LogSumExp(1)),
        ("variance, norm", [5], (x, y) => x.Var(1, keepDimensions: true) + y.Norm(1, keepDimensions: true)),
        ("softmax", [4, 3], (x, y) => x.Softmax() + y.LogSoftmax() + x.Softmax(1)),
        ("cumulative sum", [4, 3], (x, y) => x.CumSum(1)),
        ("products", [3, 3], (x, y) => x.MatMul(y) + x.MatMul(y, transposeA: true) + x.MatMul(y, transposeB: true)),
        ("product with a constant", [3, 4], (x, y) => x.MatMul(Weight(4, 2))),
        ("einsum", [3, 4], (x, y) => Operations.Einsum("nij,nkj->nik", x, y)),
        ("attention of three", [5, 4], (x, y) => x.ScaledDotProductAttention(y, y)),
        ("linear", [4], (x, y) => x.Linear(Weight(4, 2), Weight(2)) + y.Linear(Weight(4, 2))),
        ("linear of sequences", [5, 4], (x, y) => x.Linear(Weight(4, 2), Weight(2)) + y.Linear(Weight(4, 2))),
        ("conv 1d", [9, 4], (x, y) => x.Conv1d(Weight(3, 2, 6), Weight(6), stride: 2, padding: 1, dilation: 2, groups: 2).Silu()),
        ("conv 2d", [9, 8, 4], (x, y) => x.Conv2d(Weight(3, 2, 2, 6), Weight(6), stride: (2, 1), padding: (1, 2), dilation: (2, 1), groups: 2)),
        ("conv transpose 1d", [5, 4], (x, y) => x.ConvTranspose1d(Weight(3, 4, 3), Weight(6), stride: 2, padding: 1, outputPadding: 1, groups: 2)),
        ("conv transpose 2d", [5, 4, 4], (x, y) => x.ConvTranspose2d(Weight(3, 2, 4, 3), Weight(6), stride: (2, 1), padding: (1, 0), outputPadding: (1, 0), groups: 2)),
        ("a weight that is computed", [5, 4], (x, y) => x.Conv1d(Weight(3, 4, 2).Tanh(), padding: 1)),
        ("group norm", [3, 2, 8], (x, y) => x.GroupNorm(4, Weight(8), Weight(8), 1e-3) + Conv(x.Reshape([-1, 6, 8]), 8).GroupNorm(2, Weight(8), Weight(8), silu: true).Reshape(x.Shape)),
        ("group norm of points", [8], (x, y) => x.GroupNorm(2, Weight(8), Weight(8))),
        ("layer norm", [3, 5], (x, y) => x.LayerNorm(Weight(5), Weight(5), 1e-3)),
        ("pools", [6, 8, 3], (x, y) => x.MaxPool2d(2) + x.AvgPool2d(2, padding: 0) + y.MaxPool2d((3, 2), (2, 2), (1, 0))),
        ("average pools of padding", [6, 6, 3], (x, y) => x.AvgPool2d(3, 2, 1) + y.AvgPool2d(3, 2, 1, countPadding: false)),
        ("up-sampling", [3, 4, 2], (x, y) => x.Upsample((2, 3))),
        ("attention", [3, 2, 24], (x, y) => x.SelfAttention(2)),
        ("linear attention", [6, 24], (x, y) => x.LinearAttention(4)),
        ("rows of what was computed", [4], (x, y) => x.AddRows(new TableRows<float>(y.Tanh(), [.. Enumerable.Range(0, x.Shape[0])]))),
        ("one row for all", [3, 4], (x, y) => x.AddRows(new TableRows<float>(Weight(1, 4), new int[x.Shape[0]]), new TableRows<float>(Weight(5, 4), [.. Enumerable.Repeat(3, x.Shape[0])]))),
        ("a lookup of fixed rows", [4], (x, y) => x + Weight(5, 4).Lookup([1, 3]).Sum(0)),
        ("constants for each sample", [2, 3], (x, y) => x + Tensor<float>.Full([x.Shape[0], 2, 3], 0.25f)),
        ("batch norm", [5, 3], (x, y) => Normalised(x)),
        ("a root", [4], (x, y) => (x * Weight(4)).Std(1)),
    ];

    private static IEnumerable<TestCaseData> Cases => Rows.Select((row, i) => new TestCaseData(i).SetArgDisplayNames(row.Name));

    [TestCaseSource(nameof(Cases))]
    public void An_operation_gives_the_same(int row)
    {
        var (_, sample, of) = Rows[row];
        using var runtime = new Runtime(Export(row));
        foreach (int batch in Batches)
        {
            Tensor<float> x = Drawn.Normal([batch, .. sample], 1), y = Drawn.Normal([batch, .. sample], 2);
            using var tape = Tape<float>.StartInference();
            var ours = of(tape.Variable(x), tape.Variable(y)).Value;
            Assert.That(Runtime.Difference(ours.Span, runtime.Run(("x", x), ("y", y))[0]), Is.LessThan(2e-5), $"batch {batch}");
        }
    }

    // What has a mapping has a row; those of users are theirs.
    [Test]
    public void Every_mapping_is_in_a_row()
    {
        HashSet<string> seen = [];
        foreach (var (_, sample, of) in Rows)
        {
            using var tape = Tape<float>.StartTrace();
            _ = of(tape.Variable(Drawn.Normal([2, .. sample])), tape.Variable(Drawn.Normal([2, .. sample], 1)));
            seen.UnionWith(tape.Operations.Select(operation => operation.Describe().Kind));
        }

        Assert.That(OnnxMappings.Kinds.Except(seen).Where(kind => kind != "WholePower"), Is.Empty);
    }

    private static OnnxFile Export(int row)
    {
        var shape = new Shape(Rows[row].Sample);
        return OnnxExport.Of(new Nothing(), [new OnnxData("x", shape), new OnnxData("y", shape)], (tape, probe) =>
            [("z", Rows[row].Of(tape.Variable(probe.Data("x")), tape.Variable(probe.Data("y"))))]);
    }

    private static Variable<float> Weight(params int[] extents) => Drawn.Normal(new Shape(extents), 7);

    private static Variable<float> Conv(Variable<float> x, int channels) => x.Conv1d(Weight(3, x.Shape[^1], channels), padding: 1);

    private static Variable<float> Normalised(Variable<float> x)
    {
        var layer = Drawn.Moved(new BatchNorm1d<float>(3));
        layer.RunningMean.CopyFrom(Drawn.Normal([3], 8));
        return layer.Forward(x);
    }

    private sealed class Nothing : Module<float>
    {
        public Nothing() => Train(false);
    }
}
