using System.Buffers.Binary;
using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Nn.Serialization;

/// <summary>
/// Reads and writes safetensors files: an unsigned 64-bit little-endian length, a JSON header of that many bytes, and the
/// numbers, little-endian and row-major. Named tensors and a map of strings to strings; F16, F32 and F64 are written, all
/// whole numbers, truth and BF16 are read too.
/// </summary>
/// <remarks>
/// The format is that of github.com/huggingface/safetensors. The bytes that are written depend on the content alone:
/// tensors descend by alignment, then ascend by name (ordinal), metadata ascend by key, and the header is padded with
/// spaces to a multiple of 8. Reading refuses whatever does not follow the format before it reads any data.
/// </remarks>
public static partial class SafetensorsFile
{
    private const int ChunkElements = 8192;

    /// <summary>Writes a file atomically; see <see cref="AtomicFile"/>.</summary>
    /// <inheritdoc cref="Write{T}(Stream, IReadOnlyDictionary{string, Tensor{T}}, IReadOnlyDictionary{string, string}, Func{string, SafetensorsType})"/>
    public static void Write<T>(
        string path,
        IReadOnlyDictionary<string, Tensor<T>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        Func<string, SafetensorsType>? typeOf = null)
        where T : unmanaged, IFloatingPointIeee754<T> => AtomicFile.Write(path, stream => Write(stream, tensors, metadata, typeOf));

    /// <summary>Writes a file atomically with a checksum of all of it: a file that was damaged later is refused when it is read.</summary>
    /// <remarks>The checksum is an entry of the metadata that readers here check and leave out; other programs see it.</remarks>
    /// <inheritdoc cref="Write{T}(Stream, IReadOnlyDictionary{string, Tensor{T}}, IReadOnlyDictionary{string, string}, Func{string, SafetensorsType})"/>
    public static void WriteChecked<T>(string path, IReadOnlyDictionary<string, Tensor<T>> tensors, IReadOnlyDictionary<string, string> metadata, Func<string, SafetensorsType>? typeOf = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var all = new Dictionary<string, string>(metadata) { [SafetensorsChecksum.Key] = SafetensorsChecksum.Place };
        all[SafetensorsChecksum.Key] = SafetensorsChecksum.Of(stream => Write(stream, tensors, all, typeOf));
        Write(path, tensors, all, typeOf);
    }

    /// <summary>Writes tensors and metadata.</summary>
    /// <param name="stream">Where to; it stays open.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Strings by key; null for none.</param>
    /// <param name="typeOf">The number type in the file by name; null for that of <typeparamref name="T"/>.</param>
    /// <exception cref="ArgumentException">A name is <c>__metadata__</c>, a text is not valid Unicode, the header is longer than the format allows, or a finite number does not fit the type in the file.</exception>
    public static void Write<T>(
        Stream stream,
        IReadOnlyDictionary<string, Tensor<T>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        Func<string, SafetensorsType>? typeOf = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckTexts(tensors.Keys, metadata);
        var entries = new List<SafetensorsEntry>();
        long begin = 0;
        foreach (var (name, type) in tensors.Keys.Select(name => (name, typeOf?.Invoke(name) ?? TypeOf<T>())).OrderByDescending(item => item.Item2.Size()).ThenBy(item => item.name, StringComparer.Ordinal))
        {
            if (type is not (SafetensorsType.F16 or SafetensorsType.F32 or SafetensorsType.F64))
                throw new ArgumentException($"Tensor '{name}' cannot be stored as {type}; accepted are F16, F32 and F64.", nameof(typeOf));
            long end = begin + ((long)tensors[name].Length * type.Size());
            entries.Add(new SafetensorsEntry(name, type, tensors[name].Shape, begin, end));
            begin = end;
        }

        byte[] header = new SafetensorsHeader(entries, metadata ?? new Dictionary<string, string>()).ToBytes();
        if (header.Length > SafetensorsHeader.MaxLength)
            throw new ArgumentException($"The header takes {header.Length} bytes; the format allows {SafetensorsHeader.MaxLength}.", nameof(metadata));

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        byte[] buffer = new byte[ChunkElements * 8];
        foreach (var entry in entries)
            WriteNumbers<T>(stream, tensors[entry.Name].Span, entry, buffer);
    }

