namespace Diffusion.Numerics;

/// <summary>The increasing, once continuously differentiable cubic through values at 0, 1, ..., n (Fritsch and Carlson, SIAM J. Numer. Anal. 17, 1980).</summary>
internal sealed class MonotoneCubic
{
    private readonly double[] _values, _slopes;

    /// <param name="values">Increasing values, at least two.</param>
    public MonotoneCubic(double[] values)
    {
        int steps = values.Length - 1;
        _values = values;
        _slopes = new double[steps + 1];

        // Three-point slopes (exact for parabolas), one-sided at both ends, limited to three times the smaller secant.
        for (int t = 0; t <= steps; t++)
        {
            double left = t > 0 ? _values[t] - _values[t - 1] : double.NaN;
            double right = t < steps ? _values[t + 1] - _values[t] : double.NaN;
            double slope = (t, steps) switch
            {
                (_, 1) => _values[1] - _values[0],
                (0, _) => right - ((_values[2] - (2 * _values[1]) + _values[0]) / 2),
                _ when t == steps => left + ((_values[t] - (2 * _values[t - 1]) + _values[t - 2]) / 2),
                _ => (left + right) / 2,
            };
            double limit = 3 * (double.IsNaN(left) ? right : double.IsNaN(right) ? left : Math.Min(left, right));
            _slopes[t] = Math.Clamp(slope, 0, limit);
        }
    }

    /// <summary>The value at a place in [0, n].</summary>
    public double At(double t)
    {
        int left = Math.Min((int)t, _values.Length - 2);
        return Hermite(left, t - left).Value;
    }

    /// <summary>The place of a value.</summary>
    public double TimeOf(double y)
    {
        int at = Array.BinarySearch(_values, y);
        if (at >= 0)
            return at;
        int left = Math.Clamp(~at, 1, _values.Length - 1) - 1;

        // Newton's method, kept inside a bracket that halves when a step leaves it.
        double low = 0, high = 1, u = 0.5;
        for (int i = 0; i < 100 && high - low > 1e-16; i++)
        {
            var (value, slope) = Hermite(left, u);
            if (value < y)
                low = u;
            else
                high = u;
            double next = u - ((value - y) / slope);
            if (!(next > low && next < high))
                next = (low + high) / 2;
            if (next == u)
                break;
            u = next;
        }

        return left + u;
    }

    private (double Value, double Slope) Hermite(int left, double u)
    {
        double y0 = _values[left], secant = _values[left + 1] - y0, d0 = _slopes[left], d1 = _slopes[left + 1];
        double c2 = (3 * secant) - (2 * d0) - d1, c3 = d0 + d1 - (2 * secant);
        return (y0 + (u * (d0 + (u * (c2 + (u * c3))))), d0 + (u * ((2 * c2) + (3 * u * c3))));
    }
}
