namespace Diffusion.Nn.Serialization;

/// <summary>The number types of safetensors files that are read and written here, by their names in the format.</summary>
public enum SafetensorsType
{
    /// <summary>IEEE 754 binary16, 2 bytes.</summary>
    F16 = 2,

    /// <summary>IEEE 754 binary32, 4 bytes.</summary>
    F32 = 4,

    /// <summary>IEEE 754 binary64, 8 bytes.</summary>
    F64 = 8,
}
