using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Diffusion.Networks;
using Diffusion.Numerics;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Models;

/// <summary>The architectures that model files may name. One of your own is registered before a file with it is read.</summary>
/// <typeparam name="T">The number type.</typeparam>
public static class Architectures<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly Registry<Func<string, DenoisingNetwork<T>>> Known = new("architecture", $"Architectures<{TypeName.Of<T>()}>.Register(name, configuration => network)");

    static Architectures()
    {
        var random = new RandomSource(0);
        Register(TwoPixelUNet<T>.ArchitectureName, json => new TwoPixelUNet<T>(Read(json, NetworkJson.Default.TwoPixelUNetConfiguration), random));
        Register(MnistUNet<T>.ArchitectureName, json => new MnistUNet<T>(Read(json, NetworkJson.Default.MnistUNetConfiguration), random));
        Register(MlpDenoiser<T>.ArchitectureName, json => new MlpDenoiser<T>(Read(json, NetworkJson.Default.MlpConfiguration), random));
        Register(UNet<T>.ArchitectureName, json => new UNet<T>(Read(json, NetworkJson.Default.UNetConfiguration), random));
        Register(UNet1d<T>.ArchitectureName, json => new UNet1d<T>(Read(json, NetworkJson.Default.UNet1dConfiguration), random));
    }

    /// <summary>All names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names => Known.Names;

    /// <summary>Makes an architecture known to files.</summary>
    /// <param name="name">Its <see cref="DenoisingNetwork{T}.Architecture"/>.</param>
    /// <param name="fromConfiguration">Makes the network again from its <see cref="DenoisingNetwork{T}.ConfigurationJson"/>, with any weights.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(string name, Func<string, DenoisingNetwork<T>> fromConfiguration) => Known.Add(name, fromConfiguration);

    /// <summary>A network of a name and its sizes, with any weights.</summary>
    /// <exception cref="InvalidDataException">There is none of this name, or sizes that it does not accept.</exception>
    public static DenoisingNetwork<T> Create(string name, string configuration)
    {
        try
        {
            return Known.Find(name)(configuration);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"the configuration of the architecture '{name}' cannot be read: {e.Message}", e);
        }
    }

    private static TConfiguration Read<TConfiguration>(string json, JsonTypeInfo<TConfiguration> type)
        where TConfiguration : class => JsonSerializer.Deserialize(json, type) ?? throw new JsonException("it is null.");
}
