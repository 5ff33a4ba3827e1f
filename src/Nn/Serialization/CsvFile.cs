using System.Globalization;
using System.Numerics;
using System.Text;

namespace Diffusion.Nn.Serialization;

/// <summary>
/// Reads a table of numbers, line by line: a line of names, then lines of as many numbers, separated by commas, with a point for the
/// decimals. UTF-8, with or without a byte order mark; lines may end in LF, CR LF or CR, fields may stand in quotes and have blanks around
/// them, names may begin with #, and there may be blank lines at the end. Reading trusts nothing, and holds one line at a time.
/// </summary>
/// <example><code>using var csv = new CsvFile(path);
/// while (csv.Read())
///     sum += csv.Number&lt;double&gt;(0);</code></example>
public sealed class CsvFile : IDisposable
{
    /// <summary>The longest line that is read, in bytes.</summary>
    public const int LongestLine = 1 << 20;

    private const int ShownCharacters = 60;

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly (int Start, int End)[] _fields;
    private byte[] _buffer = new byte[1 << 16];
    private int _start, _end, _lineStart, _lineEnd;
    private bool _ended, _afterReturn;

    /// <summary>Opens a file and reads its line of names.</summary>
    /// <exception cref="InvalidDataException">The file is empty, or does not begin with a line of names; the message says what is accepted.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public CsvFile(string path)
    {
        _path = path;
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            Names = ReadNames();
            _fields = new (int, int)[Names.Count];
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>The names in the first line, without blanks, quotes and #.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of the line that was read last; that of the names is 1.</summary>
    public int Line { get; private set; }

    /// <summary>About how many rows there are, by the length of the one that was read last and of those that follow it in the buffer.</summary>
    public int EstimatedRows
    {
        get
        {
            var lines = _buffer.AsSpan(_lineStart, _end - _lineStart);
            long count = Math.Max(1, lines.Count((byte)'\n'));
            return (int)Math.Min((_stream.Length * count / Math.Max(1, lines.Length)) + 1, int.MaxValue / 2 / Names.Count);
        }
    }

    /// <summary>Reads the next row.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="InvalidDataException">The line has another number of fields than there are names, holds no text, or is too long.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool Read()
    {
        if (!NextLine())
            return false;
        if (IsBlank())
        {
            int blank = Line;
            while (NextLine())
            {
                if (!IsBlank())
                    throw new InvalidDataException($"{_path}: line {blank} is blank; accepted are blank lines at the end only.");
            }

            return false;
        }

        int fields = 1, from = _lineStart;
        var line = _buffer.AsSpan(_lineStart, _lineEnd - _lineStart);
        for (int comma = line.IndexOf((byte)','); comma >= 0; comma = _buffer.AsSpan(from, _lineEnd - from).IndexOf((byte)','))
        {
            if (fields <= _fields.Length)
                _fields[fields - 1] = (from, from + comma);
            from += comma + 1;
            fields++;
        }

        if (fields == _fields.Length)
        {
            _fields[^1] = (from, _lineEnd);
            return true;
        }

        string hint = fields > _fields.Length ? " A comma separates fields; decimals have a point." : line.Contains((byte)';') ? " Fields are separated by commas, not by semicolons." : "";
        throw new InvalidDataException($"{_path}: line {Line} is '{Shown(line)}', with {fields} {(fields == 1 ? "field" : "fields")}; accepted are {_fields.Length}, as the first line has names: '{Excerpt.Of(string.Join(',', Names.Take(ShownCharacters)))}'.{hint}");
    }

    /// <summary>A number of the row that was read last.</summary>
    /// <param name="column">The column, from 0.</param>
    /// <returns>The nearest number of the type; it may be NaN or infinite.</returns>
    /// <exception cref="InvalidDataException">The field is no number; the message names line and column.</exception>
    public T Number<T>(int column)
        where T : INumberBase<T>
    {
        var field = Field(column);
        if (DecimalText.TryRead<T>(field, out var exact))
            return exact;

        // The parsers of .NET take NUL characters behind a number, which are no text.
        return T.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && field[^1] != 0 ? number : throw Refusal(column, "a number");
    }

    /// <summary>The exception for a field of the row that was read last.</summary>
    /// <param name="column">The column, from 0.</param>
    /// <param name="accepted">What is accepted there.</param>
    public InvalidDataException Refusal(int column, string accepted)
    {
        var field = Field(column);
        string hint = field.Contains((byte)';') ? " Fields are separated by commas, not by semicolons." : "";
        return new InvalidDataException($"{_path}: line {Line} has '{Shown(field)}' for {Excerpt.Of(Names[column])}; accepted is {accepted}.{hint}");
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private ReadOnlySpan<byte> Field(int column)
    {
        var field = _buffer.AsSpan(_fields[column].Start, _fields[column].End - _fields[column].Start).Trim((byte)' ');
        return field is [(byte)'"', .., (byte)'"'] ? field[1..^1] : field;
    }

    private string[] ReadNames()
    {
        const string Accepted = "accepted is a line of names, such as 'left,right', and lines of as many numbers";
        if (!NextLine())
            throw new InvalidDataException($"{_path}: the file is empty; {Accepted}.");
        var line = _buffer.AsSpan(_lineStart, _lineEnd - _lineStart);
        if (line is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            throw new InvalidDataException($"{_path}: the file is UTF-16; accepted is UTF-8.");
        if (line is [0xEF, 0xBB, 0xBF, ..])
            line = line[3..];
        string text = Encoding.UTF8.GetString(line).TrimStart('#');
        if (text.Contains('\0', StringComparison.Ordinal) || string.IsNullOrWhiteSpace(text))
            throw new InvalidDataException($"{_path}: the first line is no text; {Accepted}.");
        if (!text.Contains(',', StringComparison.Ordinal) && text.IndexOfAny([';', '\t']) is >= 0 and var other)
            throw new InvalidDataException($"{_path}: the first line is '{Shown(line)}', separated by {(text[other] == ';' ? "semicolons" : "tabs")}; accepted are commas, and a point for the decimals.");
        return [.. text.Split(',', StringSplitOptions.TrimEntries).Select(name => name is ['"', .., '"'] ? name[1..^1] : name)];
    }

    private bool IsBlank() => _buffer.AsSpan(_lineStart, _lineEnd - _lineStart).Trim(" \t"u8).IsEmpty;

    // The next line is in the buffer from _lineStart to _lineEnd.
    private bool NextLine()
    {
        Line++;
        for (int searched = 0; ;)
        {
            if (_afterReturn && _start < _end)
            {
                _start += _buffer[_start] == '\n' ? 1 : 0;
                _afterReturn = false;
            }

            int at = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOfAny((byte)'\n', (byte)'\r');
            if (at >= 0)
            {
                (_lineStart, _lineEnd) = (_start, _start + searched + at);
                _afterReturn = _buffer[_lineEnd] == '\r';
                _start = _lineEnd + 1;
                return true;
            }

            if (_ended)
            {
                (_lineStart, _lineEnd, _start) = (_start, _end, _end);
                return _lineStart < _lineEnd;
            }

            searched = _end - _start;
            Fill();
        }
    }

    // What is not used up goes to the front; a longer line takes a longer buffer.
    private void Fill()
    {
        if (_end - _start > LongestLine)
            throw new InvalidDataException($"{_path}: line {Line} is longer than {LongestLine} bytes; accepted are lines of numbers.");
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        int read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _ended = read == 0;
        _end += read;
    }

    // A long line is not decoded as a whole for a message.
    private static string Shown(ReadOnlySpan<byte> bytes) => Excerpt.Of(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 4 * ShownCharacters)]));
}
