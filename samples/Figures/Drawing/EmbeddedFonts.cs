using ScottPlot;
using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>
/// DejaVu Sans from this assembly, for ScottPlot and for our own text, so that figures have the same bytes
/// whatever fonts a machine has. Without a font ScottPlot draws blank labels and does not complain.
/// </summary>
internal sealed class EmbeddedFonts : IFontResolver
{
    public const string Family = "DejaVu Sans";

    private static readonly Lazy<EmbeddedFonts> Instance = new(Install);

    private readonly SKTypeface _regular = Load("DejaVuSans.ttf");
    private readonly SKTypeface _bold = Load("DejaVuSans-Bold.ttf");

    /// <summary>The typeface for text of our own; ScottPlot knows the fonts from the first use on.</summary>
    public static SKTypeface Typeface(bool bold) => bold ? Instance.Value._bold : Instance.Value._regular;

    /// <summary>Makes ScottPlot use the embedded fonts; may be called often and from any thread.</summary>
    public static void Use() => _ = Instance.Value;

    // Every name resolves to DejaVu Sans, so system fonts are never asked.
    public SKTypeface CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        weight >= FontWeight.SemiBold ? _bold : _regular;

    public SKTypeface CreateTypeface(string fontName, bool bold, bool italic) => bold ? _bold : _regular;

    private static EmbeddedFonts Install()
    {
        var fonts = new EmbeddedFonts();
        Fonts.FontResolvers.Insert(0, fonts);
        Fonts.Default = Fonts.Sans = Fonts.Serif = Fonts.Monospace = Family;
        return fonts;
    }

    private static SKTypeface Load(string file)
    {
        var assembly = typeof(EmbeddedFonts).Assembly;
        var name = assembly.GetManifestResourceNames().Single(n => n.EndsWith("." + file, StringComparison.Ordinal));
        using var stream = assembly.GetManifestResourceStream(name)!;
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException($"Font {file} cannot be read.");
    }
}
