using System.Text.Json.Serialization;

namespace Diffusion.Data;

/// <summary>One isotropic Gaussian of a mixture over pairs of pixels.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MixtureComponent
{
    /// <summary>The probability of the component, in (0, 1].</summary>
    public required double Weight
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Weight), value, $"The Weight of a component is {value}; accepted is (0, 1].");
    }

    /// <summary>The mean of the left pixel (intensity, data lie in about [-1.5, 1.5]).</summary>
    public required double Left
    {
        get;
        init => field = double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Left), value, $"The mean Left of a component is {value}; it must be finite.");
    }

    /// <summary>The mean of the right pixel.</summary>
    public required double Right
    {
        get;
        init => field = double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Right), value, $"The mean Right of a component is {value}; it must be finite.");
    }

    /// <summary>The standard deviation of each pixel; positive.</summary>
    public required double Sigma
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Sigma), value, $"The Sigma of a component is {value}; it must be positive and finite.");
    }
}
