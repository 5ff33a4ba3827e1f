using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

public sealed class WeightInitializerTests
{
    // PyTorch's fans of nn.Linear(40, 60), nn.Conv1d(40, 60, 3, groups=2), nn.ConvTranspose2d(40, 60, (2, 3), groups=2), ...
    private static readonly (Shape Shape, WeightLayout Layout, int In, int Out)[] Cases =
    [
        ([40, 60], WeightLayout.Linear, 40, 60),
        ([60, 40], WeightLayout.Plain, 40, 60),
        ([3, 20, 60], WeightLayout.Conv1d, 60, 180),
        ([3, 40, 30], WeightLayout.ConvTranspose1d, 90, 120),
        ([2, 3, 20, 60], WeightLayout.Conv2d, 120, 360),
        ([2, 3, 40, 30], WeightLayout.ConvTranspose2d, 180, 240),
    ];

    [Test]
    public void Fans_are_those_of_PyTorch()
    {
        foreach (var (shape, layout, @in, @out) in Cases)
            Assert.That(WeightLayouts.Fans(shape, layout), Is.EqualTo((@in, @out)), layout.ToString());
        Assert.That(() => WeightLayouts.Fans([3], WeightLayout.Plain), Throws.ArgumentException.With.Message.Contains("[3] has no fans"));
    }

    [Test]
    public void Each_weight_has_numbers_of_its_own()
    {
        var weights = Layers.Weights(3);
        var drawn = new[] { weights.Uniform<double>([8], 1), weights.Uniform<double>([8], 1), weights.Normal<double>([8]), weights.Normal<double>([8]) };
        Assert.That(drawn.Select(tensor => tensor.Span[0]).Distinct().Count(), Is.EqualTo(4));
    }

    [Test]
    public void Uniform_and_normal_values_have_the_variance_that_they_should()
    {
        var weights = Layers.Weights(3);
        foreach (var (shape, layout, @in, @out) in Cases)
        {
            Check(weights.KaimingUniform<double>(shape, layout), 2.0 / @in, uniform: true);
            Check(weights.KaimingUniform<double>(shape, layout, gain: 1, fanOut: true), 1.0 / @out, uniform: true);
            Check(weights.KaimingNormal<double>(shape, layout), 2.0 / @in, uniform: false);
            Check(weights.KaimingNormal<double>(shape, layout, gain: 3, fanOut: true), 9.0 / @out, uniform: false);
            Check(weights.XavierUniform<double>(shape, layout), 2.0 / (@in + @out), uniform: true);
            Check(weights.XavierNormal<double>(shape, layout, gain: 2), 8.0 / (@in + @out), uniform: false);
        }

        // Within five standard errors: that of a mean is σ/√n, that of a variance σ²·√((kurtosis - 1)/n), kurtosis 9/5 or 3.
        static void Check(Tensor<double> tensor, double variance, bool uniform)
        {
            double[] values = tensor.Span.ToArray();
            double count = values.Length, bound = Math.Sqrt(3 * variance);
            Assert.That(values.Average(), Is.Zero.Within(5 * Math.Sqrt(variance / count)));
            Assert.That(values.Average(value => value * value), Is.EqualTo(variance).Within(5 * variance * Math.Sqrt((uniform ? 0.8 : 2) / count)));
            Assert.That(values.Max(Math.Abs), uniform ? Is.InRange(0.98 * bound, bound * (1 + 1e-12)) : Is.GreaterThan(bound));
        }
    }

    [Test]
    public void Orthogonal_weights_have_orthonormal_rows_or_columns_in_the_order_of_PyTorch()
    {
        var weights = Layers.Weights(4);
        foreach (var (shape, layout, _, _) in Cases)
        {
            var weight = WeightLayouts.ToPyTorch(weights.Orthogonal<double>(shape, layout, gain: 2), layout);
            Assert.That(WeightLayouts.ToPyTorch(shape, layout), Is.EqualTo(weight.Shape));
            var matrix = weight.Reshape(weight.Shape[0], -1);
            bool wide = matrix.Shape[0] <= matrix.Shape[1];
            var gram = matrix.MatMul(matrix, transposeA: !wide, transposeB: wide);
            for (int i = 0; i < gram.Shape[0]; i++)
            {
                for (int j = 0; j < gram.Shape[0]; j++)
                    Assert.That(gram[i, j], Is.EqualTo(i == j ? 4 : 0).Within(1e-13), $"{layout} {i} {j}");
            }
        }

        Assert.That(weights.Orthogonal<float>([1, 1], WeightLayout.Linear).Span[0], Is.EqualTo(1).Or.EqualTo(-1));
        Assert.That(() => weights.Orthogonal<float>([5], WeightLayout.Plain), Throws.ArgumentException);
        Assert.That(weights.Orthogonal<float>([0, 5], WeightLayout.Plain).Length, Is.Zero);
        Assert.That(WeightInitializer.Zeros<float>([2, 2]).Span.ToArray(), Is.All.Zero);
    }
}
