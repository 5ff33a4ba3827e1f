using ScottPlot.Colormaps;
using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>256 colours for a value in [0, 1].</summary>
internal sealed class ColorScale
{
    private readonly SKColor[] _colors = new SKColor[256];

    private ColorScale(Func<double, SKColor> color)
    {
        for (var i = 0; i < _colors.Length; i++)
            _colors[i] = color(i / 255.0);
    }

    /// <summary>Viridis: perceptually even, readable in gray and with colour-vision deficiencies.</summary>
    public static ColorScale Viridis { get; } = FromScottPlot(new Viridis());

    /// <summary>Plasma without its brightest fifth, for lines and arrows on white.</summary>
    public static ColorScale DarkPlasma { get; } = FromScottPlot(new Plasma(), end: 0.8);

    /// <summary>Magma, for errors: told apart from densities at a glance.</summary>
    public static ColorScale Magma { get; } = FromScottPlot(new Magma());

    /// <summary>Blue (0) through white (0.5) to vermillion (1), tints of the class colours.</summary>
    public static ColorScale Classes { get; } = new(v => v < 0.5
        ? Mix(SKColors.White, Theme.Blue, 0.75 * (1 - (2 * v)))
        : Mix(SKColors.White, Theme.Vermillion, 0.75 * ((2 * v) - 1)));

    /// <summary>Colour of <paramref name="value"/>, clamped to [0, 1]; NaN is the colour of 0.</summary>
    public SKColor this[double value] => _colors[double.IsNaN(value) ? 0 : (int)(255.5 * Math.Clamp(value, 0, 1))];

    private static SKColor Mix(SKColor a, SKColor b, double share) => new(
        (byte)(a.Red + (share * (b.Red - a.Red))),
        (byte)(a.Green + (share * (b.Green - a.Green))),
        (byte)(a.Blue + (share * (b.Blue - a.Blue))));

    private static ColorScale FromScottPlot(ScottPlot.IColormap map, double end = 1) => new(v =>
    {
        var color = map.GetColor(v * end);
        return new SKColor(color.R, color.G, color.B);
    });
}
