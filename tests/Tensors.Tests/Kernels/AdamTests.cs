using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class AdamTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [TestCase(0, 0)]
    [TestCase(0.1, 0)]
    [TestCase(0, 0.1)]
    public void Several_steps_agree_with_the_reference(double l2, double decay)
    {
        foreach (int length in TestData.Lengths)
        {
            T[] start = TestData.Uniform<T>(length, 1);
            Guarded<T> w = new(start), m = new(new T[length]), v = new(new T[length]);
            double[] w64 = start.ToDouble(), m64 = new double[length], v64 = new double[length];
            T rate = C(0.01), beta1 = C(0.9), beta2 = C(0.999), epsilon = C(1e-8);
            for (int k = 1; k <= 4; k++)
            {
                T[] gradient = TestData.Uniform<T>(length, 10 + k);
                var step = new AdamStep<T>(
                    rate, beta1, C(1 - D(beta1)), beta2, C(1 - D(beta2)), epsilon, C(1 / (1 - Math.Pow(D(beta1), k))), C(1 / (1 - Math.Pow(D(beta2), k))), T.One, C(l2), T.One - (rate * C(decay)));
                Tensors.Kernels.Adam.Step<T>(step, w.Span, new Guarded<T>(gradient).Span, m.Span, v.Span);
                Reference.Adam.Step<double>(k, D(rate), D(beta1), D(beta2), D(epsilon), D(C(l2)), D(C(decay)), w64, gradient.ToDouble(), m64, v64);
            }

            Check.Close(m, m64, Tolerance.Adam<T>(), $"First moments of {length} weights", floor: 1);
            Check.Close(v, v64, Tolerance.Adam<T>(), $"Second moments of {length} weights", floor: 0.01);
            Check.Close(w, w64, Tolerance.Adam<T>(), $"{length} weights", floor: 1);
        }
    }

    [Test]
    public void Wrong_lengths_are_named() => Assert.That(
        () => Tensors.Kernels.Adam.Step<T>(default, new T[4], new T[4], new T[4], new T[3]), Throws.ArgumentException.With.Message.Contains("moments of 4 and 3"));

    private static T C(double value) => T.CreateChecked(value);

    private static double D(T value) => double.CreateChecked(value);
}
