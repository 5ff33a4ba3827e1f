using System.Text.Json.Serialization;

namespace Diffusion.Networks;

/// <summary>The sizes of an <see cref="MlpDenoiser{T}"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MlpConfiguration
{
    /// <summary>d, the numbers of a point.</summary>
    public required int Dimensions
    {
        get;
        init => field = value is >= 1 and <= 65_536 ? value
            : throw new ArgumentOutOfRangeException(nameof(Dimensions), value, $"Dimensions is {value}; accepted is 1 to 65536.");
    }

    /// <summary>Features of the hidden layers: even, since half of a step's are sines and half cosines.</summary>
    public int Width
    {
        get;
        init => field = value is >= 2 and <= 65_536 && value % 2 == 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Width), value, $"Width is {value}; accepted are even numbers from 2 to 65536.");
    } = 128;

    /// <summary>The number of hidden layers.</summary>
    public int Layers
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Layers), value, $"Layers is {value}; accepted is 1 to 1000.");
    } = 3;

    /// <summary>The number of classes, without the null class; 0 for none.</summary>
    public int Classes
    {
        get;
        init => field = value is >= 0 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Classes), value, $"Classes is {value}; accepted is 0 to 1000.");
    }

    /// <summary>The numbers of the vector that conditions a point; 0 for none.</summary>
    public int ConditionFeatures
    {
        get;
        init => field = value is >= 0 and <= 65_536 ? value
            : throw new ArgumentOutOfRangeException(nameof(ConditionFeatures), value, $"ConditionFeatures is {value}; accepted is 0 to 65536.");
    }

    /// <summary>T, by which times are divided before they reach the network.</summary>
    public required int Timesteps
    {
        get;
        init => field = value >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Timesteps), value, $"Timesteps is {value}; it must be at least 1.");
    }
}
