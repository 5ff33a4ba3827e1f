namespace Diffusion.Figures;

/// <summary>Many two-pixel images, drawn as points.</summary>
public sealed record PixelCloud
{
    /// <summary>A cloud; with labels, points are coloured by class.</summary>
    /// <param name="points">The images.</param>
    /// <param name="labels">One class per point, -1 for none; null if classes are unknown.</param>
    /// <exception cref="ArgumentException">The two lists differ in length.</exception>
    public PixelCloud(IReadOnlyList<Pixels> points, IReadOnlyList<int>? labels = null)
    {
        if (labels is not null && labels.Count != points.Count)
        {
            throw new ArgumentException(
                $"{points.Count} points need as many labels, got {labels.Count}.", nameof(labels));
        }

        Points = points;
        Labels = labels;
    }

    /// <summary>The images.</summary>
    public IReadOnlyList<Pixels> Points { get; }

    /// <summary>One class per point, or null.</summary>
    public IReadOnlyList<int>? Labels { get; }

    /// <summary>Class of point <paramref name="index"/>, -1 if unknown.</summary>
    public int LabelOf(int index) => Labels is null ? -1 : Labels[index];
}
