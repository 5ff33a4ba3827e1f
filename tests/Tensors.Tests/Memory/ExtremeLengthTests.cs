using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Memory;

/// <summary>Lengths near the largest of an array: memory and parts cover them, or an exception says that nothing can.</summary>
public sealed class ExtremeLengthTests
{
    // What a quarter more than 858,993,460 is, and what follows, was once less than nothing.
    [TestCase(0, 1280)]
    [TestCase(1 << 20, 5 << 18)]
    [TestCase(858_993_459, 1_073_741_823)]
    [TestCase(858_993_460, 1_073_741_825)]
    [TestCase(1_000_000_000, 1_250_000_000)]
    [TestCase(2_000_000_000, int.MaxValue - 120)]
    public void Scratch_memory_is_at_least_what_is_asked_for(int length, int capacity) =>
        Assert.That(Scratch<float>.Capacity(length), Is.EqualTo(capacity));

    [Test]
    public void More_memory_than_an_array_has_is_refused()
    {
        Assert.That(() => Scratch<float>.Capacity((nint)1 << 33), Throws.InstanceOf<ArgumentException>().With.Message.Contains("8589934592"));
        Assert.That(() => Tensor<float>.Uninitialized([int.MaxValue]), Throws.InstanceOf<ArgumentException>().With.Message.Contains("2147483647"));
        Assert.That(() => new TensorPool<float>().Rent([int.MaxValue]), Throws.InstanceOf<ArgumentException>().With.Message.Contains("2147483647"));
    }

    [Test]
    public void Parts_cover_the_largest_length()
    {
        foreach (int length in (int[])[0, 1, 8191, 8192, 8193, int.MaxValue - 1, int.MaxValue])
        {
            foreach (int size in (int[])[1, 7, 8192, 1 << 30, int.MaxValue])
            {
                int count = Parts.Count(length, size);
                Assert.That(count, Is.EqualTo((int)(((long)length + size - 1) / size)));
                if (count > 0)
                    Assert.That(Parts.Range(count - 1, size, length), Is.EqualTo(((count - 1) * size, length)));
            }
        }
    }
}
