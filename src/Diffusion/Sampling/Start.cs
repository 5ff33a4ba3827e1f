using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>The pure noise x_T that the reverse process starts from.</summary>
public static class Start
{
    /// <summary>Standard normal x_T from the stream <see cref="Purpose.Start"/> of a run; sample i does not depend on the number of samples.</summary>
    /// <param name="random">The source of the run.</param>
    /// <param name="shape">[N, ...], such as [N, 2, 1].</param>
    public static Tensor<T> Draw<T>(RandomSource random, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => random.For(Purpose.Start).At(0).Normal<T>(shape);
}
