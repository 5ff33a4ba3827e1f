using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors.Randomness;

/// <summary>
/// One stream of random numbers: a pure function of (seed, purpose, step, sample, position). Filling twice gives the
/// same numbers; a batch cut in two with <c>firstSample</c> set gives what the whole batch gives.
/// </summary>
/// <remarks>The counter of Philox is (block within the sample, sample, low and high part of the step with the purpose).</remarks>
public readonly record struct RandomStream
{
    internal RandomStream(ulong seed, Purpose purpose, long step)
    {
        if (step is < 0 or >= 1L << 56)
            throw new ArgumentOutOfRangeException(nameof(step), step, "A step of a random stream is at least 0 and less than 2^56.");
        Key0 = (uint)seed;
        Key1 = (uint)(seed >> 32);
        Counter2 = (uint)step;
        Counter3 = (uint)(step >> 32) | ((uint)purpose << 24);
    }

    internal uint Key0 { get; }

    internal uint Key1 { get; }

    internal uint Counter2 { get; }

    internal uint Counter3 { get; }

    /// <summary>The four random words of one block of one sample.</summary>
    public (uint X0, uint X1, uint X2, uint X3) Block(uint block, uint sample) => Philox.Block(block, sample, Counter2, Counter3, Key0, Key1);

    /// <summary>Standard normal numbers: <paramref name="destination"/> holds samples of <paramref name="perSample"/> numbers each, the first being sample <paramref name="firstSample"/>.</summary>
    /// <exception cref="ArgumentException">The length is not a multiple of <paramref name="perSample"/>.</exception>
    public void Normal<T>(Span<T> destination, int perSample = 1, int firstSample = 0)
        where T : unmanaged, IFloatingPointIeee754<T> => RandomKernels.Normal(this, destination, perSample, firstSample);

    /// <summary>Standard normal numbers in a new tensor; dimension 0 counts the samples.</summary>
    public Tensor<T> Normal<T>(Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var tensor = Tensor<T>.Uninitialized(shape);
        Normal(tensor.Span, PerSample(shape));
        return tensor;
    }

    /// <summary>Numbers uniform in [0, 1), multiples of 2^-24 for float and 2^-32 for double.</summary>
    /// <exception cref="ArgumentException">The length is not a multiple of <paramref name="perSample"/>.</exception>
    public void Uniform<T>(Span<T> destination, int perSample = 1, int firstSample = 0)
        where T : unmanaged, IFloatingPointIeee754<T> => RandomKernels.Uniform(this, destination, perSample, firstSample);

    /// <summary>Numbers uniform in [0, 1) in a new tensor; dimension 0 counts the samples.</summary>
    public Tensor<T> Uniform<T>(Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var tensor = Tensor<T>.Uninitialized(shape);
        Uniform(tensor);
        return tensor;
    }

    /// <summary>Fills a tensor with numbers uniform in [0, 1); dimension 0 counts the samples.</summary>
    public void Uniform<T>(Tensor<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T> => Uniform(destination.Span, PerSample(destination.Shape));

    /// <summary>Integers uniform in [from, to), one for each sample. The bias is at most (to - from) / 2^64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty.</exception>
    public void Integers(int from, int to, Span<int> destination, int firstSample = 0)
    {
        if (to <= from)
            throw new ArgumentOutOfRangeException(nameof(to), to, $"Integers in [{from}, {to}) were asked for, but there are none.");
        ulong range = (ulong)((long)to - from);
        for (int i = 0; i < destination.Length; i++)
        {
            var (x0, x1, _, _) = Block(0, (uint)(firstSample + i));
            ulong word = x0 | ((ulong)x1 << 32);
            destination[i] = from + (int)Math.BigMul(word, range, out _);
        }
    }

    /// <summary>Categories 0, 1, ... with the given weights (not necessarily of sum 1), one for each sample.</summary>
    /// <exception cref="ArgumentException">A negative or non-finite weight, or all are zero.</exception>
    public void Categorical(ReadOnlySpan<double> weights, Span<int> destination, int firstSample = 0)
    {
        double total = 0;
        foreach (double weight in weights)
            total += weight >= 0 && double.IsFinite(weight) ? weight : throw new ArgumentException($"A category has the weight {weight}; weights are finite and at least 0.", nameof(weights));
        if (total <= 0)
            throw new ArgumentException("All categories have the weight 0.", nameof(weights));

        for (int i = 0; i < destination.Length; i++)
        {
            double left = RandomKernels.ToUnit(Block(0, (uint)(firstSample + i)).X0) * total;
            int category = 0;
            while (category < weights.Length - 1 && (left >= weights[category] || weights[category] == 0))
                left -= weights[category++];
            destination[i] = category;
        }
    }

    /// <summary>The numbers 0 ... count - 1 in random order (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
            order[i] = i;
        for (int i = count - 1; i > 0; i--)
        {
            var (x0, x1, _, _) = Block(0, (uint)i);
            int j = (int)Math.BigMul(x0 | ((ulong)x1 << 32), (ulong)i + 1, out _);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static int PerSample(Shape shape) => shape.Rank == 0 || shape[0] == 0 ? 1 : Math.Max(1, shape.Length / shape[0]);
}
