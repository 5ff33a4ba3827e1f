using System.Numerics;

namespace Diffusion.Nn.Serialization;

/// <summary>
/// Plain decimal numbers of up to 15 digits, ten times as fast as the parsers of .NET read them, with the same result: a whole number
/// and a power of ten that a double holds exactly have a quotient that is rounded once (Clinger, "How to read floating point numbers
/// accurately", 1990).
/// </summary>
internal static class DecimalText
{
    private const int MostDigits = 15;

    // 10^22 is the last that is exact.
    private static readonly double[] PowersOfTen = [.. Enumerable.Range(0, 23).Select(n => double.Parse($"1e{n}", System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Reads a number if it is one of these; others, and what is none, are for the slow parser.</summary>
    public static bool TryRead<T>(ReadOnlySpan<byte> text, out T number)
        where T : INumberBase<T>
    {
        number = T.Zero;
        if (typeof(T) != typeof(double) && typeof(T) != typeof(float))
            return false;
        bool negative = text is [(byte)'-', ..];
        long whole = 0;
        int digits = 0, decimals = -1;
        for (int i = negative ? 1 : 0; i < text.Length; i++)
        {
            int digit = text[i] - '0';
            if (text[i] == '.' && decimals < 0)
            {
                decimals = 0;
                continue;
            }

            if (digit is < 0 or > 9 || ++digits > MostDigits)
                return false;
            whole = (10 * whole) + digit;
            decimals += decimals < 0 ? 0 : 1;
        }

        if (digits == 0)
            return false;
        double value = whole / PowersOfTen[Math.Max(0, decimals)];
        value = negative ? -value : value;

        // Rounded to float a second time: where the double lies between two floats, half way, the first rounding may have decided.
        const double Normal = 1e-30;
        const long BitsBelowFloat = (1L << 29) - 1, HalfWay = 1L << 28;
        if (typeof(T) == typeof(float) && value != 0 && (Math.Abs(value) < Normal || (BitConverter.DoubleToInt64Bits(value) & BitsBelowFloat) == HalfWay))
            return false;
        number = T.CreateTruncating(value);
        return true;
    }
}
