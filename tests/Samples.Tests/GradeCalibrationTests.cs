using Diffusion.Networks;
using Diffusion.Tensors.Randomness;
using Diffusion.TwoPixel.Grade;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Where the numbers of <see cref="GradeThresholds"/> come from: right networks, and the largest of each quantity beside its limit.</summary>
[TestFixture]
[Explicit("Trains 24 networks, some minutes; run with --filter TestCategory=GradeCalibration --settings tests/Statistics.runsettings --output Detailed.")]
[Category("GradeCalibration")]
internal sealed class GradeCalibrationTests
{
    [TestCase(5)]
    [TestCase(10)]
    [TestCase(25)]
    [TestCase(50)]
    public void Right_implementations_keep_their_distance_from_the_limits(int steps)
    {
        var largest = new SortedDictionary<string, (double Value, double Limit)>(StringComparer.Ordinal);
        void Take(string name, double value, double limit)
        {
            double most = largest.TryGetValue(name, out var known) ? Math.Max(known.Value, Math.Abs(value)) : Math.Abs(value);
            largest[name] = (most, limit);
        }

        foreach (var network in Networks(steps))
        {
            foreach (bool clamps in new[] { false, true })
                Measure(new GradeStudent(GradeStudent.Cosine(steps), network) { Clamps = clamps }.Grade(3000), steps, Take);
        }

        foreach (var (name, (value, limit)) in largest)
            TestContext.Out.WriteLine($"T = {steps}: {name} up to {value:F3}, limit {limit:F3}");
        using (Assert.EnterMultipleScope())
        {
            foreach (var (name, (value, limit)) in largest)
                Assert.That(value * GradeThresholds.Margin, Is.LessThanOrEqualTo(limit), name);
        }
    }

    private static IEnumerable<Diffusion.IDenoiser<float>> Networks(int steps)
    {
        var schedule = GradeStudent.Cosine(steps);
        yield return GradeStudent.Trained(schedule, 11, 2000, 64, rate: 4e-3, ema: 0.99);
        yield return GradeStudent.Trained(schedule, 12, 3000, 96, rate: 3e-3, ema: 0.995);
        yield return GradeStudent.Trained(schedule, 13, 3000, 128, rate: 3e-3, ema: 0.995);
        yield return GradeStudent.Trained(schedule, 14, 5000, 64, rate: 3e-3, ema: 0.999);
        foreach (var (seed, width, iterations) in new[] { (15UL, 32, 3000), (16UL, 64, 2500) })
        {
            var network = new TwoPixelUNet<float>(new() { Channels1 = width, Channels2 = 2 * width, Embedding = 2 * width, Timesteps = steps }, new RandomSource(seed));
            yield return GradeStudent.Trained(schedule, seed, iterations, network: network, rate: 5e-3, ema: 0.995);
        }
    }

    private static void Measure(GradeResult result, int steps, Action<string, double, double> take)
    {
        foreach (var file in result.Files)
        {
            switch (file.Numbers)
            {
                case PredictionNumbers n:
                    take("excess of the loss", n.LossRatio - 1, GradeThresholds.MostLossRatio - 1);
                    take("share of a slip", n.Hypotheses.Where(h => h.Effect > GradeThresholds.LeastEffect * h.Found).Max(h => h.Share), GradeThresholds.LeastShare);
                    break;
                case GuidanceNumbers n:
                    take("w", n.Measured - n.Asked, GradeThresholds.MostGuidanceError);
                    take("guidance left", n.Left, GradeThresholds.MostGuidanceLeft * (1 + n.Asked));
                    break;
                case TrajectoryNumbers n:
                    take("means of steps", n.MeanError, GradeThresholds.MostMeanError);
                    take("variances of steps", n.UpperShare, GradeThresholds.MostUpperShare);
                    take("last step", n.LastShare, GradeThresholds.MostLastShare);
                    break;
                case CoupledNumbers n:
                    take("median of given noise", n.Median, GradeThresholds.CoupledMedian(steps));
                    break;
                case IEnumerable<SampleNumbers> groups:
                    foreach (var n in groups)
                        Take(n, GradeThresholds.OfSamples(steps, n.Label >= 0), n.Label >= 0 ? "with label" : "without label", take);
                    break;
            }
        }
    }

    private static void Take(SampleNumbers n, SampleAllowance allowed, string kind, Action<string, double, double> take)
    {
        take($"weight {kind}", n.Found.Weight - n.Exact.Weight, allowed.Weight);
        take($"strays {kind}", n.Found.Strays - n.Exact.Strays, allowed.Strays);
        foreach (var (mode, exact) in n.Found.Modes.Zip(n.Exact.Modes).Where(pair => pair.First is not null && pair.Second is not null))
        {
            take($"median {kind}", Math.Max(Math.Abs(mode!.Left - exact!.Left), Math.Abs(mode.Right - exact.Right)), allowed.Median);
            take($"log spread {kind}", Math.Log(mode.Spread / exact.Spread), allowed.LogSpread);
        }
    }
}
