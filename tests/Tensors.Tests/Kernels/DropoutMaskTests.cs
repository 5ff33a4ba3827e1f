using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class DropoutMaskTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Test]
    public void Numbers_below_the_probability_become_zero_and_the_others_the_scale([Values(0, 0.25, 0.9)] double probability)
    {
        foreach (int length in (int[])[.. TestData.Sizes, 20_000])
        {
            T[] uniform = TestData.Uniform<T>(length, 1, 0, 1);
            if (length > 0)
                uniform[0] = T.CreateTruncating(probability);
            var mask = new Guarded<T>(uniform);
            DropoutMask.FromUniform(probability, mask.Span);
            mask.Verify($"{length} numbers");
            T[] expected = new T[length];
            Reference.Elementwise.Map<T>(u => u < T.CreateTruncating(probability) ? T.Zero : T.CreateTruncating(1 / (1 - probability)), uniform, expected);
            Check.Same<T>(mask.Span, expected, $"{length} numbers");
        }
    }
}
