using Diffusion.Numerics;

namespace Diffusion.Schedules;

/// <summary>
/// -log A(t) as the monotone cubic through a table of betas: once continuously differentiable, increasing. The table may have more or fewer
/// steps than the schedule, which then takes it at even distances.
/// </summary>
internal sealed class LogCubicCurve : ScheduleCurve
{
    /// <summary>The steps of the schedule that DDPM published (arXiv:2006.11239, section 4).</summary>
    public const int PublishedSteps = 1000;

    private readonly MonotoneCubic _cubic;
    private readonly double _perStep;

    /// <summary>The curve of a schedule.</summary>
    /// <param name="betas">The table; entry 0 is 0.</param>
    /// <param name="steps">T.</param>
    public LogCubicCurve(double[] betas, int steps)
    {
        double[] values = new double[betas.Length];
        for (int t = 1; t < values.Length; t++)
            values[t] = values[t - 1] - Precise.Log1P(-betas[t]);
        _cubic = new MonotoneCubic(values);
        _perStep = (betas.Length - 1.0) / steps;
    }

    /// <summary>log A(t).</summary>
    public double LogAt(double t) => -_cubic.At(t * _perStep);

    public override (double A, double B) At(double t)
    {
        double log = LogAt(t);
        return (Math.Exp(log), -Precise.ExpM1(log));
    }

    public override double TimeOf(double a, double b) => _cubic.TimeOf(a > 0.5 ? -Precise.Log1P(-b) : -Math.Log(a)) / _perStep;
}
