using Diffusion.Numerics;

namespace Diffusion.Schedules;

/// <summary>
/// The angle of (g, S) = (cos, sin) as the monotone cubic through a table of A: finite at both ends, so that A may be 0 at the last
/// step. For schedules that are given by their table.
/// </summary>
/// <param name="alphasCumprod">A at 0 ... T.</param>
internal sealed class AngleCurve(double[] alphasCumprod) : ScheduleCurve
{
    private readonly MonotoneCubic _cubic = new(Array.ConvertAll(alphasCumprod, a => Angle(a, 1 - a)));

    public override (double A, double B) At(double t)
    {
        var (sin, cos) = Math.SinCos(_cubic.At(t));
        return (cos * cos, sin * sin);
    }

    public override double TimeOf(double a, double b) => _cubic.TimeOf(Angle(a, b));

    private static double Angle(double a, double b) => Math.Atan2(Math.Sqrt(b), Math.Sqrt(a));
}
