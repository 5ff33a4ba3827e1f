using System.Numerics;
using Diffusion.Data;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using SkiaSharp;

namespace Diffusion.Pictures;

/// <summary>Images in rows and columns as one PNG: the quickest look at what a model draws.</summary>
public static class PictureGrid
{
    /// <summary>Writes images into a grid, row by row, with white between and beside them.</summary>
    /// <param name="path">The file; its folder is made if there is none. A reader finds the old file or the whole new one.</param>
    /// <param name="images">[N, H, W, C] with C = 1 (grey) or 3 (RGB), in [-1, 1]: what is beyond is clamped, and NaN is black.</param>
    /// <param name="columns">Images in a row; 0 for a grid that is about a square.</param>
    /// <param name="scale">How many pixels of the file, in both directions, show one of an image.</param>
    /// <param name="gap">Pixels of the file between two images.</param>
    /// <exception cref="ArgumentException">No images, another shape, or a number that is not accepted.</exception>
    public static void Save<T>(string path, Tensor<T> images, int columns = 0, int scale = 1, int gap = 2)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (images.Rank != 4 || images.Length == 0 || images.Shape[3] is not (1 or 3))
            throw new ArgumentException($"The images have the shape {images.Shape}; accepted are [N, H, W, 1] and [N, H, W, 3], at least one.", nameof(images));
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);

        int count = images.Shape[0], height = images.Shape[1], width = images.Shape[2], channels = images.Shape[3];
        columns = Math.Min(count, columns == 0 ? (int)Math.Ceiling(Math.Sqrt(count)) : columns);
        int rows = (count + columns - 1) / columns, cellX = (scale * width) + gap, cellY = (scale * height) + gap;
        byte[] bytes = new byte[images.Length];
        ImageSet.ToBytes<T>(images.Span, bytes);

        // Skia has no 24 bits a pixel: RGB has a fourth byte, which is opaque.
        int size = channels == 1 ? 1 : 4;
        var info = new SKImageInfo((columns * cellX) - gap, (rows * cellY) - gap, channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
        byte[] sheet = new byte[info.Width * info.Height * size];
        sheet.AsSpan().Fill(255);
        for (int n = 0; n < count; n++)
        {
            int top = n / columns * cellY, left = n % columns * cellX;
            for (int y = 0; y < scale * height; y++)
            {
                for (int x = 0; x < scale * width; x++)
                {
                    var pixel = bytes.AsSpan(((((n * height) + (y / scale)) * width) + (x / scale)) * channels, channels);
                    pixel.CopyTo(sheet.AsSpan((((top + y) * info.Width) + left + x) * size));
                }
            }
        }

        using var image = SKImage.FromPixelCopy(info, sheet);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, png.SaveTo);
    }
}
