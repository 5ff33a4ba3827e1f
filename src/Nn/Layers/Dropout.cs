using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Nn;

/// <summary>
/// While training, sets each element to 0 with a probability and divides the others by what is left (Srivastava et al.,
/// 2014); else passes its input on. The pattern of step k depends on the seed, the number of the layer and k alone.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Dropout<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly PurposeRandom _random;
    private readonly double _probability;

    /// <summary>Makes a layer, which gets the next number of those that this initialiser counts: so no two layers draw the same patterns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A probability outside of [0, 1).</exception>
    public Dropout(double probability, WeightInitializer weights)
        : this(probability, weights.NextDropout())
    {
    }

    /// <summary>Makes a layer of a number that no other layer of the same source has: with the same number two draw the same patterns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A probability outside of [0, 1).</exception>
    public Dropout(double probability, RandomSource random, uint layer)
        : this(probability, StreamsOf(random, layer))
    {
    }

    private Dropout(double probability, PurposeRandom random)
    {
        if (!(probability is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "The probability of dropout is at least 0 and less than 1.");
        _probability = probability;
        _random = random;
    }

    /// <summary>The step whose pattern is used next; it counts up by itself, and resuming sets it.</summary>
    public long Step { get; set; }

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings("", ("probability", _probability, null));

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        if (!IsTraining || _probability == 0)
            return x;
        return x.Dropout(_probability, _random.At(Step++));
    }

    /// <summary>The streams of the layer of a number.</summary>
    internal static PurposeRandom StreamsOf(RandomSource random, uint layer) => random.Derive(layer).For(Purpose.Dropout);

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new Dropout<TOther>(_probability, _random) { Step = Step };
}
