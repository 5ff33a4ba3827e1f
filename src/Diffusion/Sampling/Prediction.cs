using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Sampling;

/// <summary>What the denoiser said of one state: its noise, and the data that follow from it.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="shape">The shape of the state.</param>
public sealed class Prediction<T>(Shape shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Shape _shape = shape;
    private Tensor<T>? _x0, _fraction;

    /// <summary>The level of the state.</summary>
    public NoiseLevel Level { get; internal set; }

    /// <summary>The predicted noise eps; where data are clamped, that of the clamped data.</summary>
    public Tensor<T> Noise { get; } = Tensor<T>.Uninitialized(shape);

    /// <summary>The predicted data (x - S eps) / g, clamped if the settings say so; undefined unless the run asks for them.</summary>
    public Tensor<T> X0 => _x0 ??= Tensor<T>.Uninitialized(_shape);

    /// <summary>Where the learned variance is between its bounds, see <see cref="ILearnedVariance{T}"/>; undefined unless the sampler asks for it.</summary>
    public Tensor<T> Fraction => _fraction ??= Tensor<T>.Uninitialized(_shape);
}
