namespace Diffusion.Sampling;

/// <summary>Choices of the variance of a reverse step from t to s, with alpha = A_t / A_s, beta = 1 - alpha.</summary>
public enum ReverseVariance
{
    /// <summary>The posterior's beta (1 - A_s) / (1 - A_t): best for data that are a single point (DDPM section 3.2).</summary>
    Posterior = 0,

    /// <summary>beta: best for standard normal data (DDPM section 3.2).</summary>
    Upper = 1,

    /// <summary>The posterior's, plus what is not known of x_0 given x_t (Analytic-DPM, arXiv:2201.06503, theorem 1).</summary>
    Optimal = 2,

    /// <summary>What the network has learned, between the posterior's and beta (Improved DDPM, arXiv:2102.09672, eq. 15).</summary>
    Learned = 3,
}
