namespace Diffusion.Metrics;

/// <summary>The share by heart and its interval, from the errors on each point.</summary>
internal static class MemorisationShare
{
    // So many standard errors make the interval: a false word in one of some hundreds.
    private const double Errors = 3;

    /// <summary>(gap of the denoiser) / (gap of the ideal one); gap: mean on held-out points less mean on training points.</summary>
    /// <param name="denoiser">The denoiser's errors on training points, and on held-out points.</param>
    /// <param name="ideal">Those of the ideal denoiser of the training data on the same draws.</param>
    public static Interval Of((double[] Training, double[] HeldOut) denoiser, (double[] Training, double[] HeldOut) ideal)
    {
        double a = denoiser.HeldOut.Average() - denoiser.Training.Average(), b = ideal.HeldOut.Average() - ideal.Training.Average();
        double varianceA = Covariance(denoiser.Training, denoiser.Training) + Covariance(denoiser.HeldOut, denoiser.HeldOut);
        double varianceB = Covariance(ideal.Training, ideal.Training) + Covariance(ideal.HeldOut, ideal.HeldOut);
        double covariance = Covariance(denoiser.Training, ideal.Training) + Covariance(denoiser.HeldOut, ideal.HeldOut);

        // All shares s with |a - s b| at most so many standard errors of it: s² p - 2 s q + r <= 0.
        const double Squared = Errors * Errors;
        double p = (b * b) - (Squared * varianceB), q = (a * b) - (Squared * covariance), r = (a * a) - (Squared * varianceA);
        if (!(p > 0 && b > 0))
            return new Interval(b == 0 ? 0 : a / b, double.NegativeInfinity, double.PositiveInfinity);
        double root = Math.Sqrt(Math.Max(0, (q * q) - (p * r)));
        return new Interval(a / b, (q - root) / p, (q + root) / p);
    }

    // Of the means of n pairs.
    private static double Covariance(double[] x, double[] y)
    {
        double meanX = x.Average(), meanY = y.Average(), sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += (x[i] - meanX) * (y[i] - meanY);
        return sum / (x.Length - 1.0) / x.Length;
    }
}
