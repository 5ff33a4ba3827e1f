using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Operations;

public sealed class ProductTests
{
    [Test]
    public void Stacks_are_broadcast()
    {
        foreach (var (outerA, outerB) in new (int[], int[])[] { ([], []), ([3], []), ([], [3]), ([2, 3], [3]), ([2, 1], [1, 3]), ([0], []), ([1], [0]), ([0], [0]) })
        {
            foreach (var (transposeA, transposeB) in new[] { (false, false), (true, false), (false, true), (true, true) })
            {
                int[] last = transposeA ? [5, 4] : [4, 5], lastB = transposeB ? [6, 5] : [5, 6];
                Tensor<double> a = Numbers([.. outerA, .. last], 1), b = Numbers([.. outerB, .. lastB], 2), c = a.MatMul(b, transposeA, transposeB);
                var x = (transposeA ? a.Transpose(^2, ^1) : a).Unsqueeze(^0);
                var y = transposeB ? b.Transpose(^2, ^1) : b;
                var expected = (x * y.Unsqueeze(y.Rank - 2)).Sum(^2);
                Assert.That(c.Shape, Is.EqualTo(expected.Shape));
                Check.Close<double>(c.Span, expected.Span, 1e-13, $"{a.Shape} x {b.Shape}", floor: 1);
            }
        }

        Assert.That(() => Numbers([2, 4, 5], 1).MatMul(Numbers([3, 5, 6], 2)), Throws.ArgumentException.With.Message.Contains("[2, 4, 5] and [3, 5, 6]"));
        Assert.That(() => Numbers([4, 5], 1).MatMul(Numbers([4, 5], 2)), Throws.ArgumentException.With.Message.Contains("5 of [4, 5] and 4 of [4, 5]"));
    }

    // Each against the sum over all letters, element by element.
    [TestCase("bij,bkj->bik")]
    [TestCase("ij,jk->ik")]
    [TestCase("ij,jk->ki")]
    [TestCase("i,j->ij")]
    [TestCase("i,i->")]
    [TestCase("ij,ij->ji")]
    [TestCase("bhqd,bhkd->bhqk")]
    [TestCase("bij,kl->bk")]
    [TestCase("ijk, k -> ij")]
    [TestCase("abc,cde->eabd")]
    public void Einsum_is_the_sum_over_all_letters(string equation)
    {
        string[] sides = equation.Replace(" ", "", StringComparison.Ordinal).Split("->"), operands = sides[0].Split(',');
        string letters = string.Concat((operands[0] + operands[1]).Distinct());
        int Extent(char c) => 2 + (letters.IndexOf(c, StringComparison.Ordinal) * 2 % 5);
        Shape Of(string which) => new([.. which.Select(Extent)]);
        Tensor<double> a = Numbers(Of(operands[0]), 1), b = Numbers(Of(operands[1]), 2), actual = TensorOperations.Einsum(equation, a, b);
        var expected = Tensor<double>.Zeros(Of(sides[1]));
        for (int at = 0; at < Of(letters).Length; at++)
        {
            int[] index = Reference.Strided.Indices(Of(letters), at);
            int Place(string which) => Reference.Strided.Place(Of(which), Array.ConvertAll(which.ToCharArray(), c => index[letters.IndexOf(c, StringComparison.Ordinal)]));
            expected.Span[Place(sides[1])] += a.Span[Place(operands[0])] * b.Span[Place(operands[1])];
        }

        Assert.That(actual.Shape, Is.EqualTo(expected.Shape));
        Check.Close<double>(actual.Span, expected.Span, 1e-13, equation, floor: 1);
    }

    [TestCase("ij,jk", "is written like")]
    [TestCase("ij,jk,kl->il", "is written like")]
    [TestCase("ij,j1->i", "is written like")]
    [TestCase("ijk,jk->i", "3 letters, but its operand [2, 3] has 2 dimensions")]
    [TestCase("ii,jk->j", "'i' occurs twice")]
    [TestCase("ij,ki->k", "'i' of \"ij,ki->k\" has the extents 2 and 4")]
    [TestCase("ij,jk->iz", "'z' of the result")]
    [TestCase("ij,jk->ii", "'i' of the result")]
    public void Equations_that_do_not_fit_are_named(string equation, string message) => Assert.That(
        () => TensorOperations.Einsum(equation, Numbers([2, 3], 1), Numbers([3, 4], 2)), Throws.ArgumentException.With.Message.Contains(message));

    private static Tensor<double> Numbers(Shape shape, int seed) => Tensor<double>.From(shape, TestData.Uniform<double>(shape.Length, seed));
}
