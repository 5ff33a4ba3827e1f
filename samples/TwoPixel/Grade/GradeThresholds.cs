namespace Diffusion.TwoPixel.Grade;

/// <summary>What right implementations differ by in the features of samples, with margin; see <see cref="SampleFeatures.From"/>.</summary>
/// <param name="Weight">The share of a mode.</param>
/// <param name="Strays">The share of strays.</param>
/// <param name="Median">The median of a mode, in pixel values.</param>
/// <param name="LogSpread">The logarithm of the spread of a mode.</param>
internal sealed record SampleAllowance(double Weight, double Strays, double Median, double LogSpread);

/// <summary>
/// Where right ends. The numbers come from networks that were trained rightly: for each T of 5, 10, 25 and 50 six of them, MLPs of width 64
/// to 128 and the assignment's UNet of width 32 and 64, each with a seed of its own, 2000 to 5000 iterations, with steps as they are and
/// with x_0 clamped. <c>GradeCalibrationTests</c> trains them again, prints the largest of each quantity, and fails where one comes nearer
/// to its limit than <see cref="Margin"/>.
/// </summary>
internal static class GradeThresholds
{
    /// <summary>How many times the largest value of a right implementation a limit is at least.</summary>
    public const double Margin = 1.4;

    /// <summary>
    /// From this share on (and up to 2 less it) a slip explains what was found. Right implementations have shares of up to 0.28 (T = 25 and 50, t off
    /// by one, which makes little difference there), implementations with the slip 1 give or take as much.
    /// </summary>
    public const double LeastShare = 0.6;

    /// <summary>A slip must take away so much of what was found: what is left is at most this part. A share of 1 and an effect as large as the network's error leave 0.71. In samples, where other errors are larger, and where more is left than is right, it must be less.</summary>
    public const double MostLeft = 0.85, MostLeftOfSamples = 0.6, MostLeftOfLarge = 0.5;

    /// <summary>Slips that explain this part of what the best one does are told together with it.</summary>
    public const double NearlyAsGood = 0.85;

    /// <summary>What has a smaller effect than this part of what was found can be neither shown nor excluded.</summary>
    public const double LeastEffect = 0.8;

    /// <summary>The largest loss, in units of the least possible one. Trained as told above, networks have up to 1.053; with a tenth of the iterations the UNet has 1.14.</summary>
    public const double MostLossRatio = 1.25;

    /// <summary>What guidance must change at least, what it may leave unexplained for each 1 + |w|, and how far w may be off. Of one's own predictions w is exact; against the exact ones a network's error makes up to 0.1.</summary>
    public const double LeastGuidance = 0.03, MostGuidanceLeft = 0.25, MostGuidanceError = 0.25;

    /// <summary>The error of the predicted noise that is the unit of the means of steps, how many such units are right (networks: up to 0.69), the last step's share of beta_1 (networks: below 0.001), and the share of beta over the posterior's variance (up to 0.022).</summary>
    public const double NoiseErrorOfPath = 0.1, MostMeanError = 1.5, MostLastShare = 0.3, MostUpperShare = 0.5;

    /// <summary>A slip may leave so many units in the samples, to be named.</summary>
    public const double MostOfSamples = 3;

    /// <summary>The least number of samples of one label and w: the weight of a mode is then known to 0.02.</summary>
    public const int LeastSamples = 500;

    // By T: samples without a label, samples with one (w = 0 and w = 1), and the median distance of samples from given noise. With few steps the same error of a network moves samples more.
    private static readonly (int Steps, SampleAllowance None, SampleAllowance Label, double Coupled)[] ByStep =
    [
        (5, new(0.08, 0.09, 0.045, 1.05), new(0.03, 0.11, 0.02, 0.7), 0.065),
        (10, new(0.08, 0.12, 0.02, 0.8), new(0.03, 0.11, 0.015, 0.35), 0.035),
        (25, new(0.06, 0.05, 0.02, 0.36), new(0.03, 0.11, 0.015, 0.25), 0.025),
        (50, new(0.06, 0.05, 0.02, 0.25), new(0.03, 0.11, 0.017, 0.25), 0.025),
    ];

    /// <summary>The allowance of a T: that of the calibrated T next below, or of 5.</summary>
    public static SampleAllowance OfSamples(int steps, bool conditional) => conditional ? Of(steps).Label : Of(steps).None;

    /// <summary>The largest median distance of samples from given noise.</summary>
    public static double CoupledMedian(int steps) => Of(steps).Coupled;

    private static (int Steps, SampleAllowance None, SampleAllowance Label, double Coupled) Of(int steps) => ByStep.LastOrDefault(entry => entry.Steps <= steps, ByStep[0]);
}
