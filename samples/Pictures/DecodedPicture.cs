using System.Buffers.Binary;
using System.Security.Cryptography;
using Diffusion.Tensors.Threading;

namespace Diffusion.Pictures;

/// <summary>What became of a file: pixels, or a reason why there are none.</summary>
/// <param name="Pixels">[S, S, C]; null where the file cannot be read.</param>
/// <param name="Problem">What is wrong, to follow the name of the file; empty if nothing is.</param>
internal readonly record struct DecodedPicture(byte[]? Pixels, string Problem)
{
    /// <summary>Reads files, in their order, on several threads: each by itself, so the result does not depend on their number.</summary>
    public static DecodedPicture[] All(string folder, IReadOnlyList<string> files, PictureOptions options)
    {
        var decoded = new DecodedPicture[files.Count];
        Workers.RunJobs(files.Count, i => decoded[i] = One(Path.Combine(folder, files[i]), options));
        return decoded;
    }

    /// <summary>The first 8 bytes of the SHA-256 of pixels, which tell a file that was changed.</summary>
    public static ulong Mark(ReadOnlySpan<byte> pixels) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(pixels));

    private static DecodedPicture One(string path, PictureOptions options)
    {
        try
        {
            return new DecodedPicture(PictureDecoder.Decode(File.ReadAllBytes(path), options), "");
        }
        catch (InvalidDataException e)
        {
            return new DecodedPicture(null, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DecodedPicture(null, $"cannot be read: {e.Message.TrimEnd('.')}");
        }
    }
}
