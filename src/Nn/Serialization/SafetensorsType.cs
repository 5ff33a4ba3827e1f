namespace Diffusion.Nn.Serialization;

/// <summary>The number types of safetensors files by their names in the format. F16, F32 and F64 are written; those to F64 are read.</summary>
public enum SafetensorsType
{
    /// <summary>Truth, 1 byte; read as 0 and 1.</summary>
    BOOL,

    /// <summary>Without sign, 1 byte.</summary>
    U8,

    /// <summary>With sign, 1 byte.</summary>
    I8,

    /// <summary>Without sign, 2 bytes.</summary>
    U16,

    /// <summary>With sign, 2 bytes.</summary>
    I16,

    /// <summary>Without sign, 4 bytes.</summary>
    U32,

    /// <summary>With sign, 4 bytes.</summary>
    I32,

    /// <summary>Without sign, 8 bytes.</summary>
    U64,

    /// <summary>With sign, 8 bytes.</summary>
    I64,

    /// <summary>The upper half of binary32, 2 bytes.</summary>
    BF16,

    /// <summary>IEEE 754 binary16, 2 bytes.</summary>
    F16,

    /// <summary>IEEE 754 binary32, 4 bytes.</summary>
    F32,

    /// <summary>IEEE 754 binary64, 8 bytes.</summary>
    F64,

    /// <summary>Two binary32, 8 bytes; not read.</summary>
    C64,

    /// <summary>An 8-bit number with 4 bits of exponent; not read.</summary>
    F8E4M3,

    /// <summary>An 8-bit number with 5 bits of exponent; not read.</summary>
    F8E5M2,

    /// <summary>A power of two in 8 bits; not read.</summary>
    F8E8M0,
}
