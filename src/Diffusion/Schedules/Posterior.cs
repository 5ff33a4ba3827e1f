namespace Diffusion.Schedules;

/// <summary>
/// One step of the reverse process, from time t to an earlier time s: the Gaussian q(x_s | x_t, x_0) of mean
/// <c>MeanCoefX0·x_0 + MeanCoefXt·x_t</c> and variance <c>Variance</c> (DDPM eqs. 6 and 7, with
/// alpha = A_t / A_s, which is alpha_t when s = t - 1).
/// </summary>
/// <param name="Alpha">A_t / A_s.</param>
/// <param name="Beta">1 - Alpha: the variance that the forward process adds between s and t; the upper choice of the reverse variance.</param>
/// <param name="MeanCoefX0">sqrt(A_s) Beta / (1 - A_t).</param>
/// <param name="MeanCoefXt">sqrt(Alpha) (1 - A_s) / (1 - A_t).</param>
/// <param name="Variance">Beta (1 - A_s) / (1 - A_t): the lower choice of the reverse variance; 0 when s = 0.</param>
public readonly record struct Posterior(double Alpha, double Beta, double MeanCoefX0, double MeanCoefXt, double Variance);
