namespace Diffusion.Schedules;

/// <summary>
/// A over real time: a decreasing, continuous function on [0, T] that passes through the table at the integers.
/// A and B = 1 - A are carried side by side, so that neither loses digits where the other is near 1.
/// </summary>
internal abstract class ScheduleCurve
{
    /// <summary>A(t) and 1 - A(t) for t in [0, T].</summary>
    public abstract (double A, double B) At(double t);

    /// <summary>The t with A(t) = a, where b = 1 - a; a is between A(T) and 1.</summary>
    public abstract double TimeOf(double a, double b);

    /// <summary>The t at which a piecewise linear, increasing function with these values at 0, 1, ..., T reaches a value.</summary>
    protected static double InverseOfPiecewiseLinear(double[] nodes, double value)
    {
        int at = Array.BinarySearch(nodes, value);
        if (at >= 0)
            return at;
        int right = Math.Clamp(~at, 1, nodes.Length - 1);
        double fraction = (value - nodes[right - 1]) / (nodes[right] - nodes[right - 1]);
        return right - 1 + Math.Clamp(fraction, 0, 1);
    }

    /// <summary>A piecewise linear function with these values at 0, 1, ..., T.</summary>
    protected static double PiecewiseLinear(double[] nodes, double t)
    {
        int left = Math.Min((int)t, nodes.Length - 2);
        return nodes[left] + ((t - left) * (nodes[left + 1] - nodes[left]));
    }
}
