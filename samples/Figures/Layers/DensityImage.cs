using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>A grid of values as colours: 0 to <paramref name="max"/> spans the scale.</summary>
internal sealed class DensityImage(DensityGrid grid, ColorScale colors, double max, bool smooth) : Layer
{
    protected override void Draw(SKCanvas canvas)
    {
        var info = new SKImageInfo(grid.Size, grid.Size, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var bitmap = new SKBitmap(info);
        var pixels = bitmap.GetPixelSpan();
        for (var row = 0; row < grid.Size; row++)
        {
            var target = (grid.Size - 1 - row) * bitmap.RowBytes; // row 0 of a grid is its lowest
            for (var column = 0; column < grid.Size; column++)
            {
                var color = colors[grid[row, column] / max];
                (pixels[target], pixels[target + 1], pixels[target + 2], pixels[target + 3]) =
                    (color.Red, color.Green, color.Blue, 255);
                target += 4;
            }
        }

        using var image = SKImage.FromBitmap(bitmap);
        var sampling = new SKSamplingOptions(smooth ? SKFilterMode.Linear : SKFilterMode.Nearest);
        canvas.DrawImage(image, Box(-grid.Limit, -grid.Limit, grid.Limit, grid.Limit), sampling, null);
    }
}
