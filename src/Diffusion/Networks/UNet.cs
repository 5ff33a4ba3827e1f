using System.Numerics;
using System.Text.Json;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Networks;

/// <summary>
/// A UNet for images of any extents and channels, [N, H, W, C] to the same, conditioned on a class, a vector [N, F], an image
/// [N, H, W, C'], or nothing: as <see cref="UNetConfiguration"/> says.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="configuration">The sizes.</param>
/// <param name="random">Where PyTorch's first values are drawn from.</param>
/// <exception cref="ArgumentException">Sizes that do not go together: widths that are no multiples of groups or heads, or a vector and an image.</exception>
public sealed class UNet<T>(UNetConfiguration configuration, RandomSource random) : UNetBase<T>(configuration, [configuration.Height, configuration.Width], random)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal const string ArchitectureName = "unet";

    /// <summary>The sizes.</summary>
    public UNetConfiguration Configuration { get; } = configuration;

    /// <inheritdoc/>
    public override string Architecture => ArchitectureName;

    /// <inheritdoc/>
    public override string ConfigurationJson => JsonSerializer.Serialize(Configuration, NetworkJson.Default.UNetConfiguration);
}

/// <summary>A UNet for sequences of any length and channels, [N, L, C] to the same: as <see cref="UNet{T}"/> with one dimension.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="configuration">The sizes.</param>
/// <param name="random">Where PyTorch's first values are drawn from.</param>
/// <exception cref="ArgumentException">Sizes that do not go together: widths that are no multiples of groups or heads, or a vector and a sequence.</exception>
public sealed class UNet1d<T>(UNet1dConfiguration configuration, RandomSource random) : UNetBase<T>(configuration, [configuration.Length], random)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal const string ArchitectureName = "unet-1d";

    /// <summary>The sizes.</summary>
    public UNet1dConfiguration Configuration { get; } = configuration;

    /// <inheritdoc/>
    public override string Architecture => ArchitectureName;

    /// <inheritdoc/>
    public override string ConfigurationJson => JsonSerializer.Serialize(Configuration, NetworkJson.Default.UNet1dConfiguration);
}
