using Diffusion.Schedules;

namespace Diffusion.Training;

/// <summary>Weights of the loss at each t.</summary>
public static class LossWeight
{
    /// <summary>
    /// Min-SNR (arXiv:2303.09556): min(SNR, gamma) for the squared error of x_0, which is min(SNR, gamma)/SNR for that of the
    /// noise and min(SNR, gamma)/(SNR + 1) for that of v, with SNR = A/(1 - A).
    /// </summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="t">A time in (0, T].</param>
    /// <param name="gamma">The largest weight of x_0, more than 0.</param>
    /// <param name="parameterisation">What the error is one of.</param>
    public static double MinSnr(NoiseSchedule schedule, double t, double gamma, Parameterisation parameterisation)
    {
        double a = schedule.AlphaCumprodAt(t), b = schedule.OneMinusAlphaCumprodAt(t);
        double snr = a / b, weight = Math.Min(snr, gamma);
        return parameterisation switch
        {
            Parameterisation.X0 => weight,
            Parameterisation.V => weight / (snr + 1),
            _ => weight / snr,
        };
    }
}
