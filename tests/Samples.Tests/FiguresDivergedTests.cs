using Diffusion.Figures;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Runs that failed must still be drawn: that is when one looks at the figures.</summary>
[TestFixture]
internal sealed class FiguresDivergedTests
{
    private static readonly Pixels[] Diverged =
        [new(double.NaN, 0), new(double.PositiveInfinity, double.NegativeInfinity), new(1e30, -1e30), new(0.1, 0.2)];

    private static IEnumerable<TestCaseData> Figures()
    {
        var truth = FiguresSyntheticData.Density(1);
        var path = new Trajectory(Diverged, [3, 2, 1, 0]);
        var trajectory = new TrajectoryData([new ReverseStage(3, Diverged), new ReverseStage(1, Diverged[..1])], 3, truth, path);
        yield return Case("histogram", file => TrajectoryFigure.SaveHistogram(file, trajectory));
        yield return Case("kde", file => TrajectoryFigure.SaveKernelDensity(file, trajectory));
        yield return Case("timesteps", file => TimestepsFigure.Save(file,
            new([new(5, new(Diverged), double.NaN)], new(Diverged), truth)));
        yield return Case("guidance", file => GuidanceFigure.Save(file, new(truth, [new(0, [path])])));
        yield return Case("guidance-strength", file => GuidanceStrengthFigure.Save(file,
            [new(1, 0, Diverged)], [new(new(0, 0), 0.1)]));
        yield return Case("noise-field", file => NoiseFieldFigure.Save(file,
            [new(1, Broken(), NoiseFieldFigure.Positions, truth)]));
        yield return Case("training", file => TrainingFigure.Save(file,
            [new("NaN", [1, 2, 3], [double.NaN, 0, -1], [1], [double.NaN])]));
        yield return Case("training-empty", file => TrainingFigure.Save(file, [new("none", [], [], [], [])]));
        yield return Case("error-budget", file => ErrorBudgetFigure.Save(file, new("All zero", ["a"], [new("b", [0])], "value")));
        yield return Case("animation", file => DenoisingAnimation.Save(file, new([new(1, Diverged), new(0, Diverged)])));
    }

    [TestCaseSource(nameof(Figures))]
    public void A_failed_run_is_drawn(Action<string> save)
    {
        using var folder = new TemporaryFolder();
        save(folder["figure"]);
        Assert.That(new FileInfo(folder["figure"]).Length, Is.GreaterThan(1000));
    }

    [Test]
    public void The_histogram_does_not_count_points_that_are_no_numbers()
    {
        var grid = DensityGrid.Histogram(Diverged, limit: 1, size: 10);
        Assert.That(grid.Mass, Is.EqualTo(0.25).Within(1e-12));
    }

    [Test]
    public void The_window_grows_for_trajectories_but_not_for_those_that_ran_away()
    {
        var window = new FigureWindow(Noise: 3);
        Assert.Multiple(() =>
        {
            Assert.That(window.NoiseWith([]), Is.EqualTo(3));
            Assert.That(window.NoiseWith([new(2.9, -1)]), Is.EqualTo(3));
            Assert.That(window.NoiseWith([new(1, -4)]), Is.EqualTo(4.2).Within(1e-12));
            Assert.That(window.NoiseWith(Diverged), Is.EqualTo(6));
        });
    }

    [Test]
    public void Lists_that_do_not_match_are_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new PixelCloud(Diverged, [0]), Throws.ArgumentException.With.Message.Contains("4 points"));
            Assert.That(() => new Trajectory(Diverged, [0]), Throws.ArgumentException.With.Message.Contains("4 states"));
            Assert.That(() => new Trajectory([], []), Throws.ArgumentException);
            Assert.That(() => NoiseFieldFigure.Save("unused", [new(1, Diverged, Diverged, (_, _) => 1)]), Throws.ArgumentException);
            Assert.That(() => ErrorBudgetFigure.Save("unused", new("t", ["a"], [new("b", [1, 2])], "v")), Throws.ArgumentException);
        });
    }

    private static Pixels[] Broken() => [.. NoiseFieldFigure.Positions.Select(_ => new Pixels(double.NaN, 0))];

    private static TestCaseData Case(string name, Action<string> save) => new TestCaseData(save).SetArgDisplayNames(name);
}
