using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>
/// Every operation that takes a size, an index or a count, with numbers at which integers wrap: what comes out is a result, with its
/// gradients, or an ArgumentException. Inputs are such that whatever is legal is small.
/// </summary>
public sealed class ExtremeSizeTests
{
    private static readonly int[] Sizes = [int.MinValue, -1, 0, 1, 2, 3, 1 << 15, 1 << 16, 1 << 30, int.MaxValue];

    private static IEnumerable<TestCaseData> Rows()
    {
        static TestCaseData Row(string name, int arguments, Func<int[], Variable<float>> call) => new TestCaseData(arguments, call).SetArgDisplayNames(name);
        static Variable<float> V(params int[] extents) => new(Tensor<float>.Full(new Shape(extents), 1), requiresGradient: true);
        return
        [
            Row("Conv1d", 4, s => V(1, 5, 2).Conv1d(V(3, 2, 4), V(4), s[0], s[1], s[2], s[3])),
            Row("ConvTranspose1d", 3, s => V(1, 2, 2).ConvTranspose1d(V(3, 2, 3), null, s[0], s[1], 0, s[2])),
            Row("ConvTranspose1d, output padding", 3, s => V(1, 2, 2).ConvTranspose1d(V(3, 2, 3), null, s[0], 1, s[1], s[2])),
            Row("ConvTranspose1d, groups", 2, s => V(1, 2, 2).ConvTranspose1d(V(3, 2, 3), null, s[0], groups: s[1])),
            Row("Conv2d", 3, s => V(1, 5, 4, 2).Conv2d(V(3, 2, 2, 4), V(4), (s[0], 1), (s[1], 1), (1, s[2]))),
            Row("Conv2d, the other axis", 4, s => V(1, 5, 4, 2).Conv2d(V(3, 2, 2, 4), V(4), (1, s[0]), (0, s[1]), (s[2], 1), s[3])),
            Row("ConvTranspose2d", 3, s => V(1, 2, 2, 2).ConvTranspose2d(V(3, 1, 2, 3), null, (s[0], 1), (s[1], 0), 0, (s[2], 1))),
            Row("ConvTranspose2d, the other axis", 3, s => V(1, 2, 2, 2).ConvTranspose2d(V(1, 3, 2, 3), null, (1, s[0]), 0, (0, s[1]), (1, s[2]))),
            Row("MaxPool2d", 3, s => V(1, 5, 4, 2).MaxPool2d((s[0], 2), (s[1], 1), (s[2], 1))),
            Row("MaxPool2d, the other axis", 3, s => V(1, 5, 4, 2).MaxPool2d((2, s[0]), (1, s[1]), (0, s[2]))),
            Row("AvgPool2d", 3, s => V(1, 5, 4, 2).AvgPool2d((s[0], s[0]), (s[1], 3), (s[2], s[2]))),
            Row("AvgPool2d without padding", 3, s => V(1, 5, 4, 2).AvgPool2d((2, s[0]), (2, s[1]), (1, s[2]), countPadding: false)),
            Row("Upsample", 2, s => V(1, 2, 1, 3).Upsample((s[0], s[1]))),
            Row("GroupNorm", 1, s => V(2, 3, 6).GroupNorm(s[0], V(6), V(6))),
            Row("AddRows + GroupNorm", 2, s => V(2, 3, 6).GroupNorm(2, V(6), V(6), rows: new TableRows<float>(V(3, 6), [s[0], s[1]]))),
            Row("Self-attention", 1, s => V(2, 3, 36).SelfAttention(s[0])),
            Row("Linear attention", 1, s => V(2, 3, 36).LinearAttention(s[0])),
            Row("Lookup", 2, s => V(4, 3).Lookup([s[0], s[1]])),
            Row("AddRows", 2, s => V(2, 3, 6).AddRows(new TableRows<float>(V(3, 6), [s[0], s[1]]))),
            Row("Cross-entropy", 2, s => Loss.CrossEntropy(V(2, 3), [s[0], s[1]])),
            Row("BroadcastTo", 3, s => V(3).BroadcastTo([s[0], s[1], s[2]])),
            Row("BroadcastTo of a column", 2, s => V(3, 1).BroadcastTo([s[0], s[1]])),
            Row("Reshape", 3, s => V(2, 3).Reshape([s[0], s[1], s[2]])),
            Row("Reshape with one left open", 3, s => V(2, 3).Reshape(s[0], s[1], s[2])),
            Row("Reshape of nothing", 3, s => V(0, 3).Reshape(s[0], s[1], s[2])),
            Row("Concatenate", 1, s => Operations.Concatenate<float>([V(2, 3), V(2, 3)], s[0])),
            Row("Sum", 1, s => V(2, 3).Sum(s[0])),
            Row("Sum from the end", 1, s => V(2, 3).Sum(new Index(s[0], fromEnd: true))),
            Row("Mean", 1, s => V(2, 3).Mean(s[0])),
            Row("Permute", 2, s => V(2, 3).Permute(s[0], s[1])),
            Row("Transpose", 2, s => V(2, 3).Transpose(s[0], s[1])),
            Row("Slice", 4, s => V(2, 5).Slice(s[0], s[1], s[2], s[3])),
            Row("Slice from the end", 3, s => V(2, 5).Slice(1, new Index(s[0], fromEnd: true), new Index(s[1], fromEnd: true), s[2])),
            Row("Flip", 2, s => V(2, 3).Flip(s[0], s[1])),
            Row("Squeeze", 1, s => V(2, 1).Squeeze(s[0])),
            Row("Unsqueeze", 1, s => V(2, 1).Unsqueeze(s[0])),
            Row("Flatten", 1, s => V(2, 3).Flatten(s[0])),
            Row("Stack", 1, s => Operations.Stack<float>([V(2, 3), V(2, 3)], s[0])),
            Row("Split", 2, s => V(2, 5).Split(s[0], s[1])[0]),
            Row("Chunk", 2, s => V(2, 5).Chunk(s[0], s[1])[0]),
            Row("Repeat", 2, s => V(1, 3).Repeat(s[0], s[1])),
            Row("Pad", 3, s => V(3, 3).Pad(s[0], s[1], s[2])),
            Row("Pad, reflected", 3, s => V(3, 3).Pad(s[0], s[1], s[2], Padding.Reflect)),
            Row("Pad all", 1, s => V(3, 3).Pad(s[0])),
        ];
    }

    [TestCaseSource(nameof(Rows))]
    public void A_result_or_an_argument_exception(int arguments, Delegate call)
    {
        int legal = 0;
        foreach (int[] sizes in Choices(arguments))
        {
            using var tape = Tape<float>.Start();
            try
            {
                var result = ((Func<int[], Variable<float>>)call)(sizes);
                legal++;
                tape.Backward(result, Tensor<float>.Full(result.Shape, 1));
            }
            catch (ArgumentException)
            {
            }
            catch (Exception other)
            {
                Assert.Fail($"[{string.Join(", ", sizes)}]: {other}");
            }
        }

        Assert.That(legal, Is.Positive, "nothing was legal");
    }

    private static IEnumerable<int[]> Choices(int arguments) => arguments == 0
        ? [[]]
        : Choices(arguments - 1).SelectMany(choice => Sizes.Select(size => (int[])[.. choice, size]));
}
