using System.Text.Json.Serialization;

namespace Diffusion.Networks;

/// <summary>The sizes of a <see cref="UNet{T}"/> of images.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UNetConfiguration : UNetSizes
{
    /// <summary>H, the rows of an image.</summary>
    public required int Height
    {
        get;
        init => field = value is >= 1 and <= 65_536 ? value
            : throw new ArgumentOutOfRangeException(nameof(Height), value, $"Height is {value}; accepted is 1 to 65536.");
    }

    /// <summary>W, the pixels of a row.</summary>
    public required int Width
    {
        get;
        init => field = value is >= 1 and <= 65_536 ? value
            : throw new ArgumentOutOfRangeException(nameof(Width), value, $"Width is {value}; accepted is 1 to 65536.");
    }
}

/// <summary>The sizes of a <see cref="UNet1d{T}"/> of sequences.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UNet1dConfiguration : UNetSizes
{
    /// <summary>L, the positions of a sequence.</summary>
    public required int Length
    {
        get;
        init => field = value is >= 1 and <= 16_777_216 ? value
            : throw new ArgumentOutOfRangeException(nameof(Length), value, $"Length is {value}; accepted is 1 to 16777216.");
    }
}
