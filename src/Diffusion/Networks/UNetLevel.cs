using System.Text.Json.Serialization;
using Diffusion.Numerics;

namespace Diffusion.Networks;

/// <summary>The sizes of one level of a UNet, the same on the way down and up.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UNetLevel
{
    /// <summary>The channels: a multiple of the network's groups.</summary>
    public required int Width { get; init => field = Accepted.Between(value, 1, 4096); }

    /// <summary>Residual blocks, each with the level's attention behind it.</summary>
    public int Blocks { get; init => field = Accepted.Between(value, 1, 100); } = 1;

    /// <summary>The attention; linear is meant for large images, softmax for small ones.</summary>
    public AttentionKind Attention { get; init => field = Accepted.Defined(value); }

    /// <summary>Heads of attention; the width must be a multiple where there is attention.</summary>
    public int Heads { get; init => field = Accepted.Between(value, 1, 64); } = 4;
}
