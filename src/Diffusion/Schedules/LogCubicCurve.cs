using Diffusion.Numerics;

namespace Diffusion.Schedules;

/// <summary>
/// -log A(t) as the monotone cubic through the table: once continuously differentiable, increasing. For schedules that are given
/// by betas and have no closed form in between.
/// </summary>
internal sealed class LogCubicCurve : ScheduleCurve
{
    private readonly MonotoneCubic _cubic;

    public LogCubicCurve(double[] betas)
    {
        double[] values = new double[betas.Length];
        for (int t = 1; t < values.Length; t++)
            values[t] = values[t - 1] - Precise.Log1P(-betas[t]);
        _cubic = new MonotoneCubic(values);
    }

    public override (double A, double B) At(double t)
    {
        double y = _cubic.At(t);
        return (Math.Exp(-y), -Precise.ExpM1(-y));
    }

    public override double TimeOf(double a, double b) => _cubic.TimeOf(a > 0.5 ? -Precise.Log1P(-b) : -Math.Log(a));
}
