using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;
using Fast = Diffusion.Tensors.Kernels.Elementwise;
using Plain = Diffusion.Tensors.Reference.Elementwise;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class ElementwiseTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private delegate void Operation<TNumber>(ReadOnlySpan<TNumber> x, ReadOnlySpan<TNumber> y, Span<TNumber> z);

    [Test]
    public void Arithmetic_agrees_with_the_reference()
    {
        T factor = T.CreateChecked(-0.75);
        Compare("Add", Fast.Add, Plain.Add, reads: false);
        Compare("Subtract", Fast.Subtract, Plain.Subtract, reads: false);
        Compare("Multiply", Fast.Multiply, Plain.Multiply, reads: false);
        Compare("Divide", Fast.Divide, Plain.Divide, reads: false);
        Compare("AddProduct", Fast.AddProduct, Plain.AddProduct, reads: true);
        Compare("Scale", (x, _, z) => Fast.Scale(x, factor, z), (x, _, z) => Plain.Scale(x, -0.75, z), reads: false);
        Compare("MoveTowards", (x, _, z) => Fast.MoveTowards(x, T.CreateChecked(0.25), z), (x, _, z) => Plain.MoveTowards(x, 0.25, z), reads: true);
        Compare("AddScaled", (x, _, z) => Fast.AddScaled(x, factor, z), (x, _, z) => Plain.AddScaled(x, -0.75, z), reads: true);
    }

    // What stands behind the last element may not be ours to read, though no result would show it.
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(7)]
    public unsafe void The_edge_of_a_row_is_filled_up_with_ones(int used)
    {
        T[] row = [.. Enumerable.Range(0, 8).Select(i => i < used ? T.CreateChecked(i + 2) : T.NaN)], filled = new T[8], stored = new T[8];
        fixed (T* from = row, buffer = filled, to = stored)
        {
            Edge.Load(from, used, buffer, 8);
            Edge.Store(buffer, used, to);
        }

        Assert.That(filled, Is.EqualTo(row.Select(value => T.IsNaN(value) ? T.One : value)));
        Assert.That(stored, Is.EqualTo(row.Select(value => T.IsNaN(value) ? T.Zero : value)));
    }

    [Test]
    public void Wrong_lengths_are_named()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Fast.Add<T>(new T[3], new T[4], new T[4]), Throws.ArgumentException.With.Message.Contains("3 elements beside 4"));
            Assert.That(() => Fast.Multiply<T>(new T[4], new T[3], new T[4]), Throws.ArgumentException.With.Message.Contains("3 elements beside 4"));
            Assert.That(() => Fast.Scale(new T[4], T.One, new T[5]), Throws.ArgumentException.With.Message.Contains("4 elements beside 5"));
        });
    }

    private static void Compare(string name, Operation<T> fast, Operation<double> plain, bool reads)
    {
        foreach (int length in TestData.Lengths)
        {
            T[] x = TestData.Uniform<T>(length, 1), y = TestData.Uniform<T>(length, 2, 0.5, 1.5), before = TestData.Uniform<T>(length, 3);
            var z = reads ? new Guarded<T>(before) : Guarded<T>.ForOutput(length);
            double[] expected = reads ? before.ToDouble() : TestData.OtherGarbage(length);
            fast(new Guarded<T>(x).Span, new Guarded<T>(y).Span, z.Span);
            plain(x.ToDouble(), y.ToDouble(), expected);
            Check.Close(z, expected, Tolerance.Arithmetic<T>(), $"{name} of {length} elements", floor: 1);
            if (reads)
                continue;

            // In place of either operand.
            Guarded<T> inX = new(x), inY = new(y);
            fast(inX.Span, y, inX.Span);
            Check.Same<T>(inX.Span, z.Span, $"{name} in place of x");
            fast(x, inY.Span, inY.Span);
            Check.Same<T>(inY.Span, z.Span, $"{name} in place of y");
        }
    }
}
