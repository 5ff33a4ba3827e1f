using System.Text.Json.Serialization;
using Diffusion.Numerics;

namespace Diffusion.Networks;

/// <summary>The sizes of an <see cref="MlpDenoiser{T}"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MlpConfiguration
{
    /// <summary>d, the numbers of a point.</summary>
    public required int Dimensions { get; init => field = Accepted.Between(value, 1, 65_536); }

    /// <summary>Features of the hidden layers: even, since half of a step's are sines and half cosines.</summary>
    public int Width { get; init => field = Accepted.Even(value, 65_536); } = 128;

    /// <summary>The number of hidden layers.</summary>
    public int Layers { get; init => field = Accepted.Between(value, 1, 1000); } = 3;

    /// <summary>The number of classes, without the null class; 0 for none.</summary>
    public int Classes { get; init => field = Accepted.Between(value, 0, 1000); }

    /// <summary>The numbers of the vector that conditions a point; 0 for none.</summary>
    public int ConditionFeatures { get; init => field = Accepted.Between(value, 0, 65_536); }

    /// <summary>T, by which times are divided before they reach the network.</summary>
    public required int Timesteps { get; init => field = Accepted.AtLeast(value, 1); }
}
