using System.Numerics;
using Diffusion.Tensors.Simd;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed unsafe class TranspositionTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Every_element_comes_to_its_place_and_none_to_another([Range(0, 9)] int rows, [Values(0, 1, 2, 3, 4, 5, 8, 11)] int columns, [Values(0, 3)] int gap)
    {
        int sourceRow = columns + gap, targetRow = rows + gap;
        var source = TestData.Uniform<T>((rows * sourceRow) + gap, 1);
        var target = Guarded<T>.ForOutput((columns * targetRow) + gap);
        fixed (T* from = source, to = target.Span)
            Transposition.Copy(rows, columns, from, sourceRow, to, targetRow);
        for (int at = 0; at < target.Span.Length; at++)
        {
            int i = targetRow == 0 ? 0 : at % targetRow, j = targetRow == 0 ? 0 : at / targetRow;
            T expected = i < rows && j < columns ? source[(i * sourceRow) + j] : T.NaN;
            Assert.That(target.Span[at], Is.EqualTo(expected), $"row {i}, column {j}");
        }

        target.Verify("A transposed copy");
    }
}
