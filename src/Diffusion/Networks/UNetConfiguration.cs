using System.Text.Json.Serialization;
using Diffusion.Numerics;

namespace Diffusion.Networks;

/// <summary>The sizes of a <see cref="UNet{T}"/> of images.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UNetConfiguration : UNetSizes
{
    /// <summary>H, the rows of an image.</summary>
    public required int Height { get; init => field = Accepted.Between(value, 1, 65_536); }

    /// <summary>W, the pixels of a row.</summary>
    public required int Width { get; init => field = Accepted.Between(value, 1, 65_536); }
}

/// <summary>The sizes of a <see cref="UNet1d{T}"/> of sequences.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UNet1dConfiguration : UNetSizes
{
    /// <summary>L, the positions of a sequence.</summary>
    public required int Length { get; init => field = Accepted.Between(value, 1, 16_777_216); }
}
