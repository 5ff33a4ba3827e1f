using System.Text.Json.Serialization;

namespace Diffusion.Networks;

/// <summary>Serialisation of the sizes of networks without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = false)]
[JsonSerializable(typeof(TwoPixelUNetConfiguration))]
[JsonSerializable(typeof(MnistUNetConfiguration))]
[JsonSerializable(typeof(MlpConfiguration))]
[JsonSerializable(typeof(UNetConfiguration))]
[JsonSerializable(typeof(UNet1dConfiguration))]
internal sealed partial class NetworkJson : JsonSerializerContext;
