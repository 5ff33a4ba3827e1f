using System.Numerics;
using Diffusion.Data;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>
/// C_t = E tr Cov(x_0 | x_t) / d, what x_t leaves open about x_0, for each t and label. The best isotropic variance of a
/// reverse step is the posterior's plus C_t times the squared factor of x_0 (Analytic-DPM, arXiv:2201.06503, theorem 1).
/// Immutable.
/// </summary>
public sealed class OptimalVariance
{
    /// <summary>[label + 1][t].</summary>
    private readonly double[][] _covariance;

    private OptimalVariance(double[][] covariance) => _covariance = covariance;

    /// <summary>The number of labels that the table knows besides none.</summary>
    public int LabelCount => _covariance.Length - 1;

    /// <summary>T of the schedule that the table belongs to.</summary>
    public int T => _covariance[0].Length - 1;

    /// <summary>C_t of a label.</summary>
    /// <param name="t">In 0..T; C_0 is 0.</param>
    /// <param name="label">A label, or -1 for all data.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such step or label.</exception>
    public double Covariance(int t, int label = DenoiserArguments.NoLabel)
    {
        if (label < DenoiserArguments.NoLabel || label >= LabelCount)
            throw new ArgumentOutOfRangeException(nameof(label), label, $"The label is {label}; this table of optimal variances has {LabelCount} labels, and -1 for none.");
        if (t < 0 || t > T)
            throw new ArgumentOutOfRangeException(nameof(t), t, $"The step is {t}; this table of optimal variances has steps 0 to {T}.");
        return _covariance[label + 1][t];
    }

    /// <summary>The best isotropic variance of a reverse step that starts at t.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such step or label.</exception>
    public double Of(in Posterior posterior, int t, int label = DenoiserArguments.NoLabel) =>
        posterior.Variance + (posterior.MeanCoefX0 * posterior.MeanCoefX0 * Covariance(t, label));

    /// <summary>
    /// The least mean squared error per coordinate of any noise predictor at t, SNR_t C_t: the floor of assignment eq. 9
    /// (DDPM eq. 14) at that step.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">No such step or label; or t = 0, where there is no noise to predict.</exception>
    public double LossFloorAt(NoiseSchedule schedule, int t, int label = DenoiserArguments.NoLabel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(t, 1);
        return Snr(schedule.At(t)) * Covariance(t, label);
    }

    // x_t scaled to preserve variance says the same of x_0.
    private static double Share(NoiseLevel level) => level.A + level.B == 1 ? level.A : level.A / (level.A + level.B);

    private static double Snr(NoiseLevel level) => level.A / level.B;

    /// <summary>The least training loss (assignment eq. 9, per coordinate) with t uniform in 1..T.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such label.</exception>
    public double MeanLossFloor(NoiseSchedule schedule, int label = DenoiserArguments.NoLabel) =>
        Enumerable.Range(1, schedule.T).Average(t => LossFloorAt(schedule, t, label));

    /// <summary>The exact table of Gaussian mixture data: closed form for a label, integrated numerically for all data (to 1e-9 relative, while no sigma is less than a twentieth of another).</summary>
    public static OptimalVariance For(GaussianMixture mixture, NoiseSchedule schedule)
    {
        double[][] table = new double[mixture.LabelCount + 1][];
        for (int label = DenoiserArguments.NoLabel; label < mixture.LabelCount; label++)
        {
            var data = mixture.Conditional(label);
            double[] row = table[label + 1] = new double[schedule.T + 1];
            _ = Parallel.For(1, schedule.T + 1, Chunks.Options, t => row[t] = PosteriorCovariance.Mean(data, Share(schedule.At(t))));
        }

        return new OptimalVariance(table);
    }

