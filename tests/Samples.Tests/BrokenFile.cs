using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Diffusion.Samples.Tests;

/// <summary>Makes broken files of good ones. What has a text of a length that stands before it, as safetensors and NPY, stays in step.</summary>
internal sealed partial class BrokenFile(Random random)
{
    // Numbers, words and structures at which readers have gone wrong.
    private static readonly string[] Numbers =
    [
        "0", "-1", "1", "2", "3", "7", "255", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807", "-9223372036854775808",
        "18446744073709551615", "99999999999999999999", "1e5", "1e308", "1e400", "-0", "0.5", "NaN", "Infinity",
    ];

    private static readonly string[] Tokens =
    [
        "null", "true", "[]", "{}", "\"\"", "\"x\"", "[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}", ",", ";", ":", "\n", "\r\n", "\"", "'", "\\", "\\ud800", "\0", "\uFEFF", "True",
        "F32", "F64", "I64", "BF16", "BOOL", "F8_E4M3", "<f8", ">i8", "(1,)", "()", "__metadata__", "left", "é", "\U0001F600",
    ];

    /// <summary>A broken file of a good one, or of two.</summary>
    /// <param name="good">The good file.</param>
    /// <param name="other">Another, of which parts may be taken.</param>
    /// <param name="header">The place of a text that matters, and of the bytes that hold its length; null for a file that is all text or has none.</param>
    /// <param name="text">Whether the file is text.</param>
    public byte[] Of(byte[] good, byte[] other, (int Bytes, int At)? header, bool text)
    {
        byte[] file = good;
        for (int times = random.Next(1, 4); times > 0; times--)
            file = random.Next(3) > 0 && (text || header is not null) ? Text(file, header) : Bytes(file, other);
        return file;
    }

    private byte[] Text(byte[] file, (int Bytes, int At)? header)
    {
        if (header is not var (size, at))
            return Encoding.UTF8.GetBytes(Changed(Encoding.UTF8.GetString(file)));
        int start = at + size;
        if (file.Length < start)
            return file;
        ulong told = size == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)) : BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
        int length = (int)Math.Min(told, (ulong)(file.Length - start));
        byte[] changed = Encoding.Latin1.GetBytes(Changed(Encoding.Latin1.GetString(file, start, length)));
        byte[] prefix = new byte[size];
        if (size == 2)
            BinaryPrimitives.WriteUInt16LittleEndian(prefix, (ushort)changed.Length);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)changed.Length);
        return [.. file[..at], .. prefix, .. changed, .. file[(start + length)..]];
    }

    private string Changed(string text)
    {
        var tokens = Token().Matches(text);
        if (tokens.Count == 0)
            return text + Any(Tokens);
        Match token = tokens[random.Next(tokens.Count)], second = tokens[random.Next(tokens.Count)];
        string put = random.Next(6) switch
        {
            0 => "",
            1 => second.Value,
            2 => token.Value + token.Value,
            3 => Any(Tokens),
            _ when char.IsAsciiDigit(token.Value[^1]) => long.TryParse(token.Value, CultureInfo.InvariantCulture, out long number) && random.Next(2) == 0
                ? (number + random.Next(-2, 3)).ToString(CultureInfo.InvariantCulture) : Any(Numbers),
            _ => Any(Numbers),
        };
        return text[..token.Index] + put + text[(token.Index + token.Length)..];
    }

    private byte[] Bytes(byte[] file, byte[] other)
    {
        byte[] changed = [.. file];
        int at = random.Next(file.Length + 1), count = Math.Min(random.Next(1, 1 + random.Next(1, 64)), file.Length - at);
        switch (random.Next(7))
        {
            case 0: return file[..at];
            case 1: return [.. file[..at], .. file[(at + count)..]];
            case 2: return [.. file[..(at + count)], .. file[at..]];
            case 3: return [.. file[..at], .. other[random.Next(other.Length)..]];
            case 4 when file.Length >= at + 4:
                BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(at), random.Next(2) == 0 ? uint.MaxValue >> random.Next(32) : (uint)random.Next());
                return changed;
            case 5:
                random.NextBytes(changed.AsSpan(at, count));
                return changed;
            default:
                if (at < file.Length)
                    changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
        }
    }

    private string Any(string[] words) => words[random.Next(words.Length)];

    [GeneratedRegex(@"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|[A-Za-z_]+|[^\sA-Za-z0-9_]")]
    private static partial Regex Token();
}
