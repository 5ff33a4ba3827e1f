using Diffusion.Data;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

/// <summary>The two-dimensional sets against what is known of them: moments, where points can lie, shares of labels.</summary>
public sealed class ToyDataTests
{
    private const int Count = 40_000;

    // How many standard errors a mean over seeded draws may be off.
    private const double Errors = 5;

    private static readonly RandomSource Random = new(11);

    private static IEnumerable<ToyData> All => ToyData.All;

    [TestCaseSource(nameof(All))]
    public void Each_coordinate_has_mean_0_and_variance_1(ToyData data)
    {
        var (points, _) = Draw(data);
        using (Assert.EnterMultipleScope())
        {
            for (int axis = 0; axis < 2; axis++)
            {
                double[] x = [.. points.Select(point => axis == 0 ? point.X : point.Y)], squares = [.. x.Select(value => value * value)];
                double second = squares.Average(), fourth = squares.Average(value => value * value);
                Assert.That(x.Average(), Is.Zero.Within(Errors / Math.Sqrt(Count)), $"mean of coordinate {axis}");
                Assert.That(second, Is.EqualTo(1).Within(Errors * Math.Sqrt((fourth - (second * second)) / Count)), $"variance of coordinate {axis}");
            }
        }
    }

    [TestCaseSource(nameof(All))]
    public void Every_label_has_its_share(ToyData data)
    {
        int[] labels = Draw(data).Labels;
        if (data.Classes == 0)
        {
            Assert.That(labels, Is.All.EqualTo(-1));
            return;
        }

        double share = 1.0 / data.Classes;
        for (int k = 0; k < data.Classes; k++)
            Assert.That(labels.Count(label => label == k) / (double)Count, Is.EqualTo(share).Within(Errors * Math.Sqrt(share * (1 - share) / Count)), $"label {k}");
        Assert.That(labels, Is.All.InRange(0, data.Classes - 1));
    }

