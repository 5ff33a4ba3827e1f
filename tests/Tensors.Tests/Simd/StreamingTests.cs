using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Simd;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed unsafe class StreamingTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Any_length_to_any_address_is_copied_and_nothing_else([Range(0, 9)] int offset)
    {
        foreach (int length in (int[])[0, 1, 3, 7, 8, 9, 31, 64, 100])
        {
            T[] source = TestData.Uniform<T>(length, 1);
            var target = Guarded<T>.ForOutput(length + offset);
            target.Span[..offset].Clear();
            fixed (T* from = source, to = target.Span)
                Streaming.Copy(from, to + offset, length);
            target.Verify($"{length} elements at {offset}");
            Check.Same<T>(target.Span[offset..], source, $"{length} elements at {offset}");
            Check.Same<T>(target.Span[..offset], new T[offset], $"what is before {length} elements at {offset}");
        }
    }

    // A result of 33 MiB goes past the caches; the same rows in parts do not.
    [Test]
    public void A_softmax_larger_than_the_cache_is_the_same_as_in_parts([Values] bool logarithm)
    {
        const int Columns = 196;
        int parts = 8, rows = (33 << 20) / sizeof(T) / Columns / parts;
        Assert.That(Streaming.Pays<T>((long)parts * rows * Columns), Is.EqualTo(System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated));
        Assert.That(Streaming.Pays<T>((long)rows * Columns), Is.False);
        T[] x = TestData.Uniform<T>(parts * rows * Columns, 1, -10, 10), whole = new T[x.Length], part = new T[rows * Columns];
        Tensors.Kernels.Softmax.Forward<T>(parts * rows, Columns, logarithm, x, whole);
        for (int i = 0; i < parts; i++)
        {
            var range = (i * part.Length)..((i + 1) * part.Length);
            Tensors.Kernels.Softmax.Forward<T>(rows, Columns, logarithm, x.AsSpan(range), part);
            Check.Same<T>(whole.AsSpan(range), part, $"part {i}");
        }
    }
}