    /// <summary>
    /// Reads all tensors, converted to <typeparamref name="T"/> (rounded; beyond its range infinite), and the metadata.
    /// Tensors of a type that is not converted are left out and named in <see cref="SafetensorsContent{T}.Unread"/>.
    /// </summary>
    /// <exception cref="InvalidDataException">The file does not follow the format; the message names file and tensor.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsContent<T> Read<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var stream = File.OpenRead(path);
        return Read<T>(stream, path);
    }

    /// <summary>Reads from a stream that can tell its length, from its position to its end.</summary>
    /// <param name="stream">The stream; it stays open.</param>
    /// <param name="name">What messages call the file.</param>
    /// <inheritdoc cref="Read{T}(string)"/>
    public static SafetensorsContent<T> Read<T>(Stream stream, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var header = ReadHeader(stream, name, verify: true);
        var tensors = new Dictionary<string, Tensor<T>>(StringComparer.Ordinal);
        byte[] buffer = new byte[ChunkElements * 8];
        try
        {
            foreach (var entry in header.Entries)
            {
                if (!entry.Type.IsRead())
                {
                    Skip(stream, entry.End - entry.Begin, buffer);
                    continue;
                }

                var tensor = Tensor<T>.Uninitialized(entry.Shape);
                ReadNumbers(stream, tensor.Span, entry.Type, buffer);
                tensors.Add(entry.Name, tensor);
            }
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"{name}: the file ended before its data did.", e);
        }

        return new SafetensorsContent<T>(tensors, header.Metadata) { Unread = [.. header.Entries.Where(entry => !entry.Type.IsRead())] };
    }

    /// <summary>Reads the metadata and what the header says of each tensor, but no tensor.</summary>
    /// <inheritdoc cref="Read{T}(string)"/>
    public static (IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata) ReadHeader(string path)
    {
        using var stream = File.OpenRead(path);
        var header = ReadHeader(stream, path, verify: false);
        return (header.Entries, header.Metadata);
    }

    /// <summary>Finds whether a file follows the format and, if it was written with a checksum, is as it was written.</summary>
    /// <inheritdoc cref="Read{T}(string)"/>
    public static void Verify(string path)
    {
        using var stream = File.OpenRead(path);
        _ = ReadHeader(stream, path, verify: true);
    }

    private static SafetensorsHeader ReadHeader(Stream stream, string name, bool verify)
    {
        long available = stream.Length - stream.Position;
        Span<byte> prefix = stackalloc byte[8];
        if (available < prefix.Length)
            throw SafetensorsHeader.Refusal(name, $"the file has {available} bytes; a safetensors file begins with 8 bytes that tell the length of its header");
        try
        {
            stream.ReadExactly(prefix);
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (length > SafetensorsHeader.MaxLength)
                throw SafetensorsHeader.Refusal(name, $"the header claims {length} bytes; the format allows {SafetensorsHeader.MaxLength}");
            if (length < 2)
                throw SafetensorsHeader.Refusal(name, $"the header claims {length} bytes; the shortest is {{}}");
            if (length > (ulong)(available - prefix.Length))
                throw SafetensorsHeader.Refusal(name, $"the header claims {length} bytes, but {available - prefix.Length} are left in the file");
            byte[] header = new byte[(int)length];
            stream.ReadExactly(header);
            var parsed = SafetensorsHeader.Parse(header, available - prefix.Length - header.Length, name);
            if (!parsed.Metadata.TryGetValue(SafetensorsChecksum.Key, out string? sum))
                return parsed;
            if (verify)
                SafetensorsChecksum.Verify(stream, stream.Position - prefix.Length - header.Length, sum, name);
            return parsed with { Metadata = parsed.Metadata.Where(entry => entry.Key != SafetensorsChecksum.Key).ToDictionary() };
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"{name}: the file ended before its header did.", e);
        }
    }

    private static void ReadNumbers<T>(Stream stream, Span<T> numbers, SafetensorsType type, byte[] buffer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int size = type.Size();
        for (int from = 0; from < numbers.Length; from += ChunkElements)
        {
            var chunk = numbers.Slice(from, Math.Min(ChunkElements, numbers.Length - from));
            var bytes = buffer.AsSpan(0, chunk.Length * size);
            stream.ReadExactly(bytes);
            for (int i = 0; i < chunk.Length; i++)
                chunk[i] = SafetensorsNumber.Read<T>(type, bytes[(i * size)..]);
        }
    }

    private static void Skip(Stream stream, long count, byte[] buffer)
    {
        for (; count > 0; count -= Math.Min(count, buffer.Length))
            stream.ReadExactly(buffer.AsSpan(0, (int)Math.Min(count, buffer.Length)));
    }

    private static void WriteNumbers<T>(Stream stream, ReadOnlySpan<T> numbers, SafetensorsEntry entry, byte[] buffer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int from = 0; from < numbers.Length; from += ChunkElements)
        {
            var chunk = numbers.Slice(from, Math.Min(ChunkElements, numbers.Length - from));
            var bytes = buffer.AsSpan(0, chunk.Length * entry.Type.Size());
            for (int i = 0; i < chunk.Length; i++)
            {
                bool fits = true;
                switch (entry.Type)
                {
                    case SafetensorsType.F16:
                        var half = Half.CreateTruncating(chunk[i]);
                        fits = Half.IsFinite(half);
                        BinaryPrimitives.WriteHalfLittleEndian(bytes[(2 * i)..], half);
                        break;
                    case SafetensorsType.F32:
                        float single = float.CreateTruncating(chunk[i]);
                        fits = float.IsFinite(single);
                        BinaryPrimitives.WriteSingleLittleEndian(bytes[(4 * i)..], single);
                        break;
                    default:
                        BinaryPrimitives.WriteDoubleLittleEndian(bytes[(8 * i)..], double.CreateTruncating(chunk[i]));
                        break;
                }

                if (!fits && T.IsFinite(chunk[i]))
                    throw new ArgumentException($"Element {from + i} of tensor '{entry.Name}' is {chunk[i]}, which {entry.Type} cannot hold.", nameof(numbers));
            }

            stream.Write(bytes);
        }
    }
}