    [TestCaseSource(nameof(All))]
    public void A_point_depends_on_the_stream_and_its_number_alone(ToyData data)
    {
        // 3000 points are more than are drawn at a time.
        var stream = Random.For(Purpose.Data).At(3);
        var (whole, labels) = data.Sample<double>(3000, stream);
        var (few, fewLabels) = data.Sample<double>(7, stream);
        var (rest, restLabels) = data.Sample<double>(1500, stream, firstSample: 1500);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(few.Span.ToArray(), Is.EqualTo(whole.Span[..14].ToArray()));
            Assert.That(rest.Span.ToArray(), Is.EqualTo(whole.Span[3000..].ToArray()));
            Assert.That((int[])[.. fewLabels, .. restLabels], Is.EqualTo((int[])[.. labels[..7], .. labels[1500..]]));
            Assert.That(data.Sample<float>(3000, stream).X0.Span.ToArray().Select(x => (double)x), Is.EqualTo(whole.Span.ToArray()).Within(1e-6));
            Assert.That(data.Sample(7, Random.At(4)).X0.Span.ToArray(), Is.Not.EqualTo(data.Sample(7, Random.At(3)).X0.Span.ToArray()));
        }
    }

    [TestCaseSource(nameof(All))]
    public void A_source_draws_the_batch_of_a_step_again(ToyData data)
    {
        var source = new ToySource<float>(data);
        var batches = new List<float[]>();
        foreach (long step in (long[])[0, 1, 0])
        {
            var x0 = Tensor<float>.Zeros(source.BatchShape(5));
            int[] labels = new int[5];
            source.Fill(x0, labels, values: null, Random.At(step));
            Assert.That(labels, Is.EqualTo(data.Sample(5, Random.At(step)).Labels));
            batches.Add(x0.Span.ToArray());
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(batches[2], Is.EqualTo(batches[0]).And.Not.EqualTo(batches[1]));
            Assert.That((source.Classes, source.Description), Is.EqualTo((data.Classes, $"toy data '{data.Name}'")));
            Assert.That(ToyData.Find(data.Name), Is.SameAs(data));
        }
    }

    [Test]
    public void Moons_lie_on_their_half_circles_within_the_noise()
    {
        double scaleX = Math.Sqrt(0.75 + 0.0025), scaleY = Math.Sqrt((9.0 / 16) - (1 / Math.PI) + 0.0025);
        var (points, labels) = Draw(ToyData.TwoMoons);
        double[] off = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            double x = (points[i].X * scaleX) + 0.5, y = (points[i].Y * scaleY) + 0.25;
            (x, y) = labels[i] == 0 ? (x, y) : (1 - x, 0.5 - y);
            off[i] = y >= 0 ? Math.Sqrt((x * x) + (y * y)) - 1 : Math.Sqrt(((Math.Abs(x) - 1) * (Math.Abs(x) - 1)) + (y * y));
        }

        AssertNoise(off, 0.05);
    }

    [Test]
    public void Circles_have_their_radii_within_the_noise()
    {
        double scale = Math.Sqrt((5.0 / 16) + 0.0025);
        var (points, labels) = Draw(ToyData.Circles);
        AssertNoise([.. points.Select((point, i) => (scale * Math.Sqrt((point.X * point.X) + (point.Y * point.Y))) - (labels[i] == 0 ? 1 : 0.5))], 0.05);
    }

    [Test]
    public void The_swiss_roll_has_the_radius_of_its_angle()
    {
        double square = Math.PI * Math.PI, x = Math.Sqrt((4.875 * square) - 4.25 + 0.04), y = Math.Sqrt((4.875 * square) + 0.25 - (4 / (9 * square)) + 0.04);
        var points = Draw(ToyData.SwissRoll).Points.Select(point => (X: (point.X * x) + 2, Y: (point.Y * y) + (2 / (3 * Math.PI))));
        AssertNoise([.. points.Select(point => OffSpiral(point.X, point.Y))], 0.2);
    }

    [Test]
    public void The_arms_of_the_spirals_have_the_radius_of_their_angles()
    {
        double x = Math.Sqrt((9 * Math.PI * Math.PI / 4) + 0.75 + 0.0225), y = Math.Sqrt((9 * Math.PI * Math.PI / 4) - 0.75 + 0.0225);
        var (points, labels) = Draw(ToyData.Spirals);
        double[] off = [.. points.Select((point, i) => labels[i] == 0 ? (X: point.X * x, Y: point.Y * y) : (X: -point.X * x, Y: -point.Y * y))

            // About the middle, an angle says nothing.
            .Where(point => (point.X * point.X) + (point.Y * point.Y) > 9).Select(point => OffSpiral(point.X, point.Y))];
        Assert.That(off, Has.Length.GreaterThan(Count / 2));
        AssertNoise(off, 0.15);
    }

    [Test]
    public void A_checkerboard_has_points_on_every_second_square()
    {
        double side = Math.Sqrt(3) / 2;
        var (points, labels) = Draw(ToyData.Checkerboard);
        var squares = points.Select(point => (Column: (int)Math.Floor(point.X / side) + 2, Row: (int)Math.Floor(point.Y / side) + 2)).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(squares.Count(square => (square.Column + square.Row) % 2 != 0), Is.Zero);
            Assert.That(squares.SelectMany(square => (int[])[square.Column, square.Row]), Is.All.InRange(0, 3));
            Assert.That(squares.Zip(labels).Distinct().Count(), Is.EqualTo(8), "each square is a label, and each label a square");

            // Uniform within a square: the mean place in it is its middle.
            Assert.That(points.Average(point => (point.X / side) - Math.Floor(point.X / side)), Is.EqualTo(0.5).Within(Errors / Math.Sqrt(12 * Count)));
        }
    }

    [Test]
    public void The_grid_of_gaussians_is_a_mixture_with_an_exact_denoiser()
    {
        var mixture = ToyData.Gaussians.Mixture!;
        var (points, labels) = mixture.Sample(100, Random.At(0));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ToyData.Gaussians.Sample(100, Random.At(0)).X0.Span.ToArray(), Is.EqualTo(points.Span.ToArray()));
            Assert.That(ToyData.Gaussians.Sample(100, Random.At(0)).Labels, Is.EqualTo(labels));
            Assert.That(mixture.VariancePerPixel, Is.EqualTo(1).Within(1e-12));
            Assert.That(mixture.Components.Select(component => component.Mean.ToArray()[0]).Distinct().Count(), Is.EqualTo(5));
            Assert.That(ToyData.All.Count(data => data.Mixture is not null), Is.EqualTo(1));
        }
    }

    [Test]
    public void Errors_name_what_is_accepted()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => ToyData.Find("moon"), Throws.ArgumentException.With.Message.Contains("'moon'; accepted are checkerboard, circles, gaussians, moons, spirals, swiss-roll"));
            Assert.That(() => ToyData.Circles.Sample(Random.For(Purpose.Data).At(0), Tensor<float>.Zeros([2, 3]), new int[2]), Throws.ArgumentException.With.Message.Contains("not [2, 3]"));
        }
    }

    // The distance to the nearest winding of r = a, along the radius: windings are 2π apart. On the slope of the spiral
    // that is the noise divided by the cosine of atan(1/a).
    private static double OffSpiral(double x, double y)
    {
        double r = Math.Sqrt((x * x) + (y * y));
        return Math.IEEERemainder(r - Math.Atan2(y, x), 2 * Math.PI) / Math.Sqrt(1 + (1 / (r * r)));
    }

    // Off the curve along its normal: normal numbers of a deviation, but for the curvature and the curves' ends, which are
    // of the order of the deviation's square: a tenth of it here.
    private static void AssertNoise(double[] off, double deviation)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Math.Sqrt(off.Average(value => value * value)), Is.EqualTo(deviation).Within((0.1 + (Errors / Math.Sqrt(2.0 * off.Length))) * deviation));
            Assert.That(off.Max(Math.Abs), Is.LessThan(6 * deviation));
        }
    }

    private static ((double X, double Y)[] Points, int[] Labels) Draw(ToyData data)
    {
        var (points, labels) = data.Sample<double>(Count, Random.For(Purpose.Data).At(0));
        return ([.. Enumerable.Range(0, Count).Select(i => (points.Span[2 * i], points.Span[(2 * i) + 1]))], labels);
    }
}
