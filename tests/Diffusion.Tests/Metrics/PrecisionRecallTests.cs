using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Tests.Metrics;

[NonParallelizable]
public sealed class PrecisionRecallTests
{
    private static readonly PurposeRandom Random = new RandomSource(4).For(Purpose.Metrics);

    [Test]
    public void A_set_covers_itself_and_nothing_far_away()
    {
        var x = Random.At(0).Normal<float>([600, 8]);
        Assert.That(PrecisionRecall.Between(x, x), Is.EqualTo(new PrecisionRecall(1, 1)));
        var far = x.Clone();
        foreach (ref float element in far.Span)
            element += 100;
        Assert.That(PrecisionRecall.Between(x, far), Is.EqualTo(new PrecisionRecall(0, 0)));
    }

    // Data on 0 ... 9 and 1000 ... 1009 (a line each), samples between those of the first line alone.
    [Test]
    public void A_missing_half_costs_recall_and_junk_costs_precision()
    {
        var data = Tensor<double>.From([20, 1], [.. Enumerable.Range(0, 20).Select(i => i < 10 ? i : 990.0 + i)]);
        var half = Tensor<double>.From([9, 1], [.. Enumerable.Range(0, 9).Select(i => i + 0.5)]);
        Assert.That(PrecisionRecall.Between(data, half, 2), Is.EqualTo(new PrecisionRecall(1, 0.5)));
        var junk = Tensor<double>.From([12, 1], [.. half.Span, 500, 501, 502]);
        Assert.That(PrecisionRecall.Between(data, junk, 2), Is.EqualTo(new PrecisionRecall(9 / 12.0, 0.5)));
    }

    // More than one block of rows, a k other than the default, and a common offset that must not matter.
    [TestCase(300, 530, 3, 5, 0)]
    [TestCase(40, 25, 7, 1, 1000)]
    [TestCase(6, 6, 2, 5, 0)]
    public void The_definition_point_by_point_gives_the_same(int n, int m, int d, int k, double offset)
    {
        Tensor<double> x = Random.At(1).Normal<double>([n, d]), y = Random.At(2).Normal<double>([m, d]);
        foreach (ref double element in x.Span)
            element += offset;
        foreach (ref double element in y.Span)
            element = (1.3 * element) + offset + 0.2;
        double Distance(Tensor<double> a, int i, Tensor<double> b, int j) => Math.Sqrt(Enumerable.Range(0, d).Sum(c => Math.Pow(a[i, c] - b[j, c], 2)));
        double Radius(Tensor<double> a, int i) => Enumerable.Range(0, a.Shape[0]).Where(j => j != i).Select(j => Distance(a, i, a, j)).Order().ElementAt(k - 1);
        double Share(Tensor<double> manifold, Tensor<double> points)
        {
            double[] radii = [.. Enumerable.Range(0, manifold.Shape[0]).Select(i => Radius(manifold, i))];
            return Enumerable.Range(0, points.Shape[0]).Count(j => radii.Index().Any(r => Distance(manifold, r.Index, points, j) <= r.Item)) / (double)points.Shape[0];
        }

        var expected = new PrecisionRecall(Share(x, y), Share(y, x));
        Assert.That(PrecisionRecall.Between(x, y, k), Is.EqualTo(expected));
        Assert.That(expected.Precision, Is.InRange(0.2, 1), "a case that says something");
    }

    [Test]
    public void The_number_of_threads_changes_nothing()
    {
        int before = Workers.ThreadCount;
        try
        {
            Tensor<float> x = Random.At(3).Normal<float>([700, 16]), y = Random.At(4).Normal<float>([900, 16]);
            var results = new List<(PrecisionRecall, double)>();
            foreach (int threads in (int[])[1, 2, 3])
            {
                Workers.ThreadCount = threads;
                results.Add((PrecisionRecall.Between(x, y), FrechetDistance.Between(x, y)));
            }

            Assert.That(results, Is.All.EqualTo(results[0]));
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }

    [Test]
    public void What_cannot_be_measured_is_refused()
    {
        var x = Tensor<float>.Zeros([6, 2]);
        Assert.That(() => PrecisionRecall.Between(x, Tensor<float>.Zeros([6, 3])), Throws.ArgumentException.With.Message.Contains("2 features, but the generated samples 3"));
        Assert.That(() => PrecisionRecall.Between(x, Tensor<float>.Zeros([5, 2])), Throws.ArgumentException.With.Message.Contains("N at least 6"));
        Assert.That(() => PrecisionRecall.Between(x, x, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void The_nearest_image_is_found_in_whichever_block_it_is()
    {
        const int Count = 2500;
        byte[] pixels = new byte[Count * 784];
        new Random(5).NextBytes(pixels);
        var set = ImageSet.Of(pixels, [28, 28, 1]);
        var images = Tensor<float>.Zeros([4, 28, 28, 1]);
        set.Fill([3, 1023, 1024, 2499], images);
        images.Span[784] += 0.5f;
        var nearest = NearestImage.Find(images, set);
        Assert.That(nearest.Select(image => image.Index), Is.EqualTo([3, 1023, 1024, 2499]));
        Assert.That(nearest.Select(image => image.Distance), Is.EqualTo([0, 0.5, 0, 0]).Within(1e-6));
        Assert.That(() => NearestImage.Find(Tensor<float>.Zeros([2, 3]), set), Throws.ArgumentException);
    }
}
