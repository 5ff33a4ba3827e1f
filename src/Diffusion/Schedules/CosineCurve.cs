namespace Diffusion.Schedules;

/// <summary>
/// A(t) = cos²(phi(t)) / cos²(phi_0), with the angle phi linear between the integer steps. Where betas are not clipped
/// this is the closed form itself, whose angle is linear in t; in a clipped step (the last one) the angle only rises
/// to the table's value, a little more slowly.
/// </summary>
internal sealed class CosineCurve : ScheduleCurve
{
    private readonly double _sin0, _cos0, _angle0;

    /// <summary>phi_t - phi_0 at the integers.</summary>
    private readonly double[] _angles;

    public CosineCurve(double[] alphasCumprod, double offset)
    {
        _angle0 = offset / (1 + offset) * Math.PI / 2;
        (_sin0, _cos0) = Math.SinCos(_angle0);
        _angles = Array.ConvertAll(alphasCumprod, a => Angle(a, 1 - a));
        _angles[0] = 0;
    }

    /// <summary>A before clipping: f(t) / f(0), f(t) = cos²((t/T + s) / (1 + s) · pi/2).</summary>
    public static double ClosedForm(double t, int timesteps, double offset)
    {
        double cos = Math.Cos(((t / timesteps) + offset) / (1 + offset) * Math.PI / 2);
        double cos0 = Math.Cos(offset / (1 + offset) * Math.PI / 2);
        return cos * cos / (cos0 * cos0);
    }

    public override (double A, double B) At(double t)
    {
        double angle = PiecewiseLinear(_angles, t);
        double cos = Math.Cos(_angle0 + angle) / _cos0;

        // cos²(u) - cos²(v) = sin(v - u) sin(v + u)
        double b = Math.Sin(angle) * Math.Sin(angle + (2 * _angle0)) / (_cos0 * _cos0);
        return (cos * cos, b);
    }

    public override double TimeOf(double a, double b) => InverseOfPiecewiseLinear(_angles, Angle(a, b));

    // sin²(phi) = 1 - A cos²(phi_0) = B + A sin²(phi_0), without cancellation.
    private double Angle(double a, double b) =>
        Math.Atan2(Math.Sqrt(b + (a * _sin0 * _sin0)), Math.Sqrt(a) * _cos0) - _angle0;
}
