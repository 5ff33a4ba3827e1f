using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Memory;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Memory;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed unsafe class MemoryTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Memory_starts_on_a_cache_line()
    {
        var pool = new TensorPool<T>();
        foreach (int length in TestData.Lengths.Where(length => length > 0))
        {
            Assert.That(Address(Tensor<T>.Uninitialized([length])) % 64, Is.EqualTo((nuint)0), $"a tensor of {length}");
            Assert.That(Address(pool.Rent([length])) % 64, Is.EqualTo((nuint)0), $"a pooled tensor of {length}");
        }
    }

    [Test]
    public void Memory_does_not_move()
    {
        var tensor = Tensor<T>.Zeros([100]);
        nuint before = Address(tensor);
        for (int i = 0; i < 3; i++)
        {
            _ = new byte[100_000];
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        }

        Assert.That(Address(tensor), Is.EqualTo(before));
    }

    [Test]
    public void What_is_returned_cannot_be_read()
    {
        var pool = new TensorPool<T>();
        var tensor = pool.Rent([5]);
        var view = tensor.Reshape([5, 1]);
        pool.Return(tensor);
        Assert.That(() => tensor.Span.Length, Throws.InstanceOf<InvalidOperationException>());
        Assert.That(() => view.Span.Length, Throws.InstanceOf<InvalidOperationException>());
    }

    [Test]
    public void What_is_returned_is_rented_again()
    {
        var pool = new TensorPool<T>();
        var first = pool.Rent([10, 10]);
        nuint address = Address(first);
        long bytes = pool.AllocatedBytes;
        pool.Return(first);
        var second = pool.Rent([99]);
        Assert.Multiple(() =>
        {
            Assert.That(Address(second), Is.EqualTo(address));
            Assert.That(pool.AllocatedBytes, Is.EqualTo(bytes));
        });
        _ = pool.Rent([100]);
        Assert.That(pool.AllocatedBytes, Is.GreaterThan(bytes));
    }

    [Test]
    public void Every_length_has_room_and_wastes_at_most_a_quarter()
    {
        for (int length = 0; length < 5000; length++)
        {
            var pool = new TensorPool<T>();
            var tensor = pool.Rent([length]);
            long capacity = pool.AllocatedBytes / sizeof(T);
            if (tensor.Span.Length != length || capacity < length || capacity > Math.Max(64, length * 1.25 + 1))
                Assert.Fail($"A tensor of {length} elements got room for {capacity}.");
            tensor.Span.Fill(T.One);
        }
    }

    [Test]
    public void Different_rents_do_not_share_memory()
    {
        var pool = new TensorPool<T>();
        Tensor<T> a = pool.Rent([50]), b = pool.Rent([50]);
        a.Span.Fill(T.One);
        b.Span.Clear();
        Assert.That(a.Span.ToArray(), Is.All.EqualTo(T.One));
    }

    [Test]
    public void A_free_buffer_of_up_to_twice_the_size_is_taken_before_memory_is()
    {
        var pool = new TensorPool<T>();
        var large = pool.Rent([1024]);
        nuint address = Address(large);
        long bytes = pool.AllocatedBytes;
        pool.Return(large);
        var half = pool.Rent([512]);
        Assert.That((Address(half), pool.AllocatedBytes), Is.EqualTo((address, bytes)));

        // It goes back as what it is, though it was lent as less.
        pool.Return(half);
        large = pool.Rent([1024]);
        Assert.That((Address(large), pool.AllocatedBytes), Is.EqualTo((address, bytes)));
        pool.Return(large);
        Assert.That(Address(pool.Rent([400])), Is.Not.EqualTo(address), "much larger ones stay for those who need them");
        pool.Trim();
        Assert.That(pool.AllocatedBytes, Is.EqualTo(448 * sizeof(T)), "what is still lent");
    }

    [Test]
    public void Free_buffers_of_all_sizes_can_be_let_go()
    {
        var pool = new TensorPool<T>();
        foreach (int length in (int[])[1, 64, 65, 4096, 1 << 20])
            pool.Return(pool.Rent([length]));
        pool.Trim();
        Assert.That(pool.AllocatedBytes, Is.Zero);
    }

    [Test]
    public void Buffers_of_changing_sizes_are_shared()
    {
        var pool = new TensorPool<T>();
        for (uint i = 0; i < 1000; i++)
        {
            pool.Return(pool.Rent([1 + (int)((i * 2654435761u) % 4096)]));
            pool.EndUse();
        }

        // One is lent at a time. A buffer for each of the sizes (4096, 3584, 3072, 2560, 2048, ..., 64) would be 6.5 times the largest.
        Assert.That(pool.AllocatedBytes, Is.LessThanOrEqualTo(4 * 4096 * sizeof(T)));
    }

    private static nuint Address(Tensor<T> tensor) => (nuint)Unsafe.AsPointer(ref tensor.Span[0]);
}
