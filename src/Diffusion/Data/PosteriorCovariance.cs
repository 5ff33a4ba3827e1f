namespace Diffusion.Data;

/// <summary>E tr Cov(x_0 | x_t) / 2 of Gaussian mixture data, by the trapezoidal rule around each component.</summary>
internal static class PosteriorCovariance
{
    // On an integrand that falls like a Gaussian the rule converges faster than any power of the step. The step fits
    // responsibilities that change within 1/15 of a standard deviation of x_t, where also little probability lies.
    private const double Reach = 7.5, Step = 0.1;

    public static double Mean(GaussianMixture data, double alphaCumprod)
    {
        var marginal = data.At(alphaCumprod);
        if (data.LabelCount == 1)
            return marginal.PosteriorCovariance(0, 0).LeftLeft;

        double total = 0;
        int half = (int)Math.Round(Reach / Step);
        foreach (var component in data.Components)
        {
            double g = Math.Sqrt(alphaCumprod), deviation = Math.Sqrt((alphaCumprod * component.Sigma * component.Sigma) + 1 - alphaCumprod);
            double sum = 0, weights = 0;
            for (int i = -half; i <= half; i++)
            {
                for (int j = -half; j <= half; j++)
                {
                    double y = i * Step, z = j * Step, weight = Math.Exp(-((y * y) + (z * z)) / 2);
                    var (leftLeft, _, rightRight) = marginal.PosteriorCovariance((g * component.Left) + (deviation * y), (g * component.Right) + (deviation * z));
                    sum += weight * (leftLeft + rightRight) / 2;
                    weights += weight;
                }
            }

            total += component.Weight * sum / weights;
        }

        return total;
    }
}
