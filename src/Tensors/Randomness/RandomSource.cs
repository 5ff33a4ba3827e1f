namespace Diffusion.Tensors.Randomness;

/// <summary>
/// All random numbers of a run, from one seed. A stream is named by what it is for and by a step; what is drawn from one
/// never changes another, and the numbers of sample i do not depend on how many samples are drawn.
/// </summary>
/// <param name="Seed">The seed of the run.</param>
public readonly record struct RandomSource(ulong Seed)
{
    /// <summary>The streams of one step of a run: of training, of the reverse process, or of anything that is counted.</summary>
    /// <param name="step">The step, at least 0.</param>
    public StepRandom At(long step) => new(Seed, step);

    /// <summary>All streams of one purpose.</summary>
    public PurposeRandom For(Purpose purpose) => new(Seed, purpose);

    /// <summary>A source of its own for a part of a run, such as one of several models; unlike any other <paramref name="index"/>.</summary>
    public RandomSource Derive(uint index)
    {
        var (x0, x1, _, _) = Philox.Block(index, 0, 0, uint.MaxValue, (uint)Seed, (uint)(Seed >> 32));
        return new RandomSource(x0 | ((ulong)x1 << 32));
    }
}

/// <summary>The streams of one purpose, one for each step.</summary>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Purpose">What the numbers are for.</param>
public readonly record struct PurposeRandom(ulong Seed, Purpose Purpose)
{
    /// <summary>The stream of one step.</summary>
    /// <param name="step">The step, at least 0 and less than 2^56.</param>
    public RandomStream At(long step) => new(Seed, Purpose, step);
}

/// <summary>The streams of one step, one for each purpose.</summary>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Step">The step, at least 0 and less than 2^56.</param>
public readonly record struct StepRandom(ulong Seed, long Step)
{
    /// <summary>The stream of one purpose.</summary>
    public RandomStream For(Purpose purpose) => new(Seed, purpose, Step);

    /// <summary>Standard normal noise of a shape, from the stream <see cref="Purpose.Noise"/>; dimension 0 counts the samples.</summary>
    public Tensor<float> Normal(Shape shape) => For(Purpose.Noise).Normal<float>(shape);

    /// <summary>Integers in [from, to), one for each sample, from the stream <see cref="Purpose.Time"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty.</exception>
    public int[] Integers(int from, int to, int count)
    {
        int[] result = new int[count];
        For(Purpose.Time).Integers(from, to, result);
        return result;
    }
}
