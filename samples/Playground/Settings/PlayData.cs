using System.Text.Json.Serialization;

namespace Diffusion.Playground.Settings;

/// <summary>A peak of the mixture, as the page has it: weights are relative, and divided by their sum.</summary>
internal sealed record Peak
{
    /// <summary>The mean of the left pixel.</summary>
    public required double Left { get; init => field = Accept.Between(value, -3, 3); }

    /// <summary>The mean of the right pixel.</summary>
    public required double Right { get; init => field = Accept.Between(value, -3, 3); }

    /// <summary>The standard deviation of each pixel.</summary>
    public required double Sigma { get; init => field = Accept.Between(value, 0.02, 1); }

    /// <summary>The weight beside those of the others.</summary>
    public required double Weight { get; init => field = Accept.Between(value, 0.01, 100); }
}

/// <summary>What is learned: a mixture, of which all is known, or points, of which the ideal denoiser knows all that there is to know.</summary>
internal sealed class PlayData
{
    /// <summary>The name of the mixture and of points that were drawn by hand; all others are those of <see cref="ToyData"/>.</summary>
    public const string MixtureName = "mixture", DrawnName = "drawn";

    /// <summary>The points that are taken of a set that has a name.</summary>
    public const int NamedPoints = 1000;

    private readonly PointSet? _set;

    private PlayData(GaussianMixture? mixture, PointSet? set) => (Mixture, _set) = (mixture, set);

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [MixtureName, .. ToyData.All.Select(data => data.Name), DrawnName];

    /// <summary>The mixture; null for points.</summary>
    [JsonIgnore]
    public GaussianMixture? Mixture { get; }

    /// <summary>The number of labels, 0 for none.</summary>
    public int Classes => Mixture?.LabelCount ?? _set!.Classes;

    /// <summary>A mixture of peaks.</summary>
    public static PlayData Of(IReadOnlyList<Peak> peaks)
    {
        double total = peaks.Sum(peak => peak.Weight);
        return new(new GaussianMixture([.. peaks.Select(peak => new MixtureComponent { Weight = peak.Weight / total, Left = peak.Left, Right = peak.Right, Sigma = peak.Sigma })]), null);
    }

    /// <summary>Checks points that were drawn: left, right and label of each.</summary>
    /// <exception cref="RefusedException">A point that is none.</exception>
    public static IReadOnlyList<double[]> CheckPoints(IReadOnlyList<double[]> drawn)
    {
        for (int i = 0; i < drawn.Count; i++)
        {
            if (drawn[i].Length != 3)
                throw new RefusedException(400, $"Point {i} has {drawn[i].Length} numbers; accepted are three: left, right, label.");
            _ = Accept.Between(drawn[i][0], -3, 3, $"The left pixel of point {i}");
            _ = Accept.Between(drawn[i][1], -3, 3, $"The right pixel of point {i}");
            if (!double.IsInteger(Accept.Between(drawn[i][2], -1, 9, $"The label of point {i}")))
                throw new RefusedException(400, FormattableString.Invariant($"The label of point {i} is {drawn[i][2]}; accepted are whole numbers, -1 for none."));
        }

        return drawn;
    }

    /// <summary>Points that were drawn and checked.</summary>
    /// <exception cref="ArgumentException">Labels with a gap.</exception>
    public static PlayData Of(IReadOnlyList<double[]> drawn)
    {
        var points = Tensor<float>.Uninitialized([drawn.Count, 2, 1]);
        int[] labels = new int[drawn.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            (points.Span[2 * i], points.Span[(2 * i) + 1]) = ((float)drawn[i][0], (float)drawn[i][1]);
            labels[i] = (int)drawn[i][2];
        }

        return new(null, new PointSet(points, labels));
    }

    /// <summary>A set that has a name.</summary>
    public static PlayData Of(ToyData toy)
    {
        if (toy.Mixture is { } mixture)
            return new(mixture, null);
        var (points, labels) = toy.Sample(NamedPoints, new RandomSource(0).At(0));
        return new(null, new PointSet(points, labels));
    }

    /// <summary>The batches of a training.</summary>
    public IDataSource<float> Source() => Mixture is null ? new PointSource<float>(_set!) : new MixtureSource<float>(Mixture);

    /// <summary>The denoiser that no network betters: exact for the mixture, ideal for the points.</summary>
    public IDenoiser<float> Oracle(NoiseSchedule schedule) => Mixture is null ? new IdealDenoiser<float>(_set!.Points, schedule, _set.Labels) : new ExactDenoiser<float>(Mixture, schedule);

    /// <summary>The best reverse variances: exact for a mixture of few peaks, for other data estimated with the oracle, as the exact integrals would take minutes.</summary>
    public OptimalVariance BestVariance(NoiseSchedule schedule)
    {
        if (Mixture is { LabelCount: <= 4 })
            return OptimalVariance.For(Mixture, schedule);
        var (points, labels) = Draw(500, new RandomSource(0).For(Purpose.Data).At(0));
        return OptimalVariance.Estimate(Oracle(schedule), schedule, points, Classes == 0 ? [] : labels, new RandomSource(0));
    }

    /// <summary>Fresh draws of the mixture, or draws of the points, with labels.</summary>
    public (Tensor<float> X0, int[] Labels) Draw(int count, RandomStream stream)
    {
        if (Mixture is not null)
            return Mixture.Sample<float>(count, stream);
        int[] drawn = new int[count];
        stream.Integers(0, _set!.Count, drawn);
        return _set.Select(drawn);
    }

    /// <summary>Draws of one label, of all data for -1.</summary>
    public Tensor<float> Draw(int count, int label, RandomStream stream)
    {
        if (Mixture is not null)
            return Mixture.Conditional(label).Sample<float>(count, stream).X0;
        var of = _set!.OfClass(label);
        var drawn = Tensor<float>.Uninitialized([count, 2, 1]);
        int[] which = new int[count];
        stream.Integers(0, of.Shape[0], which);
        for (int i = 0; i < count; i++)
            drawn.Rows(i, i + 1).CopyFrom(of.Rows(which[i], which[i] + 1));
        return drawn;
    }
}
