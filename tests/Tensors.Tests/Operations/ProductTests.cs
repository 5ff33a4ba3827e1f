using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Operations;

/// <summary>Products of tensors of any rank, against loops over all indices.</summary>
public sealed class ProductTests
{
    private static Tensor<double> Numbers(uint seed, params int[] extents) => new RandomSource(seed).For(Purpose.Metrics).At(0).Normal<double>(new Shape(extents));

    [TestCase("bij,bkj->bik")]
    [TestCase("bij,bjk->bik")]
    [TestCase("ij,jk")]
    [TestCase("ij,ij->")]
    [TestCase("ij,ij->ij")]
    [TestCase("i,j->ji")]
    [TestCase("ijs,k->ki")]
    [TestCase("aibs,bcja->jcib")]
    [TestCase("abc,cd->dab")]
    public void Einsum_is_the_sum_over_all_indices(string equation)
    {
        string[] sides = equation.Split("->"), operands = sides[0].Split(',');
        string result = sides.Length == 2 ? sides[1] : "ik";
        char[] letters = [.. (operands[0] + operands[1]).Distinct()];
        int[] extents = Array.ConvertAll(letters, letter => 2 + (letter % 3));
        int Extent(char letter) => extents[Array.IndexOf(letters, letter)];
        var a = Numbers(1, [.. operands[0].Select(Extent)]);
        var b = Numbers(2, [.. operands[1].Select(Extent)]);
        var expected = Tensor<double>.Zeros(new Shape([.. result.Select(Extent)]));
        int[] at = new int[letters.Length];
        int[] Of(string names) => [.. names.Select(letter => at[Array.IndexOf(letters, letter)])];
        for (int i = 0; i < new Shape(extents).Length; i++)
        {
            for (int rest = i, j = 0; j < letters.Length; rest /= extents[j++])
                at[j] = rest % extents[j];
            expected[Of(result)] += a[Of(operands[0])] * b[Of(operands[1])];
        }

        var actual = TensorOperations.Einsum(equation, a, b);
        Assert.That(actual.Shape, Is.EqualTo(expected.Shape));
        Assert.That(actual.Span.ToArray(), Is.EqualTo(expected.Span.ToArray()).Within(1e-12));
    }

    [TestCase("2,3", "3,4", "2,4")]
    [TestCase("5,2,3", "3,4", "5,2,4")]
    [TestCase("5,2,3", "5,3,4", "5,2,4")]
    [TestCase("5,1,2,3", "6,3,4", "5,6,2,4")]
    [TestCase("2,3", "6,3,4", "6,2,4")]
    [TestCase("3", "3,4", "4")]
    [TestCase("5,2,3", "3", "5,2")]
    [TestCase("3", "3", "")]
    [TestCase("0,2,3", "3,4", "0,2,4")]
    public void MatMul_broadcasts_stacks(string left, string right, string result)
    {
        static int[] Extents(string text) => text.Length == 0 ? [] : [.. text.Split(',').Select(int.Parse)];
        Tensor<double> a = Numbers(3, Extents(left)), b = Numbers(4, Extents(right));
        var c = a.MatMul(b);
        Assert.That(c.Shape.ToArray(), Is.EqualTo(Extents(result)));

        // The same through a stack of one product for each pair, by a sum over k of broadcast products.
        var columns = a.Rank == 1 ? a.Reshape(1, 3, 1) : a.Reshape([.. a.Shape.AsSpan(), 1]);
        var rows = b.Rank == 1 ? b.Reshape(3, 1) : b;
        var whole = (columns * rows.Reshape([.. rows.Shape.AsSpan()[..^2], 1, .. rows.Shape.AsSpan()[^2..]])).Sum(^2);
        Assert.That(c.Span.ToArray(), Is.EqualTo(whole.Span.ToArray()).Within(1e-12));
        if (a.Rank > 1 && b.Rank > 1)
            Assert.That(a.Transpose(^1, ^2).MatMul(b.Transpose(^1, ^2), transposeA: true, transposeB: true).Span.ToArray(), Is.EqualTo(c.Span.ToArray()).Within(1e-12));
    }
}
