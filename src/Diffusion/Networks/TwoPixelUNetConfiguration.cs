using System.Text.Json.Serialization;
using Diffusion.Numerics;

namespace Diffusion.Networks;

/// <summary>The sizes of a <see cref="TwoPixelUNet{T}"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TwoPixelUNetConfiguration
{
    /// <summary>C1, the channels of encoder 1 and decoder 1: a multiple of their 4 groups.</summary>
    public int Channels1
    {
        get;
        init => field = value is > 0 and <= 4096 && value % 4 == 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Channels1), value, $"Channels1 is {value}; accepted are multiples of 4 from 4 to 4096.");
    } = 64;

    /// <summary>
    /// C2, the channels of encoder 2: a multiple of its 32 groups. The sequence has length 1 there, so a group of one
    /// channel would be normalised to nothing and one of two to signs: 128 is the least that makes sense.
    /// </summary>
    public int Channels2
    {
        get;
        init => field = value is >= 64 and <= 4096 && value % 32 == 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Channels2), value, $"Channels2 is {value}; accepted are multiples of 32 from 64 to 4096.");
    } = 128;

    /// <summary>E, the features of the step's and the class's embedding: even, half of it Fourier frequencies.</summary>
    public int Embedding { get; init => field = Accepted.Even(value, 4096); } = 128;

    /// <summary>The number of classes, without the null class.</summary>
    public int Classes { get; init => field = Accepted.Between(value, 1, 1000); } = 2;

    /// <summary>T, by which times are divided before they reach the network.</summary>
    public required int Timesteps { get; init => field = Accepted.AtLeast(value, 1); }

    /// <summary>Whether the network has a second output, for the variance of the reverse step.</summary>
    public bool LearnsVariance { get; init; }
}
