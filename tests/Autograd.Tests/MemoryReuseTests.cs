using Diffusion.Tensors;
using Diffusion.Tensors.Memory;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>A training loop reaches a steady state, in which no step allocates anything large.</summary>
[NonParallelizable]
public sealed class MemoryReuseTests
{
    private static readonly Variable<float> W1 = Parameter([16, 64]), B1 = Parameter([64]), Gamma = Parameter([64]), Beta = Parameter([64]), W2 = Parameter([3, 64, 16]);
    private static readonly Tensor<float> X = Tensor<float>.Full([32, 8, 16], 0.5f), Target = Tensor<float>.Full([32, 8, 16], 0.25f);

    [Test]
    public void Memory_stops_growing_after_the_first_steps()
    {
        long bytes = 0;
        for (int step = 0; step < 20; step++)
        {
            long now = Step();
            if (step >= 2)
                Assert.That(now, Is.EqualTo(bytes), $"bytes of the tape in step {step}");
            bytes = now;
        }
    }

    // Nodes and variables are objects of some ten to hundred bytes; the numbers of a step would be a hundred times more.
    [Test]
    public void A_step_allocates_a_few_kilobytes()
    {
        for (int step = 0; step < 5; step++)
            _ = Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 10; step++)
            _ = Step();
        long perStep = (GC.GetAllocatedBytesForCurrentThread() - before) / 10;
        TestContext.Out.WriteLine($"{perStep} bytes in each step");
        Assert.That(perStep, Is.LessThan(8 * 1024));
    }

    [Test]
    public void Inference_reaches_a_steady_state_too()
    {
        long bytes = 0;
        for (int step = 0; step < 10; step++)
        {
            using var tape = Tape<float>.StartInference();
            _ = Network(tape);
            if (step >= 2)
                Assert.That(tape.AllocatedBytes, Is.EqualTo(bytes));
            bytes = tape.AllocatedBytes;
        }
    }

    // Gradients that have been read give their memory to those still to come: the way back costs a few buffers, not one
    // for each operation. On a thread of its own, whose tape has no memory yet.
    [Test]
    public void The_way_back_reuses_the_memory_of_gradients()
    {
        const int Operations = 50, Length = 100_000;
        (long forward, long backward) = (0, 0);
        var thread = new Thread(() =>
        {
            using var tape = Tape<float>.Start();
            var y = tape.Variable(Tensor<float>.Full([Length], 0.1f), requiresGradient: true);
            for (int i = 0; i < Operations; i++)
                y = y.Tanh();
            var loss = y.Sum();
            forward = tape.AllocatedBytes;
            tape.Backward(loss);
            backward = tape.AllocatedBytes - forward;
        });
        thread.Start();
        thread.Join();
        Assert.That(forward, Is.GreaterThan(Operations * Length * sizeof(float)));
        Assert.That(backward, Is.LessThan(4 * 1.25 * Length * sizeof(float)));
    }

    // Batches of all sizes, then small ones: the memory is that of the last steps, not of the whole run.
    [Test]
    public void Ragged_batches_leave_no_more_than_was_needed_lately()
    {
        var random = new Random(1);
        long largest = 0, last = 0;
        int lengths = 0;
        var thread = new Thread(() =>
        {
            for (int step = 0; step < 1000; step++)
                largest = Math.Max(largest, Ragged(random.Next(1, 3000)).Bytes);
            lengths = Ragged(1).Lengths;
            for (int step = 0; step < 2 * TensorPool<float>.Patience; step++)
                last = Ragged(random.Next(1, 10)).Bytes;
        });
        thread.Start();
        thread.Join();
        Assert.Multiple(() =>
        {
            Assert.That(largest, Is.LessThan(1_000_000), "bytes: a batch of 3000 needs six tensors of up to 15 KB, in 24 sizes");
            Assert.That(lengths, Is.LessThanOrEqualTo(2 * TensorPool<float>.Patience));
            Assert.That(last, Is.LessThan(10_000));
        });
    }

    [Test]
    public void Trimming_lets_the_memory_of_ended_tapes_go()
    {
        (long before, long after) = (0, 0);
        var thread = new Thread(() =>
        {
            _ = Ragged(1000);
            before = Ragged(1).Bytes;
            Tape<float>.Trim();
            after = Ragged(1).Bytes;
        });
        thread.Start();
        thread.Join();
        Assert.That(before, Is.GreaterThan(4000));
        Assert.That(after, Is.LessThan(4000));
    }

    private static (long Bytes, int Lengths) Ragged(int batch)
    {
        using var tape = Tape<float>.Start();
        _ = tape.RentIndices(batch);
        tape.Backward(tape.Variable(Tensor<float>.Zeros([batch]), requiresGradient: true).Exp().Tanh().Sum());
        return (tape.AllocatedBytes, tape.IndexLengths);
    }

    private static long Step()
    {
        using var tape = Tape<float>.Start();
        tape.Backward(Loss.MeanSquared(Network(tape), tape.Variable(Target)));
        foreach (var parameter in (ReadOnlySpan<Variable<float>>)[W1, B1, Gamma, Beta, W2])
            parameter.ClearGradient();
        return tape.AllocatedBytes;
    }

    private static Variable<float> Network(Tape<float> tape) =>
        tape.Variable(X).Linear(W1, B1).GroupNorm(8, Gamma, Beta, silu: true).Conv1d(W2, padding: 1);

    private static Variable<float> Parameter(Shape shape) => new(Tensor<float>.Full(shape, 0.1f), requiresGradient: true);
}
