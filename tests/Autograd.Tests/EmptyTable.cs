using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Autograd.Tests;

/// <summary>The table of empty tensors: every operation of the library over no samples and over no positions.</summary>
internal static class EmptyTable
{
    public static IEnumerable<EmptyRow<T>> Rows<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        static EmptyRow<T> Row(string name, Shape[] inputs, Func<Variable<T>[], Variable<T>> call, Shape result, double value = double.NaN, double gradient = 0) =>
            new(name, inputs, call, result, value, gradient);
        int[] none = [], one = [0];
        T two = T.CreateChecked(2);
        return
        [
            Row("Add", [[0, 3], [0, 3]], v => v[0] + v[1], [0, 3]),
            Row("Add, broadcast", [[0, 3], [3]], v => v[0] + v[1], [0, 3]),
            Row("Add a number's worth", [[2, 0], []], v => v[0] + v[1], [2, 0]),
            Row("Subtract, broadcast", [[3], [0, 3]], v => v[0] - v[1], [0, 3]),
            Row("Multiply, broadcast", [[0, 3], [1, 3]], v => v[0] * v[1], [0, 3]),
            Row("Divide, broadcast", [[2, 0, 3], [3]], v => v[0] / v[1], [2, 0, 3]),
            Row("Scale", [[0, 3]], v => two * v[0], [0, 3]),
            Row("BroadcastTo", [[1, 3]], v => v[0].BroadcastTo([0, 3]), [0, 3]),
            Row("BroadcastTo, empty", [[0, 1]], v => v[0].BroadcastTo([4, 0, 5]), [4, 0, 5]),
            Row("Reshape", [[0, 6]], v => v[0].Reshape([2, 0, 3]), [2, 0, 3]),
            Row("Permute", [[2, 0, 3]], v => v[0].Permute(2, 0, 1), [3, 2, 0]),
            Row("Transpose", [[0, 3]], v => v[0].Transpose(0, 1), [3, 0]),
            Row("Slice of nothing", [[2, 3]], v => v[0].Slice(1, 2, 2), [2, 0]),
            Row("Index", [[2, 0, 3]], v => v[0][0, .., 1..], [0, 2]),
            Row("Flip", [[2, 0]], v => v[0].Flip(0, 1), [2, 0]),
            Row("Stack", [[0, 3], [0, 3]], v => Operations.Stack<T>([v[0], v[1]], 1), [0, 2, 3]),
            Row("Split", [[0, 3]], v => v[0].Split(2, 0)[0], [0, 3]),
            Row("Repeat", [[0, 3]], v => v[0].Repeat(2, 2), [0, 6]),
            Row("Repeat no times", [[2, 3]], v => v[0].Repeat(2, 0), [4, 0]),
            Row("Pad", [[2, 0]], v => v[0].Pad(1, value: T.One), [2, 2], value: 1),
            Row("Concatenate", [[0, 3], [0, 2]], v => Operations.Concatenate<T>([v[0], v[1]]), [0, 5]),
            Row("Concatenate with nothing", [[2, 3], [2, 0]], v => Operations.Concatenate<T>([v[1], v[0]]), [2, 3], value: 1, gradient: 1),
            Row("Sum", [[0, 3]], v => v[0].Sum(), [], value: 0),
            Row("Sum over nothing", [[0, 3]], v => v[0].Sum(0), [1, 3], value: 0),
            Row("Sum over a dimension", [[0, 3]], v => v[0].Sum(1), [0, 1]),
            Row("Mean", [[0, 3]], v => v[0].Mean(), []),
            Row("Mean over a dimension", [[0, 3]], v => v[0].Mean(1), [0, 1]),
            Row("MatMul of no rows", [[0, 4], [4, 5]], v => v[0].MatMul(v[1]), [0, 5]),
            Row("MatMul of no columns", [[3, 4], [4, 0]], v => v[0].MatMul(v[1]), [3, 0]),
            Row("MatMul of nothing", [[3, 0], [0, 5]], v => v[0].MatMul(v[1]), [3, 5], value: 0),
            Row("MatMul of no stack", [[0, 3, 4], [0, 5, 4]], v => v[0].MatMul(v[1], transposeB: true), [0, 3, 5]),
            Row("Linear", [[0, 4], [4, 5], [5]], v => v[0].Linear(v[1], v[2]), [0, 5]),
            Row("Linear, no positions", [[2, 0, 4], [4, 5], [5]], v => v[0].Linear(v[1], v[2]), [2, 0, 5]),
            Row("Linear, no channels", [[2, 3, 0], [0, 5]], v => v[0].Linear(v[1]), [2, 3, 5], value: 0),
            Row("Conv1d", [[0, 5, 2], [3, 2, 4], [4]], v => v[0].Conv1d(v[1], v[2], padding: 1), [0, 5, 4]),
            Row("Conv1d, no positions", [[2, 0, 2], [3, 2, 4], [4]], v => v[0].Conv1d(v[1], v[2], padding: 1), [2, 0, 4]),
            Row("Conv1d, no positions, stride", [[2, 0, 2], [4, 2, 4]], v => v[0].Conv1d(v[1], stride: 2, padding: 1), [2, 0, 4]),
            Row("Conv1d of padding alone", [[2, 0, 2], [3, 2, 4]], v => v[0].Conv1d(v[1], padding: 2), [2, 2, 4], value: 0),
            Row("Conv1d of padding alone, many channels", [[2, 0, 16], [3, 16, 16]], v => v[0].Conv1d(v[1], padding: 2), [2, 2, 16], value: 0),
            Row("ConvTranspose1d", [[0, 5, 2], [4, 2, 3], [3]], v => v[0].ConvTranspose1d(v[1], v[2], stride: 2, padding: 1), [0, 10, 3]),
            Row("ConvTranspose1d, no positions", [[2, 0, 2], [4, 2, 3], [3]], v => v[0].ConvTranspose1d(v[1], v[2], stride: 2, padding: 1), [2, 0, 3]),
            Row("ConvTranspose1d of nothing but its end", [[2, 0, 16], [3, 16, 16]], v => v[0].ConvTranspose1d(v[1]), [2, 2, 16], value: 0),
            Row("Conv2d", [[0, 5, 4, 2], [3, 3, 2, 4], [4]], v => v[0].Conv2d(v[1], v[2], padding: 1), [0, 5, 4, 4]),
            Row("Conv2d, no rows", [[2, 0, 4, 2], [3, 3, 2, 4], [4]], v => v[0].Conv2d(v[1], v[2], padding: 1), [2, 0, 4, 4]),
            Row("Conv2d, no columns", [[2, 4, 0, 2], [1, 1, 2, 4], [4]], v => v[0].Conv2d(v[1], v[2]), [2, 4, 0, 4]),
            Row("ConvTranspose2d", [[0, 5, 4, 2], [2, 2, 2, 3], [3]], v => v[0].ConvTranspose2d(v[1], v[2], stride: 2), [0, 10, 8, 3]),
            Row("ConvTranspose2d, no rows", [[2, 0, 4, 2], [2, 2, 2, 3], [3]], v => v[0].ConvTranspose2d(v[1], v[2], stride: 2), [2, 0, 8, 3]),
            Row("GroupNorm", [[0, 5, 4], [4], [4]], v => v[0].GroupNorm(2, v[1], v[2]), [0, 5, 4]),
            Row("GroupNorm, no positions", [[1, 0, 4], [4], [4]], v => v[0].GroupNorm(2, v[1], v[2]), [1, 0, 4]),
            Row("GroupNorm + SiLU, no positions", [[3, 2, 0, 4], [4], [4]], v => v[0].GroupNorm(4, v[1], v[2], silu: true), [3, 2, 0, 4]),
            Row("AddRows + GroupNorm", [[0, 5, 4], [4], [4], [3, 4]], v => v[0].GroupNorm(2, v[1], v[2], rows: new TableRows<T>(v[3], none)), [0, 5, 4]),
            Row("AddRows + GroupNorm, no positions", [[1, 0, 4], [4], [4], [3, 4]], v => v[0].GroupNorm(2, v[1], v[2], rows: new TableRows<T>(v[3], one)), [1, 0, 4]),
            Row("LayerNorm", [[0, 4], [4], [4]], v => v[0].LayerNorm(v[1], v[2]), [0, 4]),
            Row("LayerNorm, no positions", [[2, 0, 4], [4], [4]], v => v[0].LayerNorm(v[1], v[2]), [2, 0, 4]),
            Row("MaxPool2d", [[0, 4, 4, 3]], v => v[0].MaxPool2d(2), [0, 2, 2, 3]),
            Row("MaxPool2d, no rows", [[2, 0, 4, 3]], v => v[0].MaxPool2d(2), [2, 0, 2, 3]),
            Row("AvgPool2d", [[0, 4, 4, 3]], v => v[0].AvgPool2d(2), [0, 2, 2, 3]),
            Row("AvgPool2d, no columns", [[2, 4, 0, 3]], v => v[0].AvgPool2d(2), [2, 2, 0, 3]),
            Row("Upsample", [[0, 4, 4, 3]], v => v[0].Upsample(2), [0, 8, 8, 3]),
            Row("Upsample, no rows", [[2, 0, 4, 3]], v => v[0].Upsample(2), [2, 0, 8, 3]),
            Row("Softmax", [[0, 3]], v => v[0].Softmax(), [0, 3]),
            Row("Softmax, no columns", [[2, 0]], v => v[0].Softmax(), [2, 0]),
            Row("LogSoftmax", [[2, 0, 3]], v => v[0].LogSoftmax(), [2, 0, 3]),
            Row("Self-attention", [[0, 5, 12]], v => v[0].SelfAttention(2), [0, 5, 4]),
            Row("Self-attention, no positions", [[2, 0, 12]], v => v[0].SelfAttention(2), [2, 0, 4]),
            Row("Linear attention", [[0, 5, 12]], v => v[0].LinearAttention(2), [0, 5, 4]),
            Row("Linear attention, no positions", [[2, 3, 0, 12]], v => v[0].LinearAttention(2), [2, 3, 0, 4]),
            Row("Gaussian variance loss", [[0, 3]], v => Loss.GaussianVariance(v[0], Tensor<T>.Zeros([0, 3])), []),
            Row("SiLU", [[0, 3]], v => v[0].Silu(), [0, 3]),
            Row("ReLU", [[0, 3]], v => v[0].Relu(), [0, 3]),
            Row("GELU", [[0, 3]], v => v[0].Gelu(), [0, 3]),
            Row("Sigmoid", [[0, 3]], v => v[0].Sigmoid(), [0, 3]),
            Row("Tanh", [[0, 3]], v => v[0].Tanh(), [0, 3]),
            Row("Exp", [[0, 3]], v => v[0].Exp(), [0, 3]),
            Row("Log", [[0, 3]], v => v[0].Log(), [0, 3]),
            Row("Sqrt", [[0, 3]], v => v[0].Sqrt(), [0, 3]),
            Row("Mean squared loss", [[0, 3], [0, 3]], v => Loss.MeanSquared(v[0], v[1]), []),
            Row("Mean absolute loss", [[0, 3], [0, 3]], v => Loss.MeanAbsolute(v[0], v[1]), []),
            Row("Huber loss", [[0, 3], [0, 3]], v => Loss.Huber(v[0], v[1]), []),
            Row("Smooth L1 loss", [[0, 3], [0, 3]], v => Loss.SmoothL1(v[0], v[1]), []),
            Row("Cross-entropy", [[0, 3]], v => Loss.CrossEntropy(v[0], none), []),
            Row("Lookup", [[4, 3]], v => v[0].Lookup(none), [0, 3]),
            Row("AddRows", [[0, 5, 3], [4, 3]], v => v[0].AddRows(new TableRows<T>(v[1], none)), [0, 5, 3]),
            Row("AddRows, no positions", [[1, 0, 3], [4, 3]], v => v[0].AddRows(new TableRows<T>(v[1], one)), [1, 0, 3]),
        ];
    }
}
