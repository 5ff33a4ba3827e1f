using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Measures and breaks text set in the embedded font.</summary>
internal static class Typography
{
    /// <summary>The font of a size, set up so that glyphs keep their shape at any scale.</summary>
    public static SKFont Font(float size, bool bold = false) => new(EmbeddedFonts.Typeface(bold), size)
    {
        Subpixel = true,
        Hinting = SKFontHinting.None,
        Edging = SKFontEdging.Antialias,
    };

    public static float Width(string text, float size, bool bold = false)
    {
        using var font = Font(size, bold);
        return font.MeasureText(text);
    }

    /// <summary>Checks that the font has every letter of a text, such as somebody's name.</summary>
    /// <exception cref="ArgumentException">It lacks one; the message names it.</exception>
    public static void CheckLetters(string what, string text)
    {
        using var font = Font(10);
        foreach (var letter in text.EnumerateRunes())
        {
            if (!font.ContainsGlyphs(letter.ToString()))
                throw new ArgumentException($"{what} '{text}' has the letter '{letter}', which the document's font {EmbeddedFonts.Family} does not have; accepted are letters that it has (Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian, Georgian).", nameof(text));
        }
    }

    /// <summary>Breaks text at spaces into lines no wider than <paramref name="width"/>, words permitting.</summary>
    public static IReadOnlyList<string> Wrap(string text, float size, float width, bool bold = false)
    {
        var lines = new List<string>();
        foreach (var word in text.Split(' '))
        {
            if (lines.Count > 0 && Width($"{lines[^1]} {word}", size, bold) <= width)
                lines[^1] += " " + word;
            else
                lines.Add(word);
        }

        return lines;
    }
}
