using Diffusion.Numerics;

namespace Diffusion.Schedules;

/// <summary>
/// A(t) = (s(e) - s(u(t))) / (s(e) - s(b)) with s the logistic function, b and e its arguments at both ends, and u linear
/// between the integer steps: the closed form where betas are not clipped.
/// </summary>
internal sealed class SigmoidCurve : ScheduleCurve
{
    private readonly double _low, _range;
    private readonly double[] _arguments;

    public SigmoidCurve(double[] alphasCumprod, double start, double end)
    {
        _low = Precise.Sigmoid(start);
        _range = Precise.Sigmoid(end) - _low;
        _arguments = Array.ConvertAll(alphasCumprod, a => Argument(1 - a));
        _arguments[0] = start;
    }

    /// <summary>A before clipping.</summary>
    public static double ClosedForm(double t, int timesteps, double start, double end)
    {
        double last = Precise.Sigmoid(end), first = Precise.Sigmoid(start);
        return (last - Precise.Sigmoid(start + (t / timesteps * (end - start)))) / (last - first);
    }

    public override (double A, double B) At(double t)
    {
        double b = (Precise.Sigmoid(PiecewiseLinear(_arguments, t)) - _low) / _range;
        return (1 - b, b);
    }

    public override double TimeOf(double a, double b) => InverseOfPiecewiseLinear(_arguments, Argument(b));

    private double Argument(double b)
    {
        double s = _low + (b * _range);
        return Math.Log(s / (1 - s));
    }
}
