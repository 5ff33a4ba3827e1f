using System.Buffers.Binary;
using System.Numerics;

namespace Diffusion.Nn.Serialization;

/// <summary>Single numbers of safetensors files.</summary>
internal static class SafetensorsNumber
{
    /// <summary>The bytes of a number.</summary>
    public static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.U16 or SafetensorsType.I16 or SafetensorsType.BF16 or SafetensorsType.F16 => 2,
        SafetensorsType.U32 or SafetensorsType.I32 or SafetensorsType.F32 => 4,
        SafetensorsType.U64 or SafetensorsType.I64 or SafetensorsType.F64 or SafetensorsType.C64 => 8,
        _ => 1,
    };

    /// <summary>Whether <see cref="Read"/> knows the type.</summary>
    public static bool IsRead(this SafetensorsType type) => type <= SafetensorsType.F64;

    /// <summary>Reads a number, rounded to <typeparamref name="T"/>; beyond its range infinite.</summary>
    public static T Read<T>(SafetensorsType type, ReadOnlySpan<byte> bytes)
        where T : unmanaged, IFloatingPointIeee754<T> => type switch
        {
            SafetensorsType.F32 => T.CreateTruncating(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
            SafetensorsType.F64 => T.CreateTruncating(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
            SafetensorsType.F16 => T.CreateTruncating(BinaryPrimitives.ReadHalfLittleEndian(bytes)),
            SafetensorsType.BF16 => T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16)),
            SafetensorsType.I64 => T.CreateTruncating(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
            SafetensorsType.U64 => T.CreateTruncating(BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
            SafetensorsType.I32 => T.CreateTruncating(BinaryPrimitives.ReadInt32LittleEndian(bytes)),
            SafetensorsType.U32 => T.CreateTruncating(BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
            SafetensorsType.I16 => T.CreateTruncating(BinaryPrimitives.ReadInt16LittleEndian(bytes)),
            SafetensorsType.U16 => T.CreateTruncating(BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
            SafetensorsType.I8 => T.CreateTruncating((sbyte)bytes[0]),
            SafetensorsType.U8 => T.CreateTruncating(bytes[0]),
            _ => bytes[0] == 0 ? T.Zero : T.One,
        };
}
