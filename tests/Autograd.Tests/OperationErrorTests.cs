using System.Reflection;
using Diffusion.Tensors;
using Diffusion.Tensors.Tests;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>Operations that cannot be say which shapes, and what was expected.</summary>
public sealed class OperationErrorTests
{
    private static Variable<float> V(params int[] extents) => new(Tensor<float>.Zeros(new Shape(extents)));

    private static IEnumerable<TestCaseData> Errors()
    {
        static TestCaseData Row(string name, Action call, string message) => new TestCaseData(call, message).SetArgDisplayNames(name);
        return
        [
            Row("Add", () => _ = V(2, 3) + V(2, 4), "[2, 3] and [2, 4] cannot be broadcast"),
            Row("BroadcastTo", () => V(2, 3).BroadcastTo([3, 3]), "[2, 3] cannot be broadcast to [3, 3]"),
            Row("Reshape", () => V(2, 3).Reshape([7]), "[2, 3] has 6 elements"),
            Row("MatMul, rank", () => V().MatMul(V(2, 3)), "rank 1 at least, not [] and [2, 3]"),
            Row("MatMul, inner", () => V(2, 3).MatMul(V(4, 3)), "[2, 3] has 3, [4, 3] has 4"),
            Row("MatMul, outer", () => V(2, 2, 3).MatMul(V(3, 3, 3)), "outer dimensions [2] and [3], which cannot be broadcast"),
            Row("Einsum, operands", () => Operations.Einsum("ij->j", V(2, 3), V(2)), "no sum over the indices of two operands"),
            Row("Einsum, rank", () => Operations.Einsum("ijk,jk->i", V(2, 3), V(2, 3)), "'ijk' in 'ijk,jk->i' stand for 3 dimensions, but the operand has the shape [2, 3]"),
            Row("Einsum, extent", () => Operations.Einsum("ij,kj->ik", V(2, 3), V(2, 4)), "'j' in 'ij,kj->ik' is 3 in [2, 3] and 4 in [2, 4]"),
            Row("Einsum, twice", () => Operations.Einsum("ii,ij->j", V(2, 2), V(2, 4)), "'ii' in 'ii,ij->j' are not letters, each once"),
            Row("Einsum, result", () => Operations.Einsum("ij,jk->il", V(2, 2), V(2, 4)), "'il' of the result"),
            Row("Binary cross-entropy", () => Loss.BinaryCrossEntropy(V(2, 3), V(3)), "the logits have [2, 3] and the targets [3]"),
            Row("Gaussian divergence", () => Loss.GaussianDivergence(V(2, 3), V(3)), "the means have [2, 3] and the variances [3]"),
            Row("Dropout", () => V(2).Dropout(1, default), "at least 0 and less than 1"),
            Row("Permute", () => V(2, 3).Permute(0, 0), "does not name each dimension of [2, 3] once"),
            Row("Slice", () => V(2, 3).Slice(1, 2, 5), "2..5 is not inside dimension 1 of the shape [2, 3]"),
            Row("Index", () => _ = V(2, 3)[5], "Index 5 of dimension 0 is outside of the shape [2, 3]"),
            Row("Squeeze", () => V(2, 3).Squeeze(0), "has the extent 2; only an extent of 1"),
            Row("Stack", () => Operations.Stack<float>([V(2), V(3)], 0), "[2] and [3] cannot be stacked"),
            Row("Stack nothing", () => Operations.Stack<float>([], 1), "nothing to concatenate"),
            Row("Split", () => V(2, 3).Split(0, 1), "at least 1 position"),
            Row("Repeat", () => V(2, 3).Repeat(2), "takes 2 repeats, not 1"),
            Row("Pad", () => V(2, 3).Pad(3, Padding.Reflect), "cannot be padded by 3 and 3"),
            Row("IndexSelect", () => V(2, 3).IndexSelect(1, 3), "3"),
            Row("Gather", () => V(2, 3).Gather(1, new IndexTensor([3, 1], [0, 0, 0])), "[3, 1] do not go with a tensor of shape [2, 3]"),
            Row("ScatterAdd", () => V(2, 3).ScatterAdd(1, new IndexTensor([2, 1], [0, 0]), V(2, 2)), "[2, 1] take numbers of that shape, not [2, 2]"),
            Row("Sum over dimensions", () => V(2, 3).Sum([0, 0]), "is named twice"),
            Row("Max of nothing", () => V(2, 0).Max(1), "[2, 0]"),
            Row("Norm", () => V(2, 3).Norm(1, -1), "above 0"),
            Row("TopK", () => V(2, 3).TopK(4, 1), "has 3 numbers"),
            Row("CumSum", () => V(2, 3).CumSum(2), "[2, 3] has 2 dimensions"),
            Row("Attention of q, k, v", () => V(2, 3).ScaledDotProductAttention(V(2, 4), V(2, 3)), "not [2, 3], [2, 4] and [2, 3]"),
            Row("Linear", () => V(2, 3).Linear(V(4, 5)), "the last extent must be 4"),
            Row("Linear, bias", () => V(2, 4).Linear(V(4, 5), V(4)), "must have the shape [5], not [4]"),
            Row("Conv1d, rank", () => V(2, 3).Conv1d(V(3, 3, 3)), "not [2, 3] and [3, 3, 3]"),
            Row("Conv1d, channels", () => V(2, 8, 3).Conv1d(V(3, 4, 6)), "has 3 channels, but the weight [3, 4, 6] is for 4"),
            Row("Conv1d, length", () => V(2, 2, 4).Conv1d(V(3, 4, 6)), "covers 3 positions, but the length is only 2"),
            Row("Conv1d, stride", () => V(2, 8, 4).Conv1d(V(3, 4, 6), stride: 0), "The stride of a convolution is 0; it must be at least 1"),
            Row("Conv1d, bias", () => V(2, 8, 4).Conv1d(V(3, 4, 6), V(4)), "must have the shape [6], not [4]"),
            Row("ConvTranspose1d, padding", () => V(2, 1, 4).ConvTranspose1d(V(3, 4, 6), padding: 2), "must have at least 1"),
            Row("ConvTranspose1d, output padding", () => V(2, 4, 4).ConvTranspose1d(V(3, 4, 6), stride: 2, outputPadding: 2), "outputPadding"),
            Row("Conv2d, rank", () => V(2, 3, 4).Conv2d(V(3, 3, 3, 3)), "not [2, 3, 4] and [3, 3, 3, 3]"),
            Row("Conv2d, channels", () => V(2, 8, 8, 3).Conv2d(V(3, 3, 4, 6)), "has 3 channels, but the weight [3, 3, 4, 6] is for 4"),
            Row("Conv2d, size", () => V(2, 2, 9, 4).Conv2d(V(3, 3, 4, 6)), "covers 3 positions, but the height is only 2"),
            Row("Conv2d, bias", () => V(2, 8, 8, 4).Conv2d(V(3, 3, 4, 6), V(4)), "must have the shape [6], not [4]"),
            Row("ConvTranspose2d, channels", () => V(2, 8, 8, 3).ConvTranspose2d(V(3, 3, 4, 6)), "has 3 channels, but the weight [3, 3, 4, 6] is for 4"),
            Row("ConvTranspose2d, output padding", () => V(2, 4, 4, 4).ConvTranspose2d(V(3, 3, 4, 6), stride: 2, outputPadding: 2), "outputPadding"),
            Row("GroupNorm, groups", () => V(2, 8).GroupNorm(3, V(8), V(8)), "8 channels cannot be split into 3 groups"),
            Row("GroupNorm, gamma", () => V(2, 8).GroupNorm(2, V(4), V(8)), "shape [8], not [4] and [8]"),
            Row("LayerNorm, gamma", () => V(2, 8).LayerNorm(V(4), V(8)), "shape [8], not [4] and [8]"),
            Row("LayerNorm, empty", () => V(2, 0).LayerNorm(V(0), V(0)), "[2, 0]"),
            Row("MaxPool2d, rank", () => V(2, 3, 4).MaxPool2d(2), "not [2, 3, 4]"),
            Row("MaxPool2d, window", () => V(2, 3, 4, 1).MaxPool2d(4), "4x4 does not fit into an image of 3x4"),
            Row("AvgPool2d, padding", () => V(2, 8, 8, 1).AvgPool2d(3, padding: 2), "at most half of the kernel 3x3"),
            Row("Upsample, rank", () => V(2, 3).Upsample(2), "not [2, 3]"),
            Row("Upsample, factor", () => V(2, 3, 4, 1).Upsample((2, 0)), "is 2x0; it must be at least 1"),
            Row("Softmax", () => V().Softmax(), "[]"),
            Row("Loss", () => Loss.MeanSquared(V(2), V(3)), "the prediction has [2] and the target [3]"),
            Row("Huber", () => Loss.Huber(V(2), V(2), -1), "delta"),
            Row("Cross-entropy, shape", () => Loss.CrossEntropy(V(2, 3), [0]), "not [2, 3] and 1"),
            Row("Cross-entropy, class", () => Loss.CrossEntropy(V(1, 3), [3]), "Class 3 is not one of the 3"),
            Row("Lookup", () => V(4, 3).Lookup([4]), "Row 4 is not in a table of shape [4, 3]"),
            Row("GroupNorm, rows", () => V(2, 8).GroupNorm(2, V(8), V(8), rows: new TableRows<float>(V(4, 3), [0, 1])), "cannot be added to an input of shape [2, 8]"),
            Row("GroupNorm, tables", () => V(1, 8).GroupNorm(2, V(8), V(8), 1e-5, false, new(V(1, 8), [0]), new(V(1, 8), [0]), new(V(1, 8), [0])), "at most two tables, not of 3"),
            Row("AddRows", () => V(2, 5).AddRows(new TableRows<float>(V(4, 3), [0, 1])), "cannot be added to an input of shape [2, 5]"),
            Row("Concatenate nothing", () => Operations.Concatenate<float>([]), "nothing to concatenate"),
            Row("Concatenate", () => Operations.Concatenate<float>([V(2, 3), V(3, 3)]), "[2, 3] and [3, 3] cannot be concatenated"),
            Row("Sum", () => V(2, 3).Sum(2), "[2, 3] has 2 dimensions"),
            Row("Greater", () => V(2, 3).Greater(V(2, 4)), "[2, 3] and [2, 4] cannot be broadcast"),
            Row("GreaterOrEqual", () => V(2, 3).GreaterOrEqual(V(2, 4)), "[2, 3] and [2, 4] cannot be broadcast"),
            Row("EqualTo", () => V(2, 3).EqualTo(V(2, 4)), "[2, 3] and [2, 4] cannot be broadcast"),
            Row("Where", () => Operations.Where(V(2, 3), V(2, 3), V(4)), "[2, 3] and [4] cannot be broadcast"),
            Row("Self-attention", () => V(2, 3, 12).SelfAttention(3), "in 3 heads"),
            Row("Linear attention", () => V(2, 3, 12).LinearAttention(3), "in 3 heads"),
            Row("ArgMax of nothing", () => V(2, 0).ArgMax(1), "Dimension 1 of [2, 0] is empty"),
            Row("ArgMin", () => V(2, 3).ArgMin(2), "[2, 3] has 2 dimensions"),
            Row("Sort", () => V(2, 3).Sort(2), "[2, 3] has 2 dimensions"),
            Row("Transpose", () => V(2, 3).Transpose(0, 2), "[2, 3] has 2 dimensions"),
            Row("Flip", () => V(2, 3).Flip(0, 0), "is named twice"),
            Row("Unsqueeze", () => V(2, 3).Unsqueeze(3), "cannot be put at 3 of the shape [2, 3]"),
            Row("Flatten", () => V(2, 3).Flatten(3), "[2, 3] has 2 dimensions"),
            Row("Chunk", () => V(2, 3).Chunk(0, 1), "at least 1 piece"),
            Row("Mean", () => V(2, 3).Mean(2), "[2, 3] has 2 dimensions"),
            Row("Var", () => V(2, 3).Var([1, 1]), "is named twice"),
            Row("Std", () => V(2, 3).Std(2), "[2, 3] has 2 dimensions"),
            Row("Min of nothing", () => V(2, 0).Min(1), "Dimension 1 of [2, 0] is empty"),
            Row("LogSumExp", () => V(2, 3).LogSumExp(2), "[2, 3] has 2 dimensions"),
            Row("LogSoftmax", () => V(2, 3).LogSoftmax(2), "[2, 3] has 2 dimensions"),
            Row("Mean absolute loss", () => Loss.MeanAbsolute(V(2), V(3)), "the prediction has [2] and the target [3]"),
            Row("Smooth L1", () => Loss.SmoothL1(V(2), V(2), 0), "beta"),
            Row("Gaussian variance", () => Loss.GaussianVariance(V(2), Tensor<float>.Zeros([3])), "[2]"),
            Row("Cosine similarity", () => Loss.CosineSimilarity(V(2, 3), V(2, 3), 2), "[2, 3] has 2 dimensions"),
        ];
    }

    /// <summary>What can be called wrongly: what takes more than one variable and numbers.</summary>
    [Test]
    public void Every_operation_that_can_be_called_wrongly_has_a_row()
    {
        var called = Errors().SelectMany(row => Calls.Of(((Action)row.Arguments[0]!).Method)).Concat(Calls.Of(typeof(ElementTable))).Select(NameOf).ToHashSet();
        var wrong = Library.PublicOperations.Where(method => Array.Exists(method.GetParameters()[1..], parameter => !IsNumber(parameter.ParameterType)));
        Assert.That(string.Join(", ", wrong.Select(NameOf).Distinct().Except(called)), Is.Empty, "operations that no row calls wrongly; give each a row in OperationErrorTests");
    }

    [TestCaseSource(nameof(Errors))]
    public void The_message_names_the_shapes(Delegate call, string message) =>
        Assert.That((Action)call, Throws.InstanceOf<ArgumentException>().With.Message.Contains(message));

    private static string NameOf(MethodBase method) => $"{method.DeclaringType?.Name}.{method.Name}";

    private static bool IsNumber(Type type) => type.IsGenericMethodParameter || type == typeof(bool);
}
