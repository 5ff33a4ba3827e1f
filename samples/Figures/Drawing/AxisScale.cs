namespace Diffusion.Figures;

/// <summary>Range and ticks of one axis; ticks are given, never guessed, so that panels agree.</summary>
internal sealed record AxisScale(double Min, double Max, double[] Major, string[] Names, double[] Minor)
{
    /// <summary>The axis of a pixel value: [-limit, limit].</summary>
    public static AxisScale Pixel(double limit)
    {
        var step = limit is > 4.5 or < 0.55 ? RoundStep(limit / 2.2) : limit > 2.2 ? 2.0 : limit > 0.9 ? 1.0 : 0.5;
        return Linear(-limit, limit, step, step / 2);
    }

    /// <summary>A linear axis with ticks at the multiples of <paramref name="step"/>.</summary>
    public static AxisScale Linear(
        double min, double max, double step, double minorStep, Func<double, string>? name = null)
    {
        var major = Multiples(min, max, step);
        return new(min, max, major, [.. major.Select(name ?? (v => Format(v)))], Multiples(min, max, minorStep));
    }

    /// <summary>
    /// A linear axis from 0 to <paramref name="max"/> (1 if that is not positive), with about five round ticks.
    /// </summary>
    public static AxisScale FromZero(double max, Func<double, string>? name = null)
    {
        max = double.IsFinite(max) && max > 0 ? max : 1;
        var step = RoundStep(max / 4.5);
        return Linear(0, max, step, step / 2, name);
    }

    /// <summary>
    /// A logarithmic axis: positions are log10 of the value. Ticks at powers of ten, with 2 and 5 named too on
    /// axes shorter than two decades. Bounds that are not positive give 0.1 to 1.
    /// </summary>
    public static AxisScale Log(double min, double max)
    {
        if (!(min > 0 && max > min && double.IsFinite(max)))
            (min, max) = (0.1, 1);
        var (low, high) = (Math.Log10(min), Math.Log10(max));
        double[] digits = high - low > 2 ? [1] : [1, 2, 5];
        var powers = Enumerable.Range((int)Math.Floor(low), (int)Math.Ceiling(high) - (int)Math.Floor(low) + 1)
            .Select(p => Math.Pow(10, p)).ToArray();
        double[] Inside(IEnumerable<double> factors) =>
            [.. powers.SelectMany(p => factors.Select(f => f * p)).Where(v => v >= min && v <= max)];
        var major = Inside(digits);
        return new(low, high, [.. major.Select(Math.Log10)], [.. major.Select(value => value < 9.9e-5 ? Power(value) : Format(value))],
            [.. Inside(Enumerable.Range(2, 8).Select(d => (double)d)).Select(Math.Log10)]);
    }

    /// <summary>A step of 1, 2 or 5 times a power of ten, at least <paramref name="rough"/>.</summary>
    public static double RoundStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return new[] { 1.0, 2, 5, 10 }.First(d => d * power >= rough * (1 - 1e-9)) * power;
    }

    /// <summary>A number for a tick: short, with a true minus sign.</summary>
    public static string Format(double value) =>
        Math.Round(value, 10).ToString("0.######").Replace('-', '\u2212');

    // What would be all zeros is written as a power of ten.
    private static string Power(double value) => value.ToString("0e-0").Replace('-', '\u2212');

    private static double[] Multiples(double min, double max, double step)
    {
        var first = (int)Math.Ceiling((min / step) - 1e-9);
        var last = (int)Math.Floor((max / step) + 1e-9);
        return [.. Enumerable.Range(first, last - first + 1).Select(i => i * step)];
    }
}
