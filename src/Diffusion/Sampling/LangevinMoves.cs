namespace Diffusion.Sampling;

/// <summary>Langevin moves at a noise level.</summary>
public sealed record LangevinMoves
{
    /// <summary>Their number.</summary>
    public int Count
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Count), value, $"Count is {value}; accepted is 1 to 1000 Langevin moves.");
    } = 1;

    /// <summary>The variance of a move, in units of the noise variance S² of its level.</summary>
    public double Size
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Size), value, $"Size is {value}; accepted is more than 0, and at most 1.");
    } = 0.1;
}
