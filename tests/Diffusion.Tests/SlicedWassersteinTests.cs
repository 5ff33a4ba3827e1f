using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tests;

public sealed class SlicedWassersteinTests
{
    private static readonly PurposeRandom Random = new RandomSource(9).For(Purpose.Metrics);

    // The mean of |cos| over directions is 2/pi; a shift by (a, b) moves every projection by a cos + b sin.
    [Test]
    public void A_shift_costs_its_length_times_2_over_pi()
    {
        var x = Random.At(0).Normal<double>([1000, 2, 1]);
        var y = x.Clone();
        for (int i = 0; i < 1000; i++)
        {
            y.Span[2 * i] += 3;
            y.Span[(2 * i) + 1] -= 4;
        }

        // 256 directions: the trapezoidal rule on |cos|, with kinks, is within (pi/256)²/6; single precision adds 1e-7 of 5.
        Assert.That(SlicedWasserstein.Between(x, y), Is.EqualTo(5 * 2 / Math.PI).Within(5 * 5e-5));
        Assert.That(SlicedWasserstein.Between(x, x), Is.Zero);
    }

    [Test]
    public void Symmetric_and_blind_to_order()
    {
        var x = Random.At(1).Normal<float>([500, 2, 1]);
        var y = Random.At(2).Normal<float>([731, 2, 1]);
        var reversed = Tensor<float>.Uninitialized(x.Shape);
        for (int i = 0; i < 500; i++)
            x.Rows(i, i + 1).Span.CopyTo(reversed.Rows(499 - i, 500 - i).Span);
        double distance = SlicedWasserstein.Between(x, y);
        Assert.That(SlicedWasserstein.Between(y, x), Is.EqualTo(distance).Within(1e-12));
        Assert.That(SlicedWasserstein.Between(reversed, y), Is.EqualTo(distance));
        Assert.That(SlicedWasserstein.To(y).Distance(x), Is.EqualTo(distance));
    }

    [Test]
    public void Repeating_every_point_changes_nothing()
    {
        var x = Random.At(3).Normal<double>([97, 2, 1]);
        var y = Random.At(4).Normal<double>([97, 2, 1]);
        var thrice = Tensor<double>.Uninitialized([291, 2, 1]);
        for (int i = 0; i < 3; i++)
            x.Span.CopyTo(thrice.Rows(97 * i, 97 * (i + 1)).Span);
        Assert.That(SlicedWasserstein.Between(thrice, y), Is.EqualTo(SlicedWasserstein.Between(x, y)).Within(1e-12));
    }

    [Test]
    public void Merged_quantiles_agree_with_repeated_points()
    {
        var sets = (from first in Gen.NonEmptyListOf(Gen.Choose(-50, 50)) from second in Gen.NonEmptyListOf(Gen.Choose(-50, 50)) select (first, second)).ToArbitrary();
        Prop.ForAll(sets, value =>
        {
            float[] x = [.. value.first.Select(i => i / 8f).Order()], y = [.. value.second.Select(i => i / 8f).Order()];
            float[] longX = [.. x.SelectMany(v => Enumerable.Repeat(v, y.Length))], longY = [.. y.SelectMany(v => Enumerable.Repeat(v, x.Length))];
            return Math.Abs(Wasserstein.OfSorted(x, y) - Wasserstein.OfSorted(longX, longY)) < 1e-12;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(3, 5));
    }

    [Test]
    public void Radix_sort_is_a_sort()
    {
        foreach (int length in (int[])[0, 1, 2, 3, 1000, 4097])
        {
            float[] values = new float[length];
            Random.At(5).Normal<float>(values);
            for (int i = 0; i < length; i++)
                values[i] = (i % 7) switch { 0 => 0f, 1 => -0f, 2 => values[i] * 1e30f, 3 => float.Epsilon * i, 4 => -values[i] * 1e-30f, _ => values[i] };
            float[] expected = [.. values];
            Array.Sort(expected);
            RadixSort.Sort(values, new float[length]);
            Assert.That(values, Is.EqualTo(expected));
        }

        float[] extremes = [float.MaxValue, float.MinValue, 0, -1, 1];
        RadixSort.Sort(extremes, new float[5]);
        Assert.That(extremes, Is.EqualTo(new[] { float.MinValue, -1, 0, 1, float.MaxValue }));
    }

    [Test]
    public void What_is_no_set_of_points_is_refused()
    {
        var one = Tensor<float>.Zeros([1, 2, 1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => SlicedWasserstein.To(Tensor<float>.Zeros([0, 2, 1])), Throws.ArgumentException.With.Message.Contains("at least one"));
            Assert.That(() => SlicedWasserstein.To(Tensor<float>.Zeros([])), Throws.ArgumentException);
            Assert.That(() => SlicedWasserstein.To(one).Distance(Tensor<float>.Zeros([2, 3])), Throws.ArgumentException);
            Assert.That(() => SlicedWasserstein.To(one, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => SlicedWasserstein.Between(Tensor<float>.Full([1, 2, 1], float.NaN), one), Throws.ArgumentException.With.Message.Contains("finite"));
        }
    }

    [Test]
    public void Energy_distance_of_two_points_and_of_shifted_sets()
    {
        var x = Tensor<double>.From([1, 2, 1], 0, 0);
        var y = Tensor<double>.From([1, 2, 1], 3, 4);
        Assert.That(EnergyDistance.Between(x, y), Is.EqualTo(10));
        Assert.That(EnergyDistance.Between(x, x), Is.Zero);

        // {0, 1} and {0}: 2 E|X - Y| = 1, E|X - X'| = 1/2.
        var pair = Tensor<double>.From([2, 2, 1], 0, 0, 1, 0);
        Assert.That(EnergyDistance.Between(pair, x), Is.EqualTo(.5));
    }

    [Test]
    [Category("Statistics")]
    public void Energy_distance_tells_other_data_from_the_same()
    {
        var x = GaussianMixture.TwoPixel.Sample<float>(20_000, Random.At(6)).X0;
        var y = GaussianMixture.TwoPixel.Sample<float>(20_000, Random.At(7)).X0;
        var wrong = GaussianMixture.TwoPixel.Conditional(0).Sample<float>(20_000, Random.At(8)).X0;
        double same = EnergyDistance.Between(x, y, 2000), other = EnergyDistance.Between(x, wrong, 2000);

        // Under equality n/2 times the V-statistic has the mean E|X - X'| (here about .77): .00077, rarely three times it.
        Assert.That(same, Is.InRange(0, .004));

        // Far apart clusters: 2 (.35 a + .65 b) - (.35² a + 2 .35 .65 b + .65² a) - a, a = .177 (sd .1), b = 1.556 apart.
        Assert.That(other, Is.EqualTo((2 * ((.35 * .1772) + (.65 * 1.562))) - ((.545 * .1772) + (.455 * 1.562)) - .1772).Within(.05));
        Assert.That(EnergyDistance.Between(x, y, 2000), Is.EqualTo(same), "deterministic");
    }
}
