using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Likelihood;

/// <summary>
/// The variational bound on -log p of data under the chain of Gaussian reverse steps N(mu, v I) with which DDPM samples: L_T + sum L_{t-1} +
/// L_0 over the whole steps of a schedule (DDPM, arXiv:2006.11239, eq. 5). mu is the mean of q(x_{t-1} | x_t, x_0) at the predicted
/// x_0 (eq. 7), and all divergences are between Gaussians, in closed form; the expectations over x_t are means over noisy draws.
/// </summary>
/// <remarks>
/// L_T = KL(q(x_T | x_0) || N(0, s² I)), s² the variance of the start, 1 where variance is preserved. L_{t-1} = KL(q(x_{t-1} | x_t, x_0) || N(mu, v I)), t from
/// 2 on. L_0 = -log N(x_0; mu, v_1 I), a density of real numbers, so that bits may be negative.
/// </remarks>
public sealed record DiscreteBound
{
    private const int Batch = 4096;

    /// <summary>The variance v of the reverse steps: the posterior's, the upper or the optimal one.</summary>
    public ReverseVariance Variance
    {
        get;
        init => field = Accepted.Defined(value) != ReverseVariance.Learned ? value
            : throw new ArgumentOutOfRangeException(nameof(Variance), value, "Variance is Learned; the bound takes Posterior, Upper or Optimal.");
    } = ReverseVariance.Optimal;

    /// <summary>The table for <see cref="ReverseVariance.Optimal"/>, of the same schedule.</summary>
    public OptimalVariance? Optimal { get; init; }

    /// <summary>
    /// v_1, the variance of the decoder N(x_0; mu(x_1), v_1 I); null for what <see cref="Variance"/> is at t = 1. The posterior's is 0
    /// there, for which that of t = 2 stands in (Improved DDPM, arXiv:2102.09672, section 3.1).
    /// </summary>
    public double? DecoderVariance { get; init => field = value is null ? null : Accepted.Positive(value.Value, nameof(DecoderVariance)); }

    /// <summary>Estimates the bound on data.</summary>
    /// <param name="denoiser">The denoiser.</param>
    /// <param name="schedule">Its schedule.</param>
    /// <param name="x0">Data, [N, ...], at least two samples; one noisy draw of each is made at every t.</param>
    /// <param name="condition">What is asked for; its labels choose the optimal variance too.</param>
    /// <param name="random">The source of the run; noise of step t comes from <c>random.For(Purpose.Metrics).At(t)</c>.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit together, less than two samples, no table for the optimal variance or one of another T, or a variance that is 0.</exception>
    public BoundTerms Measure<T>(IDenoiser<T> denoiser, NoiseSchedule schedule, Tensor<T> x0, Condition<T> condition, RandomSource random)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x0.Rank == 0 || x0.Shape[0] < 2 || x0.Length == 0)
            throw new ArgumentException($"The data have the shape {x0.Shape}; at least two samples are needed, [N, ...].", nameof(x0));
        if (Variance == ReverseVariance.Optimal && Optimal?.T != schedule.T)
            throw new ArgumentException($"The optimal variance needs its table: {(Optimal is null ? "none was given" : $"that of T = {Optimal.T} was given")}, but the schedule has T = {schedule.T}; set Optimal.");
        int samples = x0.Shape[0], d = x0.Length / samples;
        condition.Check(samples);
        double[] terms = new double[schedule.T + 1], perSample = new double[samples];
        var noise = Tensor<T>.Uninitialized(x0.Shape);
        var xt = Tensor<T>.Uninitialized(x0.Shape);
        var prediction = new Prediction<T>(x0.Shape);
        var batched = new BatchedDenoiser<T>(denoiser, Batch);
        for (int t = 1; t <= schedule.T; t++)
        {
            random.For(Purpose.Metrics).At(t).Normal(noise.Span, d);
            schedule.QSample(x0, [(double)t], noise, xt);
            batched.Predict(xt, [t], condition, prediction);
            var step = schedule.PosteriorOf(t, t - 1);
            var predicted = prediction.X0;
            for (int i = 0; i < samples; i++)
            {
                double v = VarianceAt(schedule, step, t, condition.LabelOf(i)), squares = Squares(x0, predicted, i * d, d);
                double term = t == 1
                    ? ((d * Math.Log(2 * Math.PI * v)) + (squares * step.MeanCoefX0 * step.MeanCoefX0 / v)) / 2
                    : Divergence(d, step.Variance, step.MeanCoefX0 * step.MeanCoefX0 * squares, v);
                terms[t - 1] += term / samples;
                perSample[i] += term;
            }
        }

        // KL(N(g x_0, B) || N(0, s²))
        var last = schedule.At(schedule.T);
        double start = schedule.DeviationAt(last);
        for (int i = 0; i < samples; i++)
        {
            double term = Divergence(d, last.B, last.A * Squares(x0, null, i * d, d), start * start);
            terms[^1] += term / samples;
            perSample[i] += term;
        }

        return new BoundTerms([.. terms], [.. perSample], d, VarianceAt(schedule, schedule.PosteriorOf(1, 0), 1, DenoiserArguments.NoLabel));
    }

    /// <summary>KL(N(m, a I) || N(n, b I)) in d dimensions with |m - n|² given.</summary>
    internal static double Divergence(int d, double a, double squaredDistance, double b) =>
        ((d * ((a / b) - 1 - Math.Log(a / b))) + (squaredDistance / b)) / 2;

    private double VarianceAt(NoiseSchedule schedule, in Posterior step, int t, int label)
    {
        double v = t == 1 && DecoderVariance is { } decoder ? decoder : Variance switch
        {
            ReverseVariance.Upper => step.Beta,
            ReverseVariance.Optimal => Optimal!.Of(step, t, label),
            _ => t > 1 ? step.Variance : schedule.T > 1 ? schedule.PosteriorOf(2, 1).Variance : 0,
        };
        return v > 0 && double.IsFinite(v) ? v
            : throw new ArgumentException($"The variance of the step from t = {t} is {v}; the bound needs positive ones{(t == 1 ? ", such as DecoderVariance" : "")}.");
    }

    // |x - y|² of a sample; |x|² without y.
    private static double Squares<T>(Tensor<T> x, Tensor<T>? y, int from, int length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int j = from; j < from + length; j++)
        {
            double difference = double.CreateTruncating(x.Span[j]) - (y is null ? 0 : double.CreateTruncating(y.Span[j]));
            sum += difference * difference;
        }

        return sum;
    }
}
