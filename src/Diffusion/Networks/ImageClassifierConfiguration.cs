using System.Text.Json.Serialization;
using Diffusion.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Networks;

/// <summary>The sizes of an <see cref="ImageClassifier{T}"/> or a <see cref="NoisyImageClassifier{T}"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ImageClassifierConfiguration
{
    internal const int Groups = 8;

    /// <summary>H, the rows of an image.</summary>
    public required int Height { get; init => field = Accepted.Between(value, 1, 4096); }

    /// <summary>W, the pixels of a row.</summary>
    public required int Width { get; init => field = Accepted.Between(value, 1, 4096); }

    /// <summary>C, the channels of an image: 1 for grey, 3 for colour.</summary>
    public required int Channels { get; init => field = Accepted.Between(value, 1, 4096); }

    /// <summary>The number of classes.</summary>
    public required int Classes { get; init => field = Accepted.Between(value, 2, 1000); }

    /// <summary>Channels at each level, multiples of 8, the groups of the normalisation; each next level has half the extents, rounded down.</summary>
    public IReadOnlyList<int> Widths
    {
        get;
        init => field = value is { Count: >= 1 and <= 12 } && value.All(width => width is >= Groups and <= 1024 && width % Groups == 0) ? value
            : throw new ArgumentOutOfRangeException(nameof(Widths), $"Widths is [{string.Join(", ", value)}]; accepted are 1 to 12 multiples of {Groups} from {Groups} to 1024.");
    } = [16, 32, 64];

    /// <summary>The number of features that the classes are told from.</summary>
    public int Features { get; init => field = Accepted.Between(value, 1, 4096); } = 96;

    /// <summary>The numbers that reach the linear layer: the pixels of the deepest level times its channels.</summary>
    /// <exception cref="ArgumentException">Nothing is left there.</exception>
    internal int Flat
    {
        get
        {
            int halvings = Widths.Count - 1, rows = Height >> halvings, columns = Width >> halvings;
            return rows > 0 && columns > 0 ? checked(rows * columns * Widths[^1])
                : throw new ArgumentException($"{Widths.Count} levels halve images of {Height} x {Width} pixels to nothing; fewer are accepted.");
        }
    }

    /// <summary>Checks that images are those that the sizes are for.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    internal void Check(Shape images, string name)
    {
        if (images.Rank != 4 || images != new Shape(images[0], Height, Width, Channels))
            throw new ArgumentException($"The classifier takes images [N, {Height}, {Width}, {Channels}], not {images}.", name);
    }
}
