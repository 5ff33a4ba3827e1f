using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>How a legend shows a thing.</summary>
internal enum LegendMark
{
    Dot,
    Ring,
    Line,
    Dashes,
    Square,
}

/// <summary>One line of a legend.</summary>
internal sealed record LegendEntry(string Text, SKColor Color, LegendMark Mark);
