using System.Numerics;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Operations;

/// <summary>Products of tensors of any rank, against loops over all indices.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class ProductTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static Tensor<T> Numbers(int seed, params int[] extents) => Tensor<T>.From(new Shape(extents), TestData.Uniform<T>(new Shape(extents).Length, seed));

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
        static int Extent(char letter) => 2 + (letter % 3);
        Tensor<T> a = Numbers(1, [.. operands[0].Select(Extent)]), b = Numbers(2, [.. operands[1].Select(Extent)]);
        Shape shape = new([.. result.Select(Extent)]);
        double[] expected = TestData.OtherGarbage(shape.Length);
        Reference.Einsum.Run<double>(operands[0], operands[1], result, Extent, a.Span.ToArray().ToDouble(), b.Span.ToArray().ToDouble(), expected);

        var actual = TensorOperations.Einsum(equation, a, b);
        Assert.That(actual.Shape, Is.EqualTo(shape));
        Check.Close<T>(actual.Span, expected, Tolerance.Sum<T>(a.Length), equation, floor: 1);
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
        Tensor<T> a = Numbers(3, Extents(left)), b = Numbers(4, Extents(right));
        var c = a.MatMul(b);
        Assert.That(c.Shape.ToArray(), Is.EqualTo(Extents(result)));

        // A vector is one row on the left, and one column on the right.
        Shape rows = a.Rank == 1 ? [1, 3] : a.Shape, columns = b.Rank == 1 ? [3, 1] : b.Shape;
        int outer = Math.Max(rows.Rank, columns.Rank) - 2;
        Shape whole = new([.. Extents(result)[..outer], rows[^2], columns[^1]]);
        double[] expected = TestData.OtherGarbage(whole.Length);
        Reference.MatrixProduct.MultiplyStack<double>(rows, columns, whole, a.Span.ToArray().ToDouble(), b.Span.ToArray().ToDouble(), expected);
        Check.Close<T>(c.Span, expected, Tolerance.Sum<T>(3), $"{left} times {right}", floor: 1);
        if (a.Rank > 1 && b.Rank > 1)
            Check.Close<T>(a.Transpose(^1, ^2).MatMul(b.Transpose(^1, ^2), transposeA: true, transposeB: true).Span, expected, Tolerance.Sum<T>(3), $"{left} times {right}, transposed", floor: 1);
    }
}
