using System.Numerics;
using System.Text.Json;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Networks;

/// <summary>
/// The UNet for images of 28 x 28 pixels, [N, 28, 28, 1] to the same: four levels (28, 14, 7, 4 pixels), each with a residual block and
/// attention (linear at 28, softmax below). One configuration of <see cref="UNet{T}"/>, under the name that files of digits have.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="configuration">The sizes.</param>
/// <param name="random">Where PyTorch's first values are drawn from.</param>
/// <exception cref="ArgumentException">A width that is no multiple of the heads.</exception>
public sealed class MnistUNet<T>(MnistUNetConfiguration configuration, RandomSource random) : UNetBase<T>(configuration.ToUNet(), [MnistUNetConfiguration.Side, MnistUNetConfiguration.Side], random)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal const string ArchitectureName = "mnist-unet";

    /// <summary>The sizes.</summary>
    public MnistUNetConfiguration Configuration { get; } = configuration;

    /// <inheritdoc/>
    public override string Architecture => ArchitectureName;

    /// <inheritdoc/>
    public override string ConfigurationJson => JsonSerializer.Serialize(Configuration, NetworkJson.Default.MnistUNetConfiguration);

    /// <inheritdoc/>
    protected override int InferenceBatch => 64;
}
