using System.Buffers.Binary;
using System.Text;

namespace Diffusion.Nn.Serialization;

/// <summary>Writes NumPy's .npy files, format version 1.0: little-endian, C order. Files are written atomically.</summary>
public static class NpyFile
{
    /// <summary>The first bytes of a file: the magic and the version.</summary>
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>Writes bytes, numpy.uint8.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="values">The elements, row-major.</param>
    /// <exception cref="ArgumentException">Not as many elements as the shape has.</exception>
    public static void Write(string path, ReadOnlySpan<int> shape, ReadOnlySpan<byte> values) => Write(path, "|u1", shape, values, values.Length);

    /// <summary>Writes 64-bit integers, numpy.int64.</summary>
    /// <inheritdoc cref="Write(string, ReadOnlySpan{int}, ReadOnlySpan{byte})"/>
    public static void Write(string path, ReadOnlySpan<int> shape, ReadOnlySpan<long> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        Write(path, "<i8", shape, bytes, values.Length);
    }

    /// <summary>Writes elements that are little-endian bytes already.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="type">NumPy's name of the number type, such as <c>&lt;f4</c>.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="bytes">The elements, row-major.</param>
    /// <param name="elements">The number of elements.</param>
    /// <exception cref="ArgumentException">Not as many elements as the shape has.</exception>
    public static void Write(string path, string type, ReadOnlySpan<int> shape, ReadOnlySpan<byte> bytes, int elements)
    {
        long expected = 1;
        foreach (int dimension in shape)
            expected *= dimension;
        if (expected != elements)
            throw new ArgumentException($"{elements} elements were given for the shape [{string.Join(", ", shape.ToArray())}].", nameof(shape));

        // Magic, version, length and text together take a multiple of 64 bytes; the text ends in a line feed.
        string text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({string.Join(", ", shape.ToArray())}{(shape.Length == 1 ? "," : "")}), }}";
        int length = ((Magic.Length + 2 + text.Length + 1 + 63) / 64 * 64) - Magic.Length - 2;
        byte[] file = new byte[Magic.Length + 2 + length + bytes.Length];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(Magic.Length), (ushort)length);
        _ = Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n", file.AsSpan(Magic.Length + 2));
        bytes.CopyTo(file.AsSpan(Magic.Length + 2 + length));
        AtomicFile.Write(path, stream => stream.Write(file));
    }
}
