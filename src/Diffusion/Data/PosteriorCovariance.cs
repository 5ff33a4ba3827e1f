namespace Diffusion.Data;

/// <summary>E tr Cov(x_0 | x_t) / 2 of Gaussian mixture data, by the trapezoidal rule around each component.</summary>
internal static class PosteriorCovariance
{
    // In units of a component's standard deviation. On an integrand that falls like a Gaussian the rule converges faster
    // than any power of the step; where responsibilities change fast between components of one width, hardly any
    // probability lies. A narrow component inside a wide one needs steps of less than its own width.
    private const double Reach = 7.5, Coarsest = 0.1, Finest = 0.02, OfNarrowest = 0.4;

    /// <param name="data">The data.</param>
    /// <param name="alphaCumprod">A at the time t.</param>
    /// <param name="refinement">Divides the step, to see that the rule has converged.</param>
    public static double Mean(GaussianMixture data, double alphaCumprod, double refinement = 1)
    {
        var marginal = data.At(alphaCumprod);
        if (data.LabelCount == 1)
            return marginal.PosteriorCovariance(0, 0).LeftLeft;

        double[] deviations = [.. data.Components.Select(c => Math.Sqrt((alphaCumprod * c.Sigma * c.Sigma) + 1 - alphaCumprod))];
        double total = 0;
        for (int k = 0; k < deviations.Length; k++)
        {
            double step = Math.Clamp(OfNarrowest * deviations.Min() / deviations[k], Finest, Coarsest) / refinement;
            total += data.Components[k].Weight * MeanAround(marginal, data.Components[k], deviations[k], step);
        }

        return total;
    }

    private static double MeanAround(NoisedMixture marginal, MixtureComponent component, double deviation, double step)
    {
        double g = Math.Sqrt(marginal.AlphaCumprod), sum = 0, weights = 0;
        int half = (int)Math.Round(Reach / step);
        for (int i = -half; i <= half; i++)
        {
            for (int j = -half; j <= half; j++)
            {
                double y = i * step, z = j * step, weight = Math.Exp(-((y * y) + (z * z)) / 2);
                var (leftLeft, _, rightRight) = marginal.PosteriorCovariance((g * component.Left) + (deviation * y), (g * component.Right) + (deviation * z));
                sum += weight * (leftLeft + rightRight) / 2;
                weights += weight;
            }
        }

        return sum / weights;
    }
}
