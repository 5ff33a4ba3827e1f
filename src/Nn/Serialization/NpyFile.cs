using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Diffusion.Nn.Serialization;

/// <summary>Reads and writes NumPy's .npy files. Written are little-endian numbers in C order, format version 1.0, atomically; read are big-endian ones, Fortran order and later versions too. Reading trusts nothing.</summary>
public static partial class NpyFile
{
    // Of names that nobody has; numpy itself refuses more.
    private const int LongestHeader = 10_000;

    /// <summary>The first bytes of a file that is written: the magic and the version.</summary>
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

    /// <summary>Reads numbers. Each is exact in a double, or refused.</summary>
    /// <param name="path">The file.</param>
    /// <returns>NumPy's name of the number type, the dimensions (none for a single number), and the elements, row-major; they may be NaN or infinite.</returns>
    /// <exception cref="InvalidDataException">Not version 1.0 to 3.0, not one of the types float32, float64, int32 and int64, of another length than its shape, or a whole number beyond 2^53; the message names the file and says what is accepted.</exception>
    public static (string Type, int[] Shape, double[] Values) Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int version = bytes.Length > Magic.Length && bytes.AsSpan().StartsWith(Magic[..6]) && bytes[7] == 0 ? bytes[6] : 0;

        // Version 1.0 tells the length of the text in two bytes, the later ones in four.
        int start = Magic.Length + (version == 1 ? 2 : 4);
        if (version is < 1 or > 3 || bytes.Length < start)
            throw new InvalidDataException($"{path}: this is no NPY file of format 1.0 to 3.0, which numpy.save writes.");
        long end = start + (version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(Magic.Length)) : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(Magic.Length)));
        string text = Encoding.Latin1.GetString(bytes, start, (int)Math.Min(Math.Min(end, bytes.Length) - start, LongestHeader));
        var match = Header().Match(text);
        int[] shape = [.. match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => int.TryParse(part, CultureInfo.InvariantCulture, out int n) ? n : -1)];
        if (!match.Success || shape.Contains(-1))
            throw new InvalidDataException($"{path}: the header is '{Excerpt.Of(text.Trim(), 120)}'; accepted are numbers of '<f4', '<f8', '<i4' or '<i8', or with > for big-endian, in C or Fortran order.");
        string type = match.Groups["type"].Value;
        int size = type[2] - '0';
        var elements = shape.Aggregate(System.Numerics.BigInteger.One, (product, n) => product * n);
        if (bytes.Length - end != elements * size)
            throw new InvalidDataException($"{path}: {bytes.Length - end} bytes follow the header; the shape ({string.Join(", ", shape)}) of '{type}' takes {elements * size}.");
        double[] values = new double[(int)elements];
        var data = bytes.AsSpan((int)end);
        if (type[0] == '>')
        {
            for (int i = 0; i < values.Length; i++)
                data.Slice(size * i, size).Reverse();
        }

        for (int i = 0; i < values.Length; i++)
        {
            var at = data[(size * i)..];
            values[i] = type[1..] switch
            {
                "f4" => BinaryPrimitives.ReadSingleLittleEndian(at),
                "f8" => BinaryPrimitives.ReadDoubleLittleEndian(at),
                "i4" => BinaryPrimitives.ReadInt32LittleEndian(at),
                _ => Exact(BinaryPrimitives.ReadInt64LittleEndian(at), path),
            };
        }

        return (type, shape, match.Groups["order"].Value == "True" ? RowMajor(values, shape) : values);
    }

    // From Fortran order, in which the first index runs fastest.
    private static double[] RowMajor(double[] columnMajor, int[] shape)
    {
        double[] values = new double[columnMajor.Length];
        int[] index = new int[shape.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int at = 0;
            for (int d = shape.Length - 1; d >= 0; d--)
                at = (at * shape[d]) + index[d];
            values[i] = columnMajor[at];
            for (int d = shape.Length - 1; d >= 0 && ++index[d] == shape[d]; d--)
                index[d] = 0;
        }

        return values;
    }

    private static double Exact(long value, string path) => value is >= -(1L << 53) and <= 1L << 53 ? value
        : throw new InvalidDataException($"{path}: it holds {value}; accepted are whole numbers up to 2^53, which a double holds exactly.");

    [GeneratedRegex(@"^\{'descr': '(?<type>[<>][fi][48])', 'fortran_order': (?<order>True|False), 'shape': \((?<shape>([0-9]{1,10},|[0-9]{1,10}(, [0-9]{1,10})+)?)\), \} *\n$")]
    private static partial Regex Header();
}
