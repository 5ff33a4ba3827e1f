namespace Diffusion.Data;

/// <content>The same of pixel pairs, with coordinates by name.</content>
public sealed partial class NoisedMixture
{
    /// <summary>log q(x) of a pixel pair.</summary>
    /// <exception cref="ArgumentException">The points are no pairs; so for all methods that take left and right.</exception>
    public double LogDensity(double left, double right) => LogDensity([left, right]);

    /// <summary>q(x) of a pixel pair, per unit of area.</summary>
    public double Density(double left, double right) => Density([left, right]);

    /// <summary>p(k | x) of each component, by log-sum-exp; these sum to 1 however far away x is.</summary>
    /// <exception cref="ArgumentException">The destination has another length than <see cref="Count"/>.</exception>
    public void Responsibilities(double left, double right, Span<double> destination) => Responsibilities([left, right], destination);

    /// <summary>The gradient of log q(x).</summary>
    public (double Left, double Right) Score(double left, double right)
    {
        Span<double> score = stackalloc double[2];
        Score([left, right], score);
        return (score[0], score[1]);
    }

    /// <summary>eps* = E[eps | x_t = x] = -S score, the best noise predictor; 0 where S is.</summary>
    public (double Left, double Right) Noise(double left, double right)
    {
        Span<double> pull = stackalloc double[2];
        Pull([left, right], pull);
        return (NoiseScale * pull[0], NoiseScale * pull[1]);
    }

    /// <summary>The divergence of eps*, d eps*_left/d left + d eps*_right/d right.</summary>
    public double NoiseDivergence(double left, double right) => NoiseDivergence([left, right]);

    /// <summary>E[x_0 | x_t = x].</summary>
    public (double Left, double Right) PosteriorMean(double left, double right)
    {
        Span<double> mean = stackalloc double[2];
        PosteriorMean([left, right], mean);
        return (mean[0], mean[1]);
    }

    /// <summary>Cov(x_0 | x_t = x): the variances of both pixels and their covariance.</summary>
    public (double LeftLeft, double LeftRight, double RightRight) PosteriorCovariance(double left, double right)
    {
        Span<double> covariance = stackalloc double[4];
        PosteriorCovariance([left, right], covariance);
        return (covariance[0], covariance[1], covariance[3]);
    }

    /// <summary>The gradient of log p(label | x_t = x), the exact noisy classifier (arXiv:2105.05233 section 4).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such label.</exception>
    public (double Left, double Right) ClassifierGradient(int label, double left, double right)
    {
        Span<double> gradient = stackalloc double[2];
        ClassifierGradient(label, [left, right], gradient);
        return (gradient[0], gradient[1]);
    }
}
