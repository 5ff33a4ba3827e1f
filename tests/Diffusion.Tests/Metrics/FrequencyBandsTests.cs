using Diffusion.Metrics;
using NUnit.Framework;

namespace Diffusion.Tests.Metrics;

/// <summary>Waves of known frequencies go into the bands that have them, and nowhere else.</summary>
public sealed class FrequencyBandsTests
{
    [TestCase(8)]
    [TestCase(7)]
    public void A_wave_is_in_the_band_of_its_frequency(int width)
    {
        // Cycles per image: 1 along the rows, and (2, 2), which is 2.83.
        double[] slow = Wave(width, 1, 0), fast = Wave(width, 2, 2);
        double[] image = [.. slow.Zip(fast, (a, b) => .5 + a + (3 * b))];
        double[][] parts = new FrequencyBands(width).Of(image, (1, 1), (1.5, 2.8), (2.8, 3));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(parts[0], Is.EqualTo(slow).Within(1e-12));
            Assert.That(parts[1], Is.All.EqualTo(0).Within(1e-12));
            Assert.That(parts[2], Is.EqualTo(fast.Select(value => 3 * value)).Within(1e-12));
        }
    }

    private static double[] Wave(int width, int across, int down) =>
        [.. Enumerable.Range(0, width * width).Select(p => Math.Cos((2 * Math.PI * ((across * (p % width)) + (down * (p / width))) / width) + .4))];
}
