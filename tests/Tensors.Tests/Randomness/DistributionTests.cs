using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Simd;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Randomness;

/// <summary>
/// Statistics of 400,000 numbers. Bounds are five standard deviations of each statistic (one run in two million is beyond),
/// and the seed is fixed, so a failure means a change of the generator.
/// </summary>
public sealed class DistributionTests
{
    private const int Count = 400_000;

    private static RandomStream Stream(Purpose purpose = Purpose.Metrics) => new RandomSource(2024).For(purpose).At(3);

    [Test]
    public void Normal_numbers_have_the_moments_of_a_normal_distribution([Values(1, 4, 1000)] int perSample)
    {
        double[] x = Normals(perSample);
        double mean = x.Average(), variance = x.Sum(v => v * v) / Count, third = x.Sum(v => v * v * v) / Count, fourth = x.Sum(v => v * v * v * v) / Count;

        // The variances of x, x², x³ and x⁴ are 1, 2, 15 and 96.
        double sigma = 5 / Math.Sqrt(Count);
        Assert.Multiple(() =>
        {
            Assert.That(mean, Is.EqualTo(0).Within(sigma));
            Assert.That(variance, Is.EqualTo(1).Within(sigma * Math.Sqrt(2)));
            Assert.That(third, Is.EqualTo(0).Within(sigma * Math.Sqrt(15)));
            Assert.That(fourth, Is.EqualTo(3).Within(sigma * Math.Sqrt(96)));
        });
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Normal_numbers_have_the_tails_of_a_normal_distribution(double beyond)
    {
        double[] x = Normals(4);
        double p = 1 - SpecialFunctions.Erf(beyond / Math.Sqrt(2)), allowed = 5 * Math.Sqrt(p * (1 - p) / Count);
        Assert.That(x.Count(v => Math.Abs(v) > beyond) / (double)Count, Is.EqualTo(p).Within(allowed));
        Assert.That(x.Max(Math.Abs), Is.LessThan(6.8), "the smallest u of Box and Muller is 2^-33");
    }

    // Vectors make the floats: the same words give the same numbers as in double, out to where u is next to 0 and to 1.
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(4000)]
    public void Normal_floats_are_the_normal_doubles_rounded(int perSample)
    {
        float[] x = new float[1_200_000];
        double[] expected = new double[x.Length];
        Stream().Normal<float>(x, perSample);
        Stream().Normal<double>(expected, perSample);
        Check.Close<float>(x, expected, Tolerance.Function<float>(), "Normal floats", floor: 1);
    }

    // Kolmogorov and Smirnov: √n·D is beyond 1.95 once in a thousand times.
    [Test]
    public void Distributions_pass_the_test_of_Kolmogorov_and_Smirnov()
    {
        double[] uniform = new double[Count];
        Stream().Uniform<double>(uniform, 4);
        Assert.Multiple(() =>
        {
            Assert.That(KolmogorovSmirnov(Normals(4), x => (1 + SpecialFunctions.Erf(x / Math.Sqrt(2))) / 2), Is.LessThan(1.95), "normal");
            Assert.That(KolmogorovSmirnov(uniform, x => x), Is.LessThan(1.95), "uniform");
            Assert.That(uniform.Min(), Is.GreaterThanOrEqualTo(0));
            Assert.That(uniform.Max(), Is.LessThan(1));
        });
    }

    [Test]
    public void Floats_stay_below_one_and_are_multiples_of_two_to_the_minus_24()
    {
        float[] uniform = new float[Count];
        Stream().Uniform<float>(uniform, 4);
        Assert.That(uniform.All(x => x is >= 0 and < 1 && x * 16777216f == MathF.Floor(x * 16777216f)), Is.True);
    }

    // Neighbours in a sample, the same place in neighbouring samples, and other purposes are not correlated.
    [Test]
    public void Numbers_are_not_correlated()
    {
        double[] x = Normals(4), other = new double[Count];
        Stream(Purpose.Noise).Normal<double>(other, 4);
        double allowed = 5 / Math.Sqrt(Count);
        Assert.Multiple(() =>
        {
            foreach (int lag in (int[])[1, 2, 3, 4, 8])
                Assert.That(Enumerable.Range(0, Count - lag).Sum(i => x[i] * x[i + lag]) / Count, Is.EqualTo(0).Within(allowed), $"lag {lag}");
            Assert.That(x.Zip(other, (a, b) => a * b).Average(), Is.EqualTo(0).Within(allowed), "purposes");
        });
    }

    [Test]
    public void Integers_fill_their_range_evenly()
    {
        int[] integers = new int[Count];
        Stream().Integers(-3, 7, integers);
        int[] counts = new int[10];
        foreach (int value in integers)
            counts[value + 3]++;
        double allowed = 5 * Math.Sqrt(Count * 0.1 * 0.9);
        Assert.That(counts, Is.All.EqualTo(Count / 10).Within(allowed));

        int[] piece = new int[10];
        Stream().Integers(-3, 7, piece, firstSample: 100);
        Assert.That(piece, Is.EqualTo(integers[100..110]));
        Stream().Integers(int.MinValue, int.MaxValue, piece);
        Assert.That(piece.Distinct().Count(), Is.EqualTo(10));
        Assert.That(() => Stream().Integers(3, 3, piece), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("[3, 3)"));
    }

    [Test]
    public void Categories_come_as_often_as_their_weights_say()
    {
        double[] weights = [1, 0, 3, 0.5, 0];
        int[] drawn = new int[Count];
        Stream().Categorical(weights, drawn);
        for (int c = 0; c < weights.Length; c++)
        {
            double p = weights[c] / 4.5;
            Assert.That(drawn.Count(value => value == c) / (double)Count, Is.EqualTo(p).Within(5 * Math.Sqrt(p * (1 - p) / Count)), $"category {c}");
        }

        Assert.Multiple(() =>
        {
            Assert.That(() => Stream().Categorical([1, -1], drawn), Throws.ArgumentException.With.Message.Contains("the weight -1"));
            Assert.That(() => Stream().Categorical([1, double.NaN], drawn), Throws.ArgumentException);
            Assert.That(() => Stream().Categorical([0, 0], drawn), Throws.ArgumentException.With.Message.Contains("weight 0"));
        });
    }

    [Test]
    public void A_permutation_has_every_number_once_and_each_anywhere()
    {
        foreach (int count in (int[])[0, 1, 2, 1000])
            Assert.That(Stream().Permutation(count).Order(), Is.EqualTo(Enumerable.Range(0, count)));

        // Where number 0 of 5 goes, over many steps.
        const int Draws = 20_000;
        int[] places = new int[5];
        for (int step = 0; step < Draws; step++)
            places[Array.IndexOf(new RandomSource(9).For(Purpose.Data).At(step).Permutation(5), 0)]++;
        Assert.That(places, Is.All.EqualTo(Draws / 5).Within(5 * Math.Sqrt(Draws * 0.2 * 0.8)));
    }

    private static double[] Normals(int perSample)
    {
        double[] x = new double[Count];
        Stream().Normal<double>(x, perSample);
        return x;
    }

    private static double KolmogorovSmirnov(double[] values, Func<double, double> distribution)
    {
        double[] sorted = [.. values.Order()];
        double largest = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            double f = distribution(sorted[i]);
            largest = Math.Max(largest, Math.Max(f - ((double)i / sorted.Length), ((i + 1.0) / sorted.Length) - f));
        }

        return largest * Math.Sqrt(sorted.Length);
    }
}
