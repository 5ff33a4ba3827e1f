using System.Buffers.Binary;
using System.Text;
using Diffusion.Nn.Serialization;

namespace Diffusion.TwoPixel.Grade;

/// <summary>
/// A table of numbers that somebody's program wrote. <c>.csv</c>: a line of names, then lines of as many numbers. <c>.npy</c>: float32,
/// float64, int32 or int64, two dimensions or three. Reading trusts nothing: what is refused is named
/// with file, line and value, and with what is accepted.
/// </summary>
internal sealed class NumberFile
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long MostBytes = 256L << 20;

    private readonly string[]? _names;

    private NumberFile(string path, string[]? names, int[] shape, double[] values) => (Path, _names, Shape, Values) = (path, names, shape, values);

    /// <summary>Where it was read.</summary>
    public string Path { get; }

    /// <summary>The dimensions; the last one is that of the columns.</summary>
    public int[] Shape { get; }

    /// <summary>All numbers, row after row, each finite.</summary>
    public double[] Values { get; }

    /// <summary>The numbers of a row.</summary>
    public int Columns => Shape[^1];

    /// <summary>The number of rows, those of all states together.</summary>
    public int Rows => Values.Length / Columns;

    /// <summary>Reads a file.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="UsageException">No such file, or a name that ends otherwise.</exception>
    /// <exception cref="InvalidDataException">The file holds no such table; the message says where.</exception>
    public static NumberFile Read(string option, string path)
    {
        if (!File.Exists(path))
            throw new UsageException($"{option} is '{path}', and there is no such file.");
        bool npy = HasEnd(path, ".npy");
        if (!npy && !HasEnd(path, ".csv"))
            throw new UsageException($"{option} is '{path}'; accepted is a file that ends in .csv or .npy.");
        long length = new FileInfo(path).Length;
        if (length > MostBytes)
            throw new InvalidDataException($"{path}: the file has {length} bytes; accepted are at most {MostBytes}.");
        var file = npy ? ReadNpy(path) : ReadCsv(path);
        for (int i = 0; i < file.Values.Length; i++)
        {
            if (!double.IsFinite(file.Values[i]))
                throw new InvalidDataException($"{path}: {file.Where(i / file.Columns)} holds {file.Values[i].ToString(CultureInfo.InvariantCulture)}; accepted are finite numbers. In samples such come of a division by sqrt(alpha_T), which is 0 where beta is not clipped.");
        }

        return file.Rows > 0 ? file : throw new InvalidDataException($"{path}: there is no row of numbers; at least one is needed.");
    }

    /// <summary>Writes a table: CSV with its names, or NPY of float64, by the end of the file's name.</summary>
    /// <exception cref="UsageException">The name ends otherwise.</exception>
    public static void Write(string option, string path, IReadOnlyList<string> names, int[] shape, double[] values)
    {
        bool npy = HasEnd(path, ".npy");
        if (!npy && !(HasEnd(path, ".csv") && shape.Length == 2))
            throw new UsageException($"{option} is '{path}'; accepted is a file that ends in {(shape.Length == 2 ? ".csv or " : "")}.npy.");
        OutputFolder.Prepare(System.IO.Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".");
        if (npy)
        {
            byte[] bytes = new byte[8 * values.Length];
            for (int i = 0; i < values.Length; i++)
                BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8 * i), values[i]);
            NpyFile.Write(path, "<f8", shape, bytes, values.Length);
            return;
        }

        var text = new StringBuilder(string.Join(',', names)).Append('\n');
        foreach (double[] row in values.Chunk(names.Count))
            _ = text.AppendJoin(',', row.Select(value => value.ToString("R", CultureInfo.InvariantCulture))).Append('\n');
        OutputFolder.WriteText(path, text.ToString());
    }

    /// <summary>Which of several lists of columns the table has: by its names, or by their number where it has no names.</summary>
    /// <exception cref="InvalidDataException">None.</exception>
    public int FormOf(params string[][] accepted)
    {
        int form = Array.FindIndex(accepted, names => _names is null ? names.Length == Columns : names.AsSpan().SequenceEqual(_names));
        string found = _names is null ? $"{Columns} columns" : $"the columns '{Excerpt.Of(string.Join(',', _names))}'";
        return form >= 0 ? form : throw new InvalidDataException($"{Path}: there are {found}; accepted are {string.Join(" or ", accepted.Select(names => $"'{string.Join(',', names)}'"))}{(_names is null ? ", one number for each name" : "")}.");
    }

    /// <summary>A row's place in words.</summary>
    public string Where(int row) => _names is null ? $"row {row}" : $"line {row + 2}";

    /// <summary>A number.</summary>
    public double At(int row, int column) => Values[(row * Columns) + column];

    /// <summary>A whole number of a range.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public int WholeAt(int row, int column, int least, int most, string name)
    {
        double value = At(row, column);
        return value >= least && value <= most && value == Math.Floor(value) ? (int)value
            : throw new InvalidDataException($"{Path}: {Where(row)} has {name} {value.ToString(CultureInfo.InvariantCulture)}; accepted is a whole number from {least} to {most}.");
    }

    private static bool HasEnd(string path, string end) => path.EndsWith(end, StringComparison.OrdinalIgnoreCase);

    private static NumberFile ReadCsv(string path)
    {
        using var csv = new CsvFile(path);
        string[] names = [.. csv.Names];
        var values = new List<double>();
        while (csv.Read())
        {
            if (values.Count == 0)
                values.EnsureCapacity(names.Length * csv.EstimatedRows);
            for (int column = 0; column < names.Length; column++)
                values.Add(csv.Number<double>(column));
        }

        return new NumberFile(path, names, [values.Count / names.Length, names.Length], [.. values]);
    }

    private static NumberFile ReadNpy(string path)
    {
        var (type, shape, values) = NpyFile.Read(path);
        return shape.Length is 2 or 3 && shape[^1] > 0 ? new NumberFile(path, null, shape, values)
            : throw new InvalidDataException($"{path}: there is a shape of ({string.Join(", ", shape)}) of '{type}'; accepted are two dimensions or three, the last one that of the columns.");
    }
}
