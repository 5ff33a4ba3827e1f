using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// Each element becomes 0 with a probability, and the others are divided by what is left, so that the mean stays (Srivastava et
    /// al., 2014). Which ones is drawn from a stream: the same stream draws the same.
    /// </summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">In [0, 1).</param>
    /// <param name="stream">Where the numbers come from, such as <c>random.For(Purpose.Dropout).At(step)</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1).</exception>
    public static Variable<T> Dropout<T>(this Variable<T> x, double probability, RandomStream stream)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!(probability is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "The probability of dropout is at least 0 and less than 1.");
        var mask = Recorder<T>.For(x).New(x.Shape);
        stream.Uniform(mask);
        DropoutMask.FromUniform(probability, mask.Span);
        return x * mask;
    }
}
