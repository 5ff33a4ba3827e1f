using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>How much memory a tape keeps where batches come in all sizes.</summary>
public sealed class MemoryBoundTests
{
    private const int Largest = 512, Steps = 400;

    // A batch takes buffers of up to twice the size it needs, so sizes above a half share those of the largest, and 1 + 1/2 + 1/4 + ... = 2.
    // Without that, and without letting go what lies idle, the same steps keep four times as much.
    [Test]
    public void Batches_of_all_sizes_take_at_most_twice_the_memory_of_the_largest()
    {
        (long largest, long most) = (0, 0);
        var thread = new Thread(() =>
        {
            var random = new RandomSource(7);
            var network = new TwoPixelUNet<float>(new() { Timesteps = 20, Classes = 2 }, random);
            largest = Bytes(network, Largest);
            foreach (int batch in random.At(1).Integers(1, Largest + 1, Steps))
                most = Math.Max(most, Bytes(network, batch));
        });
        thread.Start();
        thread.Join();
        TestContext.Out.WriteLine($"{most} bytes at most, {(double)most / largest:f2} times the {largest} of the largest batch");
        Assert.That(most, Is.InRange(largest, 2 * largest));
    }

    private static long Bytes(TwoPixelUNet<float> network, int batch)
    {
        using var tape = Tape<float>.Start();
        tape.Backward(Loss.MeanSquared(network.Forward(tape, Tensor<float>.Zeros([batch, 2, 1]), new int[batch], new int[batch]), Tensor<float>.Zeros([batch, 2, 1])));
        network.ZeroGradients();
        return tape.AllocatedBytes;
    }
}
