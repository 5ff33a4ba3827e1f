namespace Diffusion.Metrics;

/// <summary>One mode of generated data.</summary>
/// <param name="Weight">The share of all points whose nearest peak it is.</param>
/// <param name="Left">The mean of the left pixel over the points within 4 sigma of the peak; not a number if there are none.</param>
/// <param name="Right">The mean of the right pixel over the same points.</param>
/// <param name="StandardDeviation">The standard deviation over the same points, mean over both pixels; not a number for less than two points.</param>
/// <param name="Count">The number of points within 4 sigma.</param>
public sealed record ModeStatistics(double Weight, double Left, double Right, double StandardDeviation, int Count);