    /// <summary>
    /// The table of any denoiser, from its own predictions on data: C_t = (1 - A)/A (1 - E|eps|²/d), clipped to what data
    /// of that variance allow (after Analytic-DPM). Labels are those in <paramref name="labels"/>; where none are given, only none is known.
    /// </summary>
    /// <param name="denoiser">The denoiser.</param>
    /// <param name="schedule">Its schedule.</param>
    /// <param name="x0">Data, [N, ...]; one noisy draw of each is made at every t.</param>
    /// <param name="labels">Empty, or the N labels of the data.</param>
    /// <param name="random">The source of the run; noise of step t comes from <c>random.For(Purpose.Metrics).At(t)</c>.</param>
    /// <param name="batch">The most samples that the denoiser sees at once.</param>
    /// <exception cref="ArgumentException">No data, or another number of labels.</exception>
    public static OptimalVariance Estimate<T>(
        IDenoiser<T> denoiser, NoiseSchedule schedule, Tensor<T> x0, ReadOnlySpan<int> labels, RandomSource random, int batch = 4096)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x0.Rank == 0 || x0.Length == 0)
            throw new ArgumentException($"The data have the shape {x0.Shape}; at least one sample is needed.", nameof(x0));
        if (labels.Length != 0 && labels.Length != x0.Shape[0])
            throw new ArgumentException($"{labels.Length} labels were given for {x0.Shape[0]} samples; accepted are none, or one for each.", nameof(labels));

        int labelCount = 0;
        foreach (int label in labels)
            labelCount = Math.Max(labelCount, label + 1);
        double[][] table = new double[labelCount + 1][];
        var batched = new BatchedDenoiser<T>(denoiser, batch);
        for (int label = DenoiserArguments.NoLabel; label < labelCount; label++)
        {
            var data = label < 0 ? x0 : Select(x0, labels, label);
            table[label + 1] = data.Length == 0 ? new double[schedule.T + 1] : Estimate(batched, schedule, data, label, random.For(Purpose.Metrics));
        }

        return new OptimalVariance(table);
    }

    private static double[] Estimate<T>(BatchedDenoiser<T> denoiser, NoiseSchedule schedule, Tensor<T> x0, int label, PurposeRandom random)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double dataVariance = Variance(x0);
        double[] row = new double[schedule.T + 1];
        var noise = Tensor<T>.Uninitialized(x0.Shape);
        var xt = Tensor<T>.Uninitialized(x0.Shape);
        var prediction = new Prediction<T>(x0.Shape);
        for (int t = 1; t <= schedule.T; t++)
        {
            random.At(t).Normal(noise.Span, x0.Length / x0.Shape[0]);
            schedule.QSample(x0, [(double)t], noise, xt);
            denoiser.Predict(xt, [t], label, prediction);
            double squares = 0;
            foreach (var value in prediction.Noise.Span)
                squares += double.CreateTruncating(value * value);
            var level = schedule.At(t);
            double a = level.A, rest = level.B;
            double most = dataVariance * rest / ((a * dataVariance) + rest);
            row[t] = Math.Clamp(rest / a * (1 - (squares / noise.Length)), 0, most);
        }

        return row;
    }

    /// <summary>The variance per coordinate, mean over the coordinates.</summary>
    private static double Variance<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int samples = x.Shape[0], coordinates = x.Length / samples;
        double total = 0;
        for (int c = 0; c < coordinates; c++)
        {
            double mean = 0, squares = 0;
            for (int i = 0; i < samples; i++)
                mean += double.CreateTruncating(x.Span[(i * coordinates) + c]) / samples;
            for (int i = 0; i < samples; i++)
            {
                double deviation = double.CreateTruncating(x.Span[(i * coordinates) + c]) - mean;
                squares += deviation * deviation;
            }

            total += squares / samples;
        }

        return total / coordinates;
    }

    private static Tensor<T> Select<T>(Tensor<T> x, ReadOnlySpan<int> labels, int label)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var selected = Tensor<T>.Uninitialized(x.Shape.With(0, labels.Count(label)));
        int row = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] == label)
                x.Rows(i, i + 1).Span.CopyTo(selected.Rows(row, ++row).Span);
        }

        return selected;
    }
}
