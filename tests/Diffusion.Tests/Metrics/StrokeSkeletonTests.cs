using Diffusion.Metrics;
using NUnit.Framework;

namespace Diffusion.Tests.Metrics;

/// <summary>A pen on a cross of two lines, which it can follow straight on or turn off.</summary>
public sealed class StrokeSkeletonTests
{
    private const int Width = 15, Middle = Width / 2, First = 1, Last = Width - 2;

    private static readonly int Left = At(First, Middle), Right = At(Last, Middle), Top = At(Middle, First), Bottom = At(Middle, Last);

    private static readonly StrokeSkeleton Cross = new(
        [.. Enumerable.Range(0, Width * Width).Select(p => (p % Width == Middle && p / Width is >= First and <= Last) || (p / Width == Middle && p % Width is >= First and <= Last))], Width);

    [Test]
    public void Lines_of_one_pixel_are_their_own_skeleton()
    {
        Assert.That(Cross.Pixels, Has.Count.EqualTo((2 * (Last - First + 1)) - 1));
        Assert.That(Cross.Starts, Is.EquivalentTo((int[])[Left, Right, Top, Bottom]));
    }

    [Test]
    public void A_pen_goes_straight_on_or_turns_off([Values] bool straight)
    {
        foreach (var (start, opposite, side, other) in (IEnumerable<(int, int, int, int)>)[(Left, Right, Top, Bottom), (Right, Left, Top, Bottom), (Top, Bottom, Left, Right), (Bottom, Top, Left, Right)])
        {
            double[] reached = Cross.Path(start, ways => straight ? 0 : ways - 1);
            Assert.That(reached[start], Is.Zero);
            if (straight)
                Assert.That(reached[opposite], Is.LessThan(Math.Min(reached[side], reached[other])), $"from {start}");
            else
                Assert.That(reached[opposite], Is.GreaterThan(Math.Min(reached[side], reached[other])), $"from {start}");
        }
    }

    private static int At(int x, int y) => (y * Width) + x;
}
