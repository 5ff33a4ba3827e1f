using System.Text.Json.Serialization;

namespace Diffusion.Networks;

/// <summary>The sizes of a <see cref="MnistClassifier{T}"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MnistClassifierConfiguration
{
    /// <summary>Channels at 28, 14 and 7 pixels: three multiples of 8, the groups of the normalisation.</summary>
    public IReadOnlyList<int> Widths
    {
        get;
        init => field = value.Count == 3 && value.All(width => width is >= 8 and <= 1024 && width % 8 == 0) ? value
            : throw new ArgumentOutOfRangeException(nameof(Widths), $"Widths is [{string.Join(", ", value)}]; accepted are three multiples of 8 from 8 to 1024.");
    } = [16, 32, 64];

    /// <summary>The number of features that the classes are told from.</summary>
    public int Features
    {
        get;
        init => field = value is >= 1 and <= 4096 ? value
            : throw new ArgumentOutOfRangeException(nameof(Features), value, $"Features is {value}; accepted is 1 to 4096.");
    } = 96;

    /// <summary>The number of classes.</summary>
    public int Classes
    {
        get;
        init => field = value is >= 2 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Classes), value, $"Classes is {value}; accepted is 2 to 1000.");
    } = 10;
}
