using System.Numerics;
using Diffusion.Autograd;

namespace Diffusion.Nn;

/// <summary>A table of learned rows, [count, features], looked up by index.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Embedding<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Makes a table with PyTorch's first values, standard normal.</summary>
    public Embedding(int count, int features, WeightInitializer weights)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        Weight = Register("weight", new Parameter<T>(weights.Normal<T>([count, features])));
    }

    /// <summary>The table.</summary>
    public Parameter<T> Weight { get; }

    /// <summary>The rows of the given indices, [indices.Length, features].</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index outside of the table.</exception>
    public Variable<T> Forward(Tape<T>? tape, ReadOnlySpan<int> indices) => Weight.Lookup(indices, tape);

    /// <inheritdoc/>
    protected override string Settings => $"{Weight.Shape[0]}, {Weight.Shape[1]}";

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new Embedding<TOther>(Weight.Shape[0], Weight.Shape[1], WeightInitializer.Blank);
}
