using System.Collections.Immutable;
using System.Numerics;
using Diffusion.Data;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Metrics;

/// <summary>
/// A denoiser's training loss (assignment eq. 9, per pixel, t uniform in 1..T) beside that of the exact predictor on the
/// same draws. The exact loss is the floor: a ratio below 1 beyond a few standard errors is a bug.
/// </summary>
/// <param name="Label">The label that was given and that the data have; -1 for none and all data.</param>
/// <param name="Ratio">The denoiser's loss over the exact predictor's.</param>
/// <param name="StandardError">The standard error of the ratio (paired, stratified over t).</param>
/// <param name="Loss">The denoiser's loss.</param>
/// <param name="ExactLoss">The exact predictor's loss.</param>
/// <param name="LossPerStep">The denoiser's loss by t = 1..T; entry 0 is 0.</param>
/// <param name="ExactLossPerStep">The exact predictor's loss by t = 1..T; entry 0 is 0.</param>
/// <param name="Draws">The number of draws, the same at each t.</param>
public sealed record LossRatio(
    int Label,
    double Ratio,
    double StandardError,
    double Loss,
    double ExactLoss,
    ImmutableArray<double> LossPerStep,
    ImmutableArray<double> ExactLossPerStep,
    long Draws)
{
    /// <summary>The default of the least number of draws for each label.</summary>
    public const int DefaultDraws = 200_000;

    /// <summary>Measures a denoiser.</summary>
    /// <param name="denoiser">The denoiser.</param>
    /// <param name="mixture">The data that it was trained on.</param>
    /// <param name="schedule">Its schedule.</param>
    /// <param name="random">The source of the run; its streams <see cref="Purpose.Metrics"/> are used.</param>
    /// <param name="draws">The least number of draws for each label; rounded up to the same number at each t.</param>
    /// <returns>One result for no label, then one for each label.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Less than one draw.</exception>
    public static ImmutableArray<LossRatio> Measure<T>(IDenoiser<T> denoiser, GaussianMixture mixture, NoiseSchedule schedule, RandomSource random, int draws = DefaultDraws)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        int perStep = (int)(((long)draws + schedule.T - 1) / schedule.T);
        var source = new NoiseDraws<T>(mixture, schedule, random);
        var results = ImmutableArray.CreateBuilder<LossRatio>(mixture.LabelCount + 1);
        for (int label = DenoiserArguments.NoLabel; label < mixture.LabelCount; label++)
        {
            var sums = new Sums[schedule.T + 1];
            for (int t = 1; t <= schedule.T; t++)
            {
                var sum = default(Sums);
                source.Draw(denoiser, label, t, perStep, (noise, predicted, exact) =>
                {
                    int d = mixture.Dimensions;
                    for (int i = 0; i < noise.Length; i += d)
                        sum.Add(SquaredError(predicted.Span.Slice(i, d), noise.Span[i..]), SquaredError(exact.Span.Slice(i, d), noise.Span[i..]));
                });
                sums[t] = sum;
            }

            results.Add(Of(label, sums, perStep));
        }

        return results.MoveToImmutable();
    }

    private static double SquaredError<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double squares = 0;
        for (int i = 0; i < prediction.Length; i++)
        {
            double error = double.CreateTruncating(prediction[i]) - double.CreateTruncating(noise[i]);
            squares += error * error;
        }

        return squares / prediction.Length;
    }

    private static LossRatio Of(int label, Sums[] sums, int perStep)
    {
        int steps = sums.Length - 1;
        double loss = sums.Sum(sum => sum.Loss) / steps / perStep, exact = sums.Sum(sum => sum.Exact) / steps / perStep, ratio = loss / exact;

        // The variance of mean(loss - ratio exact) / mean(exact), stratum by stratum.
        double variance = 0;
        foreach (var sum in sums)
        {
            double mean = (sum.Loss - (ratio * sum.Exact)) / perStep;
            double square = (sum.LossLoss - (2 * ratio * sum.LossExact) + (ratio * ratio * sum.ExactExact)) / perStep;
            variance += Math.Max(0, square - (mean * mean)) / Math.Max(1, perStep - 1);
        }

        return new LossRatio(
            label,
            ratio,
            Math.Sqrt(variance) / steps / exact,
            loss,
            exact,
            [.. sums.Select(sum => sum.Loss / perStep)],
            [.. sums.Select(sum => sum.Exact / perStep)],
            (long)perStep * steps);
    }

    private record struct Sums(double Loss, double Exact, double LossLoss, double LossExact, double ExactExact)
    {
        public void Add(double loss, double exact)
        {
            Loss += loss;
            Exact += exact;
            LossLoss += loss * loss;
            LossExact += loss * exact;
            ExactExact += exact * exact;
        }
    }
}
