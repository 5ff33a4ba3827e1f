using System.Buffers.Binary;

namespace Diffusion.Playground.Running;

/// <summary>Points on their way to the page: whole numbers of 16 bits, little-endian, 1/4000 of a pixel each, in base64. A pair takes 6 characters.</summary>
internal static class Packed
{
    /// <summary>By what numbers are multiplied; 8 is the largest that is told, beyond which a point stands at the edge.</summary>
    public const int Scale = 4000;

    /// <summary>The numbers of tensors, one after the other.</summary>
    public static string Of(params IReadOnlyList<Tensor<float>> tensors)
    {
        byte[] bytes = new byte[2 * tensors.Sum(tensor => tensor.Length)];
        int at = 0;
        foreach (var tensor in tensors)
        {
            foreach (float value in tensor.Span)
            {
                BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(at), (short)Math.Clamp(MathF.Round(value * Scale), -8 * Scale, 8 * Scale));
                at += 2;
            }
        }

        return Convert.ToBase64String(bytes);
    }
}
