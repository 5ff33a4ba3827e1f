using System.Numerics;

namespace Diffusion.Metrics;

/// <summary>In what order the pixels of one image become what they end as: one of the members, or more of them for a mixture.</summary>
[Flags]
public enum FormationKinds
{
    /// <summary>Nothing is known.</summary>
    None = 0,

    /// <summary>All pixels go together, by one clock.</summary>
    AllAtOnce = 1,

    /// <summary>From the top to the bottom.</summary>
    SweepDown = 2,

    /// <summary>From the bottom to the top.</summary>
    SweepUp = 4,

    /// <summary>From the left to the right.</summary>
    SweepRight = 8,

    /// <summary>From the right to the left.</summary>
    SweepLeft = 16,

    /// <summary>Along the skeleton of the stroke, as a pen would draw it.</summary>
    AlongStroke = 32,

    /// <summary>Region by region, in an order that is none of these.</summary>
    Regions = 64,

    /// <summary>Low spatial frequencies before high ones.</summary>
    CoarseToFine = 128,

    /// <summary>Pixels at scattered times, of which neighbours know nothing of each other.</summary>
    Random = 256,

    /// <summary>Any of those in which one part of the image is there before another.</summary>
    PartByPart = SweepDown | SweepUp | SweepRight | SweepLeft | AlongStroke | Regions,
}

/// <summary>Kinds in words.</summary>
public static class FormationKindsExtensions
{
    /// <summary>The single kinds, in their order.</summary>
    public static IReadOnlyList<FormationKinds> Single { get; } = [.. Enum.GetValues<FormationKinds>().Where(kind => BitOperations.IsPow2((int)kind))];

    /// <summary>What a kind, or a mixture, is called in a sentence.</summary>
    public static string Words(this FormationKinds kinds) => kinds == FormationKinds.None
        ? "not known, as too few pixels change"
        : string.Join(" and ", Single.Where(kind => kinds.HasFlag(kind)).Select(kind => kind switch
        {
            FormationKinds.AllAtOnce => "all at once",
            FormationKinds.SweepDown => "from top to bottom",
            FormationKinds.SweepUp => "from bottom to top",
            FormationKinds.SweepRight => "from left to right",
            FormationKinds.SweepLeft => "from right to left",
            FormationKinds.AlongStroke => "along the stroke",
            FormationKinds.Regions => "region by region",
            FormationKinds.CoarseToFine => "from coarse to fine",
            _ => "at scattered times",
        }));
}
