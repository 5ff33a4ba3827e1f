namespace Diffusion.TwoPixel.Compare;

/// <summary>
/// The exact denoiser of a tilted mixture of two classes of one spread, E[x_0 | x_t] under p(x | y) p(y | x)^w: what a sampler would need that were
/// to draw from it, and what no guidance gives. Given x_t, a point of the class is Gaussian, and p(y | x_0) depends only on its place along the line of
/// the means; so across the line nothing changes, and along it there is one integral, which sums over a grid.
/// </summary>
internal sealed class TiltedDenoiser : IDenoiser<float>
{
    // In deviations of the Gaussian. The integrand is smooth on the scale of one of them, so the sum is good to some 1e-6.
    private const double Reach = 6, Step = 0.5;

    private const int Chunk = 2048;

    private readonly NoiseSchedule _schedule;
    private readonly double _w, _variance, _logOdds, _slope;
    private readonly double[] _mean, _away;

    /// <summary>The exact denoiser of a tilted mixture.</summary>
    /// <exception cref="ArgumentException">Not two classes of pixel pairs with one standard deviation.</exception>
    public TiltedDenoiser(TiltedMixture tilted, NoiseSchedule schedule)
    {
        var mixture = tilted.Mixture;
        if (!mixture.IsOfPixelPairs || mixture.LabelCount != 2 || mixture.Components[0].Sigma != mixture.Components[1].Sigma)
            throw new ArgumentException($"The mixture has {mixture.LabelCount} classes; accepted are two classes of pixel pairs with one standard deviation.", nameof(tilted));
        var (own, other) = (mixture.Components[tilted.Label], mixture.Components[1 - tilted.Label]);
        double left = own.Left - other.Left, right = own.Right - other.Right, distance = double.Hypot(left, right);
        (_schedule, _w, _variance) = (schedule, tilted.Weight, own.Sigma * own.Sigma);
        (_mean, _away) = ([own.Left, own.Right], [left / distance, right / distance]);

        // log p(y | x) / p(other | x) at a distance s from the own mean, away from the other one.
        _logOdds = Math.Log(own.Weight / other.Weight) + (distance * distance / (2 * _variance));
        _slope = distance / _variance;
    }

    /// <inheritdoc/>
    /// <remarks>The condition is the tilted class, whatever is asked for.</remarks>
    public void Predict(Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition, Prediction<float> prediction)
    {
        int samples = DenoiserArguments.Check(xt, t, condition, prediction);
        var levels = Array.ConvertAll(t.ToArray(), _schedule.At);
        _ = Parallel.For(0, (samples + Chunk - 1) / Chunk, chunk =>
        {
            for (int i = chunk * Chunk; i < Math.Min(samples, (chunk + 1) * Chunk); i++)
                Predict(xt.Span.Slice(2 * i, 2), levels[levels.Length == 1 ? 0 : i], prediction.Memory.Span.Slice(2 * i, 2));
        });
        prediction.Fill(Parameterisation.X0, levels, xt, prediction.Memory);
    }

    private void Predict(ReadOnlySpan<float> x, NoiseLevel level, Span<float> x0)
    {
        // The class alone: mean m + g v (x - g m)/C and variance S² v/C, with C = g² v + S².
        double c = (level.A * _variance) + level.B, gain = level.G * _variance / c, deviation = Math.Sqrt(level.B * _variance / c);
        double left = gain * (x[0] - (level.G * _mean[0])), right = gain * (x[1] - (level.G * _mean[1]));
        double shift = _w == 0 ? 0 : deviation * MeanOf((left * _away[0]) + (right * _away[1]), deviation);
        x0[0] = (float)(_mean[0] + left + (shift * _away[0]));
        x0[1] = (float)(_mean[1] + right + (shift * _away[1]));
    }

    // The mean of z, standard normal, under the weight p(y | x_0)^w of the place along + deviation·z.
    private double MeanOf(double along, double deviation)
    {
        double sum = 0, total = 0, largest = double.NegativeInfinity;
        int nodes = (int)(2 * Reach / Step) + 1;
        Span<double> logs = stackalloc double[nodes];
        for (int k = 0; k < nodes; k++)
        {
            double z = -Reach + (k * Step), odds = _logOdds + (_slope * (along + (deviation * z)));

            // log p(y | x_0) = -log(1 + e^-odds), of whatever sign.
            double log = Math.Min(0, odds) - Math.Log(1 + Math.Exp(-Math.Abs(odds)));
            logs[k] = (_w * log) - (z * z / 2);
            largest = Math.Max(largest, logs[k]);
        }

        for (int k = 0; k < nodes; k++)
        {
            double weight = Math.Exp(logs[k] - largest);
            (sum, total) = (sum + (weight * (-Reach + (k * Step))), total + weight);
        }

        return sum / total;
    }
}
