namespace Diffusion.Sampling;

/// <summary>How the times of a run are spread between its start and its end.</summary>
public enum StepSpacing
{
    /// <summary>Equal steps in t: with as many steps as the schedule has, the integers.</summary>
    Uniform = 0,

    /// <summary>Equal steps in the square root of t: finer near the data (DEIS, arXiv:2204.13902, and DDIM's "quad").</summary>
    Quadratic = 1,

    /// <summary>
    /// Equal steps in lambda = log(sqrt(A) / sqrt(1 - A)), half of log SNR (DPM-Solver, arXiv:2206.00927). It is infinite at
    /// t = 0, so the last step but one ends at t = 1 (or at start/steps, where that is earlier) and the last one leads to 0.
    /// </summary>
    LogSnr = 2,
}
