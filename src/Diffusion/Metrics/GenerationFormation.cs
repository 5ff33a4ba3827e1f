namespace Diffusion.Metrics;

/// <summary>How one image was formed: what was measured of the times at which its pixels settle, and the kinds that follow.</summary>
/// <remarks>
/// All times are shares of the process, from 0 at t = T to 1 at t = 0, and all shares of variance are of what is left once pixels are
/// compared with those of a similar final value only. The thresholds were set on made-up formations of MNIST's training digits, of each
/// kind, so that as few as possible were named wrongly; see docs/mnist.md for how often it is right on other digits.
/// </remarks>
/// <param name="Pixels">The number of pixels that end at least <see cref="ImageFormation.LeastChange"/> from the baseline.</param>
/// <param name="Half">The time at which half of them have settled.</param>
/// <param name="Spread">The time between the first tenth and the last.</param>
/// <param name="Unexplained">The same of what the orders that <paramref name="Kinds"/> names leave of the times.</param>
/// <param name="Right">The share of the variance of the times that the place from left to right explains; negative where it is from right to left.</param>
/// <param name="Down">The same from top to bottom.</param>
/// <param name="Place">The share that both explain.</param>
/// <param name="Path">The share that the distance along the stroke's skeleton explains.</param>
/// <param name="PlaceAndPath">The share that place and path explain together.</param>
/// <param name="Correlation">The correlation of what place, path and fineness leave of the times, between pixels two to three apart.</param>
/// <param name="CoarseLead">By how much of the process coarse structure is there before fine structure, on average.</param>
/// <param name="Fineness">The correlation of the times, less what place or path explain if they are named, with how fine the structure is that a pixel belongs to.</param>
/// <param name="Kinds">What follows; <see cref="FormationKinds.None"/> where fewer than <see cref="LeastPixels"/> pixels change.</param>
public readonly record struct GenerationFormation(
    int Pixels,
    double Half,
    double Spread,
    double Unexplained,
    double Right,
    double Down,
    double Place,
    double Path,
    double PlaceAndPath,
    double Correlation,
    double CoarseLead,
    double Fineness,
    FormationKinds Kinds)
{
    /// <summary>Of fewer pixels nothing is said.</summary>
    public const int LeastPixels = 40;

    /// <summary>Place or path make an order from this share of the variance on.</summary>
    public const double LeastShare = 0.36;

    /// <summary>By how much more than the place the path must explain, to be the order.</summary>
    public const double PathOverPlace = 0.03;

    /// <summary>By how much more both directions must explain than the better one, for both to be named.</summary>
    public const double SecondDirection = 0.04;

    /// <summary>By how much more place and path must explain than the better one, for both to be named.</summary>
    public const double SecondOrder = 0.1;

    /// <summary>Coarse to fine from this <see cref="Coarseness"/> on.</summary>
    public const double LeastCoarseness = 0.55;

    /// <summary>From this <see cref="Unexplained"/> on pixels do not go together.</summary>
    public const double LeastScatter = 0.18;

    /// <summary>Pixels that do not go together are in regions from this <see cref="Correlation"/> on, and scattered below.</summary>
    public const double LeastCorrelation = 0.08;

    // What formations from coarse to fine have, on average.
    private const double UsualLead = 0.15, UsualFineness = 0.5;

    /// <summary>The signs of an order from coarse to fine, together: about 0 for all other orders and about 1 for this.</summary>
    public double Coarseness => ((CoarseLead / UsualLead) + (Fineness / UsualFineness)) / 2;

    internal static GenerationFormation Of(SettlingOrder order)
    {
        var (right, down, both) = order.Place;
        bool enough = order.Pixels.Count >= LeastPixels;
        var (place, path) = enough ? Orders(order) : default;
        double fineness = order.Fineness(order.Unexplained(place, path, fineness: false));
        var found = new GenerationFormation(
            order.Pixels.Count,
            order.Pixels.Count == 0 ? 0 : order.Times.Order().ElementAt(order.Times.Length / 2),
            SettlingOrder.Spread(order.Times),
            0,
            right,
            down,
            both,
            order.Path,
            order.PlaceAndPath,
            0,
            order.CoarseLead,
            fineness,
            FormationKinds.None);
        bool coarse = enough && found.Coarseness >= LeastCoarseness;
        double unexplained = SettlingOrder.Spread(order.Unexplained(place, path, coarse));
        double correlation = order.Correlation(order.Unexplained(place: true, path: true, fineness: true));
        var kinds = (place ? Directions(order.PlaceOf(order.Unexplained(place: false, path, fineness: false))) : 0)
            | (path ? FormationKinds.AlongStroke : 0)
            | (coarse ? FormationKinds.CoarseToFine : 0)
            | (!enough || unexplained < LeastScatter ? 0 : correlation >= LeastCorrelation ? FormationKinds.Regions : FormationKinds.Random);
        return found with { Unexplained = unexplained, Correlation = correlation, Kinds = enough && kinds == FormationKinds.None ? FormationKinds.AllAtOnce : kinds };
    }

    // The better one of place and path, and the other if it adds something.
    private static (bool Place, bool Path) Orders(SettlingOrder order)
    {
        if (order.PlaceAndPath < LeastShare)
            return default;
        bool path = order.Path >= order.Place.Both + PathOverPlace, two = order.PlaceAndPath - Math.Max(order.Path, order.Place.Both) >= SecondOrder;
        return (!path || two, path || two);
    }

    private static FormationKinds Directions((double Right, double Down, double Both) place)
    {
        bool across = Math.Abs(place.Right) > Math.Abs(place.Down);
        bool two = place.Both - Math.Max(Math.Abs(place.Right), Math.Abs(place.Down)) >= SecondDirection * place.Both;
        var kinds = FormationKinds.None;
        if (two || across)
            kinds |= place.Right > 0 ? FormationKinds.SweepRight : FormationKinds.SweepLeft;
        if (two || !across)
            kinds |= place.Down > 0 ? FormationKinds.SweepDown : FormationKinds.SweepUp;
        return kinds;
    }
}
