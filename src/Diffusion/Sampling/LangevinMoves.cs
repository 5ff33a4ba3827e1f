using Diffusion.Numerics;

namespace Diffusion.Sampling;

/// <summary>Langevin moves at a noise level.</summary>
public sealed record LangevinMoves
{
    /// <summary>Their number.</summary>
    public int Count { get; init => field = Accepted.Between(value, 1, 1000); } = 1;

    /// <summary>The variance of a move, in units of the noise variance S² of its level.</summary>
    public double Size
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Size), value, $"Size is {value}; accepted is more than 0, and at most 1.");
    } = 0.1;
}
