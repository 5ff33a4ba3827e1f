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
