using System.Text.Json.Serialization;

namespace Diffusion.Networks;

/// <summary>The sizes of one level of a UNet, the same on the way down and up.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UNetLevel
{
    /// <summary>The channels: a multiple of the network's groups.</summary>
    public required int Width
    {
        get;
        init => field = value is >= 1 and <= 4096 ? value
            : throw new ArgumentOutOfRangeException(nameof(Width), value, $"Width is {value}; accepted is 1 to 4096.");
    }

    /// <summary>Residual blocks, each with the level's attention behind it.</summary>
    public int Blocks
    {
        get;
        init => field = value is >= 1 and <= 100 ? value
            : throw new ArgumentOutOfRangeException(nameof(Blocks), value, $"Blocks is {value}; accepted is 1 to 100.");
    } = 1;

    /// <summary>The attention; linear is meant for large images, softmax for small ones.</summary>
    public AttentionKind Attention
    {
        get;
        init => field = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Attention), value, $"Attention is {value}; accepted are {string.Join(", ", Enum.GetNames<AttentionKind>())}.");
    }

    /// <summary>Heads of attention; the width must be a multiple where there is attention.</summary>
    public int Heads
    {
        get;
        init => field = value is >= 1 and <= 64 ? value
            : throw new ArgumentOutOfRangeException(nameof(Heads), value, $"Heads is {value}; accepted is 1 to 64.");
    } = 4;
}
