using Diffusion.Figures;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Histogram, kernel density estimate, and contours.</summary>
[TestFixture]
internal sealed class FiguresDensityTests
{
    [Test]
    public void Histogram_integrates_to_the_share_of_points_inside()
    {
        var points = FiguresSyntheticData.Gaussian(5000, 0.5, seed: 3);
        var all = DensityGrid.Histogram(points, limit: 4, size: 40);
        var part = DensityGrid.Histogram(points, limit: 0.5, size: 20);
        var inside = points.Count(p => p.Left is >= -0.5 and < 0.5 && p.Right is >= -0.5 and < 0.5) / 5000.0;
        Assert.Multiple(() =>
        {
            Assert.That(all.Mass, Is.EqualTo(1).Within(1e-12));
            Assert.That(part.Mass, Is.EqualTo(inside).Within(1e-12));
        });
    }

    [Test]
    public void Histogram_puts_the_left_pixel_along_columns_and_the_right_pixel_along_rows()
    {
        var grid = DensityGrid.Histogram([new(0.9, -0.9)], limit: 1, size: 4);
        Assert.That(grid[0, 3], Is.EqualTo(1 / (0.5 * 0.5)));
    }

    [TestCase(0.05)]
    [TestCase(0.1)]
    [TestCase(0.4)]
    public void Kernel_estimate_integrates_to_one(double bandwidth)
    {
        var points = FiguresSyntheticData.Cloud(1000).Points;
        var grid = KernelDensity.Estimate(points, limit: 4, size: 200, bandwidth);
        Assert.That(grid.Mass, Is.EqualTo(1).Within(1e-9));
    }

    // For one point the estimate is the kernel. Binning moves no more than (1/6) (cell / bandwidth)^2 of the
    // variance about, here 0.7 % of it, so 1 % of the peak bounds the error.
    [TestCase(0.1, 0.2)]
    [TestCase(0.013, -0.487)]
    public void Kernel_estimate_of_one_point_is_the_kernel(double left, double right)
    {
        const double Bandwidth = 0.1;
        var grid = KernelDensity.Estimate([new(left, right)], limit: 1, size: 100, Bandwidth);
        var peak = 1 / (2 * Math.PI * Bandwidth * Bandwidth);
        Assert.That(LargestError(grid, Gaussian(left, right, Bandwidth)), Is.LessThan(0.01 * peak));
    }

    // The expected estimate of a Gaussian of variance s^2 is a Gaussian of variance s^2 + h^2. At the peak the
    // standard error is sqrt(p / (4 pi h^2 n)); five of those, over 200 x 200 dependent cells, are a wide bound.
    [Test]
    public void Kernel_estimate_of_a_gaussian_is_the_gaussian_convolved_with_the_kernel()
    {
        const double Sigma = 0.5, Bandwidth = 0.15;
        const int Count = 50_000;
        var points = FiguresSyntheticData.Gaussian(Count, Sigma, seed: 4);
        var grid = KernelDensity.Estimate(points, limit: 2, size: 200, Bandwidth);
        var exact = Gaussian(0, 0, Math.Sqrt((Sigma * Sigma) + (Bandwidth * Bandwidth)));
        var standardError = Math.Sqrt(exact(0, 0) / (4 * Math.PI * Bandwidth * Bandwidth * Count));
        Assert.That(LargestError(grid, exact), Is.LessThan(5 * standardError));
    }

    [Test]
    public void Kernel_estimate_counts_the_tails_of_points_outside_the_window()
    {
        var grid = KernelDensity.Estimate([new(1.05, 0)], limit: 1, size: 200, bandwidth: 0.1);
        Assert.That(grid[100, 199], Is.EqualTo(Gaussian(1.05, 0, 0.1)(grid.Centre(199), grid.Centre(100))).Within(0.1));
    }

    [Test]
    public void Scott_bandwidth_of_a_gaussian_is_its_sigma_by_the_sixth_root_of_n()
    {
        var points = FiguresSyntheticData.Gaussian(4096, 0.7, seed: 6);
        Assert.That(KernelDensity.ScottBandwidth(points, limit: 10), Is.EqualTo(0.7 / 4).Within(0.005));
    }

    [Test]
    public void Contours_of_a_gaussian_are_circles_of_the_radius_that_holds_the_mass()
    {
        const double Sigma = 0.3;
        var grid = DensityGrid.Evaluate(Gaussian(0, 0, Sigma), limit: 2, size: 400);
        foreach (var mass in ContourLines.UsualMasses)
        {
            // P(radius <= r) = 1 - exp(-r^2 / (2 sigma^2)).
            var radius = Sigma * Math.Sqrt(-2 * Math.Log(1 - mass));
            var ends = MarchingSquares.Segments(grid, grid.LevelOfMass(mass));
            Assert.That(ends, Is.Not.Empty);
            Assert.That(ends.Select(e => e.Length), Is.All.EqualTo(radius).Within(grid.Cell));
        }
    }

    [Test]
    public void Smoothing_keeps_a_straight_line_and_the_ends()
    {
        double[] line = [.. Enumerable.Range(0, 50).Select(i => 3.0 * i)];
        Assert.That(TrainingFigure.Smooth(line, window: 9), Is.EqualTo(line).Within(1e-9));
    }

    private static Func<double, double, double> Gaussian(double left, double right, double sigma)
    {
        var variance = sigma * sigma;
        return (x, y) =>
        {
            var (dx, dy) = (x - left, y - right);
            return Math.Exp(-((dx * dx) + (dy * dy)) / (2 * variance)) / (2 * Math.PI * variance);
        };
    }

    private static double LargestError(DensityGrid grid, Func<double, double, double> exact)
    {
        var expected = DensityGrid.Evaluate(exact, grid.Limit, grid.Size);
        return Enumerable.Range(0, grid.Size * grid.Size)
            .Max(i => Math.Abs(grid[i / grid.Size, i % grid.Size] - expected[i / grid.Size, i % grid.Size]));
    }
}
