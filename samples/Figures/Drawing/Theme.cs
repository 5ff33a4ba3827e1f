using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Colours and sizes of all figures. Lengths are in hundredths of an inch.</summary>
internal static class Theme
{
    public const float Title = 17, PanelTitle = 13, Label = 13, Tick = 11.5f, Caption = 12;

    // Okabe and Ito's palette, which survives the common colour-vision deficiencies.
    public static readonly SKColor Blue = new(0x00, 0x72, 0xB2);
    public static readonly SKColor Vermillion = new(0xD5, 0x5E, 0x00);
    public static readonly SKColor Green = new(0x00, 0x9E, 0x73);
    public static readonly SKColor Purple = new(0xCC, 0x79, 0xA7);
    public static readonly SKColor Sky = new(0x56, 0xB4, 0xE9);
    public static readonly SKColor Orange = new(0xE6, 0x9F, 0x00);
    public static readonly SKColor Ink = new(0x20, 0x22, 0x26);
    public static readonly SKColor Gray = new(0x77, 0x7B, 0x82);
    public static readonly SKColor Faint = new(0xE4, 0xE6, 0xEA);

    /// <summary>Distinct colours for lines and bars, in order of use.</summary>
    public static readonly SKColor[] Series = [Blue, Vermillion, Green, Purple, Orange, Sky, Ink, Gray];

    /// <summary>Colour of a class: 0 blue, 1 vermillion, none (-1) gray.</summary>
    public static SKColor OfClass(int label) => label < 0 ? Gray : Series[label % Series.Length];

    /// <summary>The classes of a cloud as entries of a legend, in order; those after the eighth share colours and are left out.</summary>
    public static IEnumerable<LegendEntry> LegendOf(PixelCloud cloud, Func<int, string> name) => (cloud.Labels ?? [])
        .Distinct().OrderBy(label => label < 0 ? int.MaxValue : label).Where(label => label < Series.Length)
        .Select(label => new LegendEntry(name(label), OfClass(label), LegendMark.Dot));
}
