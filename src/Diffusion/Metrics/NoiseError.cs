using System.Collections.Immutable;
using System.Numerics;
using Diffusion.Data;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Metrics;

/// <summary>How far a denoiser is from the exact predictor on noisy data of one label.</summary>
/// <param name="Label">The label that was given and that the data have; -1 for none and all data.</param>
/// <param name="PerStep">The root of the mean squared difference per pixel (number of a point), by t = 1..T; entry 0 is 0.</param>
/// <param name="Overall">The same over t uniform in 1..T.</param>
public sealed record NoiseError(int Label, ImmutableArray<double> PerStep, double Overall)
{
    /// <summary>Measures a denoiser against the exact predictor of a mixture, x_t drawn from q(x_t | label).</summary>
    /// <param name="denoiser">The denoiser.</param>
    /// <param name="mixture">The data that it was trained on.</param>
    /// <param name="schedule">Its schedule.</param>
    /// <param name="random">The source of the run; its streams <see cref="Purpose.Metrics"/> are used.</param>
    /// <param name="drawsPerStep">The number of x_t at each t and label, at least 1.</param>
    /// <returns>One result for no label, then one for each label.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Less than one draw.</exception>
    public static ImmutableArray<NoiseError> Measure<T>(IDenoiser<T> denoiser, GaussianMixture mixture, NoiseSchedule schedule, RandomSource random, int drawsPerStep = 4096)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(drawsPerStep, 1);
        var draws = new NoiseDraws<T>(mixture, schedule, random);
        var results = ImmutableArray.CreateBuilder<NoiseError>(mixture.LabelCount + 1);
        for (int label = DenoiserArguments.NoLabel; label < mixture.LabelCount; label++)
        {
            double[] perStep = new double[schedule.T + 1];
            double total = 0;
            for (int t = 1; t <= schedule.T; t++)
            {
                double squares = 0;
                draws.Draw(denoiser, label, t, drawsPerStep, (_, predicted, exact) =>
                {
                    for (int i = 0; i < exact.Length; i++)
                    {
                        double difference = double.CreateTruncating(predicted.Span[i]) - double.CreateTruncating(exact.Span[i]);
                        squares += difference * difference;
                    }
                });
                double mean = squares / ((double)mixture.Dimensions * drawsPerStep);
                perStep[t] = Math.Sqrt(mean);
                total += mean;
            }

            results.Add(new NoiseError(label, [.. perStep], Math.Sqrt(total / schedule.T)));
        }

        return results.MoveToImmutable();
    }
}
