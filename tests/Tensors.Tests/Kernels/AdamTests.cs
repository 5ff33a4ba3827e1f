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
    public void A_step_of_many_parameters_is_that_of_each()
    {
        var step = new AdamStep<T>(C(0.01), C(0.9), C(0.1), C(0.999), C(0.001), C(1e-8), C(10), C(1000), T.One, C(0.1), C(0.9));
        int[] lengths = [0, 1, 20_000, 7, 0, 0, 8192, 30_001, .. Enumerable.Range(1, 150), 0];
        var parameters = lengths.Select((length, i) => new AdamTensors<T>(
            Tensor<T>.From([length], TestData.Uniform<T>(length, 4 * i)), Tensor<T>.From([length], TestData.Uniform<T>(length, (4 * i) + 1)),
            Tensor<T>.From([length], TestData.Uniform<T>(length, (4 * i) + 2)), Tensor<T>.From([length], TestData.Uniform<T>(length, (4 * i) + 3, 0, 1)))).ToArray();
        var each = parameters.Select(p => p with { Weights = p.Weights.Clone(), M = p.M.Clone(), V = p.V.Clone() }).ToArray();
        Tensors.Kernels.Adam.Step<T>(step, parameters);
        for (int i = 0; i < lengths.Length; i++)
        {
            Tensors.Kernels.Adam.Step<T>(step, each[i].Weights.Span, each[i].Gradient.Span, each[i].M.Span, each[i].V.Span);
            Check.Same<T>(parameters[i].Weights.Span, each[i].Weights.Span, $"weights of parameter {i}");
            Check.Same<T>(parameters[i].M.Span, each[i].M.Span, $"first moments of parameter {i}");
            Check.Same<T>(parameters[i].V.Span, each[i].V.Span, $"second moments of parameter {i}");
        }

        parameters[140] = parameters[140] with { V = Tensor<T>.Zeros([5]) };
        Assert.That(() => Tensors.Kernels.Adam.Step<T>(step, parameters), Throws.ArgumentException.With.Message.Contains("[5]"));
        Check.Same<T>(parameters[2].Weights.Span, each[2].Weights.Span, "weights before the parameter that is refused");
    }

    [Test]
    public void Wrong_lengths_are_named() => Assert.That(
        () => Tensors.Kernels.Adam.Step<T>(default, new T[4], new T[4], new T[4], new T[3]), Throws.ArgumentException.With.Message.Contains("moments of 4 and 3"));

    private static T C(double value) => T.CreateChecked(value);

    private static double D(T value) => double.CreateChecked(value);
}
