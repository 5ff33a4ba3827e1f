namespace Diffusion.Data;

/// <summary>E tr Cov(x_0 | x_t) / d of Gaussian mixture data, by the trapezoidal rule around each component along its principal axes.</summary>
internal static class PosteriorCovariance
{
    // In units of a component's standard deviation. On an integrand that falls like a Gaussian the rule converges faster
    // than any power of the step; where responsibilities change fast between components of one width, hardly any
    // probability lies. A narrow component inside a wide one needs steps of less than its own width.
    private const double Reach = 7.5, Coarsest = 0.1, Finest = 0.02, OfNarrowest = 0.4;

    /// <summary>At the level A, B = 1 - A.</summary>
    /// <param name="data">The data.</param>
    /// <param name="alphaCumprod">A at the time t.</param>
    /// <param name="refinement">Divides the step, to see that the rule has converged.</param>
    /// <exception cref="NotSupportedException">Several components in more than two dimensions.</exception>
    public static double Mean(GaussianMixture data, double alphaCumprod, double refinement = 1) =>
        // Deviations are rounded in this order in all tables that exist.
        Mean(data, data.At(alphaCumprod), (k, axis) => Math.Sqrt(data.Components[k].ScaledVariance(alphaCumprod, axis) + 1 - alphaCumprod), refinement);

    /// <summary>At any level of the data.</summary>
    /// <exception cref="NotSupportedException">Several components in more than two dimensions.</exception>
    public static double Mean(GaussianMixture data, NoisedMixture marginal, double refinement = 1) =>
        Mean(data, marginal, (k, axis) => marginal.Components[k].Deviation(axis), refinement);

    private static double Mean(GaussianMixture data, NoisedMixture marginal, Func<int, int, double> deviation, double refinement)
    {
        int d = marginal.Dimensions, modes = marginal.Count;
        if (modes == 1)
            return MeanVariance(marginal, new double[d], new double[d * d]);
        if (d > 2)
            throw new NotSupportedException($"The mean posterior covariance of {modes} components in {d} dimensions is not integrated: accepted are 1 and 2 dimensions, or one component. OptimalVariance.Estimate measures it by draws.");

        double[][] deviations = [.. Enumerable.Range(0, modes).Select(k => Enumerable.Range(0, d).Select(axis => deviation(k, axis)).ToArray())];
        double narrowest = deviations.Min(axes => axes.Min());
        double total = 0;
        for (int k = 0; k < modes; k++)
        {
            double[] steps = [.. deviations[k].Select(width => Math.Clamp(OfNarrowest * narrowest / width, Finest, Coarsest) / refinement)];
            total += data.Components[k].Weight * MeanAround(marginal, marginal.Components[k], deviations[k], steps);
        }

        return total;
    }

    private static double MeanAround(NoisedMixture marginal, NoisedComponent component, double[] deviations, double[] steps)
    {
        int d = deviations.Length, half = (int)Math.Round(Reach / steps[0]), halfSecond = d == 1 ? 0 : (int)Math.Round(Reach / steps[1]);
        double sum = 0, weights = 0;
        double[] point = new double[d], units = new double[d], covariance = new double[d * d];
        for (int i = -half; i <= half; i++)
        {
            for (int j = -halfSecond; j <= halfSecond; j++)
            {
                double y = units[0] = i * steps[0], z = d == 1 ? 0 : units[1] = j * steps[1], weight = Math.Exp(-((y * y) + (z * z)) / 2);
                component.Point(deviations, units, point);
                sum += weight * MeanVariance(marginal, point, covariance);
                weights += weight;
            }
        }

        return sum / weights;
    }

    // tr Cov(x_0 | x_t = x) / d
    private static double MeanVariance(NoisedMixture marginal, double[] x, double[] covariance)
    {
        marginal.PosteriorCovariance(x, covariance);
        double trace = 0;
        for (int i = 0; i < x.Length; i++)
            trace += covariance[i * (x.Length + 1)];
        return trace / x.Length;
    }
}
