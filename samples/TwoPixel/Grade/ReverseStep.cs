namespace Diffusion.TwoPixel.Grade;

/// <summary>The numbers of one reverse step from t to t - 1: x' = OfX x + OfNoise eps + Deviation z.</summary>
/// <param name="OfX">The factor of x_t in the mean.</param>
/// <param name="OfNoise">The factor of the predicted noise in the mean.</param>
/// <param name="Deviation">The standard deviation of the noise that is added.</param>
internal readonly record struct ReverseStep(double OfX, double OfNoise, double Deviation)
{
    /// <summary>DDPM's steps (Algorithm 2; assignment eq. 13) of a table of A_0 ... A_T; entry t leads to t - 1, entry 0 is not used.</summary>
    /// <param name="levels">The table.</param>
    /// <param name="upper">Whether beta is the variance, and not the posterior's.</param>
    /// <param name="lastNoise">Whether the last step adds noise of variance beta_1.</param>
    /// <param name="usesAlpha">Whether sqrt(1 - alpha_t) divides the predicted noise, and not sqrt(1 - A_t).</param>
    public static ReverseStep[] Ddpm(double[] levels, bool upper = false, bool lastNoise = false, bool usesAlpha = false)
    {
        var steps = new ReverseStep[levels.Length];
        for (int t = 1; t < levels.Length; t++)
        {
            double alpha = levels[t] / levels[t - 1], beta = 1 - alpha, rest = 1 - levels[t];
            double variance = t == 1 ? (lastNoise ? beta : 0) : upper ? beta : beta * (1 - levels[t - 1]) / rest;
            steps[t] = new(1 / Math.Sqrt(alpha), -beta / Math.Sqrt((usesAlpha ? beta : rest) * alpha), Math.Sqrt(variance));
        }

        return steps;
    }

    /// <summary>DDIM's steps (arXiv:2010.02502, eq. 12, eta = 0).</summary>
    public static ReverseStep[] Ddim(double[] levels)
    {
        var steps = new ReverseStep[levels.Length];
        for (int t = 1; t < levels.Length; t++)
        {
            double shrink = Math.Sqrt(levels[t - 1] / levels[t]);
            steps[t] = new(shrink, Math.Sqrt(1 - levels[t - 1]) - (shrink * Math.Sqrt(1 - levels[t])), 0);
        }

        return steps;
    }
}
