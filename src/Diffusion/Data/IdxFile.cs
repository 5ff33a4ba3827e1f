using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using Diffusion.Nn.Serialization;

namespace Diffusion.Data;

/// <summary>
/// An IDX file of bytes, the format of MNIST: two zero bytes, the type (8: unsigned bytes), the rank, each extent as a
/// big-endian 32-bit integer, and the elements in row-major order. Plain or gzip, told apart by the first bytes and not by
/// the name.
/// </summary>
/// <param name="Extents">The extents, outermost first.</param>
/// <param name="Data">The elements.</param>
/// <param name="Sha256">SHA-256 of the uncompressed file, in lower-case hexadecimal digits.</param>
/// <remarks>The format is described at the end of yann.lecun.com/exdb/mnist.</remarks>
public sealed record IdxFile(ImmutableArray<int> Extents, ReadOnlyMemory<byte> Data, string Sha256)
{
    private const byte UnsignedBytes = 8;
    private const int MaxRank = 8;

    // Far above the 47 MB of the largest file of MNIST: a header that asks for more is damaged.
    private const long MaxLength = 1L << 30;

    // Deflate makes a byte of at most 258 equal ones in two bits: RFC 1951, 3.2.5.
    private const long MostDeflated = 1032;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rank">The rank that it must have: 3 for images, 1 for labels.</param>
    /// <exception cref="InvalidDataException">Not IDX, of another type or rank, too short, too long, or damaged gzip; the message names the file, the value and what is accepted.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IdxFile Read(string path, int rank)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path, rank);
    }

    /// <inheritdoc cref="Read(string, int)"/>
    /// <param name="stream">The file's content; it can seek.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="rank">The rank that it must have.</param>
    internal static IdxFile Read(Stream stream, string name, int rank)
    {
        Span<byte> start = stackalloc byte[2];
        bool isGzip = stream.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start is [0x1f, 0x8b];
        stream.Position = 0;
        if (!isGzip)
            return ReadPlain(stream, stream.Length, name, rank);
        try
        {
            using var plain = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            return ReadPlain(plain, stream.Length * MostDeflated, name, rank);
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(name, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{name}: the gzip data are damaged or cut off ({e.Message}); get the file again.", e);
        }
    }

    /// <summary>Writes a plain file atomically.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="extents">The extents, outermost first: 1 to 8 of them.</param>
    /// <param name="data">As many elements as the extents multiply to.</param>
    /// <exception cref="ArgumentException">Another number of elements or of extents.</exception>
    public static void Write(string path, ReadOnlySpan<int> extents, ReadOnlyMemory<byte> data)
    {
        long length = 1;
        foreach (int extent in extents)
            length = extent < 0 ? -1 : checked(length * extent);
        if (extents.Length is 0 or > MaxRank || length != data.Length)
            throw new ArgumentException($"{data.Length} bytes were given for the extents [{string.Join(", ", extents.ToArray())}]; accepted are 1 to {MaxRank} extents that multiply to the number of bytes.", nameof(data));
        byte[] header = new byte[4 * (1 + extents.Length)];
        (header[2], header[3]) = (UnsignedBytes, (byte)extents.Length);
        for (int i = 0; i < extents.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 * (1 + i)), extents[i]);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            stream.Write(data.Span);
        });
    }

    // The memory for the elements is taken before they are read, so a header may not announce more than the file can hold.
    private static IdxFile ReadPlain(Stream stream, long most, string name, int rank)
    {
        byte[] header = new byte[4 * (1 + rank)];
        int read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(header), expected = ((uint)UnsignedBytes << 8) | (uint)rank;
        if (read >= 4 && magic != expected)
            throw new InvalidDataException($"{name}: the file starts with 0x{magic:x8}; an IDX file of bytes with {rank} dimension{(rank == 1 ? "" : "s")} starts with 0x{expected:x8}.");
        if (read < header.Length)
            throw new InvalidDataException($"{name}: the file has {read} bytes; the header of an IDX file with {rank} dimension{(rank == 1 ? "" : "s")} takes {header.Length}. It is cut off; get it again.");

        var extents = ImmutableArray.CreateBuilder<int>(rank);
        long length = 1;
        for (int i = 0; i < rank; i++)
        {
            uint extent = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 * (1 + i)));
            length *= extent;
            if (length > MaxLength || extent > MaxLength)
                throw new InvalidDataException($"{name}: dimension {i} is {extent}, which makes more than the {MaxLength} elements that are accepted; the file is damaged.");
            extents.Add((int)extent);
        }

        if (length > most)
            throw new InvalidDataException($"{name}: the header announces {length} elements ({string.Join(" x ", extents)}), but a file of this length holds {most} bytes at most. The file is cut off or damaged; get it again.");
        byte[] data = new byte[length];
        read = stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
        if (read < data.Length)
            throw new InvalidDataException($"{name}: {read} bytes follow the header, but it announces {data.Length} ({string.Join(" x ", extents)}). The file is cut off; get it again.");
        if (stream.ReadByte() >= 0)
            throw new InvalidDataException($"{name}: more bytes follow the header than the {data.Length} that it announces ({string.Join(" x ", extents)}). The file is damaged; get it again.");

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(data);
        return new IdxFile(extents.MoveToImmutable(), data, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
