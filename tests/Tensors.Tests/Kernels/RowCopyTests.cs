using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class RowCopyTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Rows_apart_and_together_agree_with_the_reference()
    {
        foreach (int width in TestData.Sizes)
        {
            Compare(5, width, width, width);
            Compare(5, width, width + 3, width);
            Compare(5, width, width, width + 7);
        }

        foreach (int length in TestData.Lengths)
            Compare(1, length, length, length);
        Compare(700, 33, 33, 65);
        Compare(700, 32, 96, 32);
        Compare(3, 9000, 9001, 9100);
        Compare(0, 4, 4, 4);
        Compare(5, 7, 0, 7);   // one row, again and again
    }

    [Test]
    public void Too_few_numbers_are_named()
    {
        Assert.That(() => RowCopy.Run<T>(3, 4, new T[13], 5, new T[12], 4, false), Throws.ArgumentException.With.Message.Contains("3 rows of 4 numbers, 5 apart, need 14 numbers, but 13 are given"));
        Assert.That(() => RowCopy.Run<T>(3, 4, new T[12], 4, new T[11], 4, false), Throws.ArgumentException.With.Message.Contains("11"));
    }

    private static void Compare(int rows, int width, int sourceRow, int targetRow)
    {
        int sourceLength = Math.Max((rows - 1) * sourceRow, 0) + width, targetLength = Math.Max((rows - 1) * targetRow, 0) + width;
        T[] source = TestData.Uniform<T>(sourceLength, 1), before = TestData.Uniform<T>(targetLength, 2);
        foreach (bool accumulate in (bool[])[false, true])
        {
            // What lies between the rows of the target stays as it was.
            var target = new Guarded<T>(before);
            double[] target64 = before.ToDouble();
            RowCopy.Run<T>(rows, width, new Guarded<T>(source).Span, sourceRow, target.Span, targetRow, accumulate);
            Reference.RowCopy.Run<double>(rows, width, source.ToDouble(), sourceRow, target64, targetRow, accumulate);
            Check.Close(target, target64, accumulate ? Tolerance.Sum<T>(2) : 0, $"{rows} rows of {width}, {sourceRow} and {targetRow} apart, accumulate {accumulate}", floor: 1);
        }
    }
}
