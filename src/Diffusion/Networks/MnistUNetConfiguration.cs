using System.Text.Json.Serialization;
using Diffusion.Numerics;

namespace Diffusion.Networks;

/// <summary>The sizes of a <see cref="MnistUNet{T}"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MnistUNetConfiguration
{
    internal const int Side = 28;

    /// <summary>Channels at 28, 14, 7 and 4 pixels: four multiples of 8, the groups of the normalisation.</summary>
    public IReadOnlyList<int> Widths
    {
        get;
        init => field = value.Count == 4 && value.All(width => width is >= 8 and <= 4096 && width % 8 == 0) ? value
            : throw new ArgumentOutOfRangeException(nameof(Widths), $"Widths is [{string.Join(", ", value)}]; accepted are four multiples of 8 from 8 to 4096.");
    } = [32, 64, 128, 128];

    /// <summary>Heads of attention; every width must be a multiple.</summary>
    public int Heads { get; init => field = Accepted.Between(value, 1, 64); } = 4;

    /// <summary>Features of the embedding of step and class, even.</summary>
    public int Embedding { get; init => field = Accepted.Even(value, 4096); } = 128;

    /// <summary>The number of classes, without the null class.</summary>
    public int Classes { get; init => field = Accepted.Between(value, 1, 1000); } = 10;

    /// <summary>T, by which times are divided before they reach the network.</summary>
    public required int Timesteps { get; init => field = Accepted.AtLeast(value, 1); }

    /// <summary>The same network in the words of the general one.</summary>
    internal UNetConfiguration ToUNet() => new()
    {
        Height = Side,
        Width = Side,
        Channels = 1,
        Levels = [.. Widths.Select((width, i) => new UNetLevel { Width = width, Heads = Heads, Attention = i == 0 ? AttentionKind.Linear : AttentionKind.Softmax })],
        Embedding = Embedding,
        Classes = Classes,
        Timesteps = Timesteps,
    };
}
