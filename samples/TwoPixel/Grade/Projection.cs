namespace Diffusion.TwoPixel.Grade;

/// <summary>
/// How far a slip explains what was found. With r what was found beside what is right, and d what the slip would make of it, both over
/// the same things, the share is r·d / d·d: 0 where an implementation is right, 1 where it has the slip, and neither is moved much by the
/// error of a network, which has nothing to do with d.
/// </summary>
/// <param name="Share">r·d / d·d.</param>
/// <param name="Effect">The root mean square of d: how much the slip shows.</param>
/// <param name="Found">The root mean square of r: how far from right.</param>
/// <param name="Left">The root mean square of r - d: how far from the slip.</param>
internal readonly record struct Projection(double Share, double Effect, double Found, double Left)
{
    /// <summary>Of weighted differences.</summary>
    /// <param name="found">r.</param>
    /// <param name="slip">d, as long.</param>
    public static Projection Of(IEnumerable<double> found, IEnumerable<double> slip)
    {
        double rr = 0, rd = 0, dd = 0;
        int n = 0;
        foreach (var (r, d) in found.Zip(slip))
            (rr, rd, dd, n) = (rr + (r * r), rd + (r * d), dd + (d * d), n + 1);
        return n == 0 ? default : new(dd > 0 ? rd / dd : 0, Math.Sqrt(dd / n), Math.Sqrt(rr / n), Math.Sqrt(Math.Max(0, rr - (2 * rd) + dd) / n));
    }

    /// <summary>Whether the slip explains what was found: its share is near 1, and most of what was found is gone with it.</summary>
    public bool Explains => Share is >= GradeThresholds.LeastShare and <= 2 - GradeThresholds.LeastShare && Left <= GradeThresholds.MostLeft * Found;

    /// <summary>
    /// The same, where what is left must be what right implementations may be off, or clearly less than what was found: an error that is large
    /// everywhere has some part along any slip.
    /// </summary>
    /// <param name="most">What right implementations may be off.</param>
    public bool ExplainsUpTo(double most) => Explains && (Left <= most || Left <= GradeThresholds.MostLeftOfLarge * Found);
}
