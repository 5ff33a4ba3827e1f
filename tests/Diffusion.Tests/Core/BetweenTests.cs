using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Spherical interpolation of noises.</summary>
public sealed class BetweenTests
{
    private static readonly double[] Shares = [.1, .25, .5, .75, .9];

    private static double Length(Tensor<double> x) => Math.Sqrt(x.Square().Sum());

    // At right angles it is cos and sin of a part of the right angle; both lengths the same, so is that of every mixture.
    [Test]
    public void Between_noises_at_right_angles_it_goes_along_the_circle()
    {
        Tensor<double> x = Tensor<double>.From([1, 2], 3, 0), y = Tensor<double>.From([1, 2], 0, 3);
        foreach (double share in Shares)
        {
            double angle = share * Math.PI / 2;
            Assert.That(Start.Between(x, y, share).Span.ToArray(), Is.EqualTo((double[])[3 * Math.Cos(angle), 3 * Math.Sin(angle)]).Within(1e-14));
        }

        // 60 degrees: at a half both weigh sin 30° / sin 60° = 1/√3.
        var z = Tensor<double>.From([1, 2], 1.5, 1.5 * Math.Sqrt(3));
        Assert.That(Start.Between(x, z, .5).Span.ToArray(), Is.EqualTo((double[])[4.5 / Math.Sqrt(3), 1.5]).Within(1e-14));
    }

    // Lengths of 3000 Gaussian numbers deviate by 1 in 77, and angles by as much from a right one: 4 of those, and the linear mixture is 30 % too short.
    [Test]
    public void Mixtures_of_Gaussian_noises_are_as_long_as_they_are()
    {
        const int N = 3000;
        var noise = new RandomSource(3).For(Purpose.Start).At(0).Normal<double>([20, N]);
        Tensor<double> first = noise[..10], second = noise[10..];
        foreach (double share in Shares)
        {
            var between = Start.Between(first, second, share);
            for (int i = 0; i < 10; i++)
            {
                double length = Length(between.Rows(i, i + 1)), a = Length(first.Rows(i, i + 1)), b = Length(second.Rows(i, i + 1));
                Assert.That(length, Is.EqualTo(Math.Sqrt(N)).Within(4 * Math.Sqrt(.5)));
                Assert.That(length, Is.InRange(Math.Min(a, b) * (1 - 1e-3), Math.Max(a, b) * (1 + 1e-3)));
            }
        }

        Assert.That(Length((first[..1] + second[..1]) * .5), Is.LessThan(.75 * Math.Sqrt(N)), "the linear one");
    }

    [Test]
    public void The_ends_are_the_noises_to_the_bit()
    {
        var noise = new RandomSource(4).For(Purpose.Start).At(0).Normal<float>([8, 3, 5]);
        Tensor<float> first = noise[..4], second = noise[4..];
        Assert.That(Start.Between(first, second, 0).Span.SequenceEqual(first.Span));
        Assert.That(Start.Between(first, second, 1).Span.SequenceEqual(second.Span));
        Assert.That(Start.Between(first, second, .3).Rows(2, 3).Span.SequenceEqual(Start.Between(first.Rows(2, 3), second.Rows(2, 3), .3).Span), "samples by themselves");
    }

    [Test]
    public void Parallel_noises_are_interpolated_linearly()
    {
        var noise = new RandomSource(5).For(Purpose.Start).At(0).Normal<double>([2, 7]);
        var zeros = Tensor<double>.Zeros(noise.Shape);
        foreach (double share in Shares)
        {
            Assert.That((Start.Between(noise, noise, share) - noise).Abs().Max(), Is.LessThan(1e-14), "the same noise");
            Assert.That((Start.Between(noise, noise * 3, share) - (noise * (1 + (2 * share)))).Abs().Max(), Is.LessThan(1e-6));
            Assert.That((Start.Between(zeros, noise, share) - (noise * share)).Abs().Max(), Is.LessThan(1e-14), "no noise");
        }
    }

    [Test]
    public void What_cannot_be_mixed_is_refused()
    {
        var x = Tensor<double>.Zeros([2, 3]);
        foreach (double share in (double[])[-1e-9, 1.0001, double.NaN])
            Assert.That(() => Start.Between(x, x, share), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"The share {share} is outside of [0, 1]"));
        Assert.That(() => Start.Between(x, Tensor<double>.Zeros([3, 2]), .5), Throws.ArgumentException.With.Message.Contains("shapes [2, 3] and [3, 2]"));
        Assert.That(() => Start.Between(Tensor<double>.Full([], 1), Tensor<double>.Full([], 1), .5), Throws.ArgumentException.With.Message.Contains("accepted are two batches"));
    }
}
