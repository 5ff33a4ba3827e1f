using System.Security.Cryptography;
using System.Text;

namespace Diffusion.Nn.Serialization;

/// <summary>
/// The SHA-256 of a whole safetensors file, in its own metadata: that of the file with 64 zeros in its place. Files without one are
/// as good as they were.
/// </summary>
internal static class SafetensorsChecksum
{
    /// <summary>The entry of the metadata.</summary>
    public const string Key = "diffusion.sha256";

    private const int ChunkBytes = 1 << 16;

    /// <summary>What stands in the place of the sum while it is computed.</summary>
    public static string Place { get; } = new('0', 2 * SHA256.HashSizeInBytes);

    /// <summary>The sum of what <paramref name="write"/> writes.</summary>
    public static string Of(Action<Stream> write)
    {
        using var hash = SHA256.Create();
        using (var sink = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
            write(sink);
        return Convert.ToHexStringLower(hash.Hash!);
    }

    /// <summary>Compares the sum of the file with that in its metadata.</summary>
    /// <param name="stream">The file; it can seek, and is put back to where it was.</param>
    /// <param name="begin">Where the file begins.</param>
    /// <param name="expected">The sum in the metadata.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="InvalidDataException">They differ.</exception>
    public static void Verify(Stream stream, long begin, string expected, string name)
    {
        long data = stream.Position;
        byte[] header = new byte[data - begin], buffer = new byte[ChunkBytes];
        stream.Position = begin;
        stream.ReadExactly(header);
        int at = header.AsSpan().IndexOf(Encoding.UTF8.GetBytes(expected));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (at >= 0 && expected.Length == Place.Length)
            _ = Encoding.ASCII.GetBytes(Place, header.AsSpan(at));
        hash.AppendData(header);
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            hash.AppendData(buffer.AsSpan(0, read));
        stream.Position = data;
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != expected)
            throw SafetensorsHeader.Refusal(name, "the file is damaged: its SHA-256 is not the one in its metadata, with which it was written");
    }
}
