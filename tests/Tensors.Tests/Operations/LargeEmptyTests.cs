using NUnit.Framework;

namespace Diffusion.Tensors.Tests;

/// <summary>Empty tensors whose other extents have a product that no integer holds: what comes out fits, whatever is met on the way.</summary>
public sealed class LargeEmptyTests
{
    private const int Large = 65536;

    private static readonly Tensor<float> First = Tensor<float>.Zeros([0, Large, Large]), Middle = Tensor<float>.Zeros([Large, 0, Large]), Last = Tensor<float>.Zeros([Large, Large, 0]);

    private static IEnumerable<TestCaseData> Results()
    {
        static TestCaseData Row(string name, Func<Tensor<float>> call, params int[] shape) => new TestCaseData(call, shape).SetArgDisplayNames(name);

        yield return Row("elementwise", () => (First * First).Exp(), 0, Large, Large);
        yield return Row("broadcast", () => Last + Tensor<float>.Zeros([0]), Large, Large, 0);
        yield return Row("permuted", () => Middle.Permute(2, 0, 1), Large, Large, 0);
        yield return Row("slice", () => Last.Slice(0, 1, 3), 2, Large, 0);
        yield return Row("concatenated", () => Tensor<float>.Concatenate([Last, Last], 0), 2 * Large, Large, 0);
        yield return Row("flattened", () => Middle.Flatten(1), Large, 0);
        yield return Row("sorted", () => Last.Sort(0).Values, Large, Large, 0);
        yield return Row("softmax", () => Middle.Softmax(2), Large, 0, Large);
        yield return Row("running sums", () => Last.CumSum(0), Large, Large, 0);
        yield return Row("product", () => First.MatMul(First), 0, Large, Large);
        yield return Row("product, transposed", () => First.MatMul(First, transposeA: true, transposeB: true), 0, Large, Large);
        yield return Row("sum to some", () => Middle.Sum([1, 2]), Large);
        yield return Row("sum to none", () => Last.Sum([0, 1]), 0);
        yield return Row("mean over more than an integer", () => Last.Mean([0, 1]), 0);
        yield return Row("variance", () => First.Var([0, 1], keepDimensions: true), 1, 1, Large);
        yield return Row("norm", () => First.Norm([0, 2]), Large);
        yield return Row("log of sums", () => Middle.LogSumExp([0, 1]), Large);
        yield return Row("largest", () => Last.Max([0, 1]), 0);
    }

    [TestCaseSource(nameof(Results))]
    public void Comes_out(Func<Tensor<float>> call, int[] shape) => Assert.That(call().Shape, Is.EqualTo(new Shape(shape)));

    [Test]
    public void What_would_not_fit_is_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Last.Sum(2), Throws.ArgumentException.With.Message.Contains("[65536, 65536, 1] has more"));
            Assert.That(() => First.Flatten(1), Throws.ArgumentException.With.Message.Contains("[65536, 65536] has more"));
            Assert.That(() => Last.MatMul(Last, transposeB: true), Throws.ArgumentException.With.Message.Contains("[65536, 65536, 65536] has more"));
        });
    }
}
