using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// Small random changes of images that keep their class: each image is turned, scaled and shifted by amounts of its own,
/// uniform within the limits. Pixels between pixels are linear in both directions.
/// </summary>
/// <param name="MaxShift">The largest shift along each direction, in pixels.</param>
/// <param name="MaxTurn">The largest turn either way, in degrees.</param>
/// <param name="MaxScale">The largest change of size: 0.1 for a factor from 0.9 to 1.1.</param>
public sealed record ImageAugmentation(double MaxShift, double MaxTurn, double MaxScale)
{
    private const int PerImage = 4;

    /// <summary>What pixels are outside of an image; null for the nearest pixel of the image. Default -1, black.</summary>
    public double? Background { get; init; } = -1;

    /// <summary>Changes images [N, H, W, C] into others of the same shape.</summary>
    /// <param name="source">The images.</param>
    /// <param name="destination">Receives the changed images; not the source.</param>
    /// <param name="stream">Where the amounts come from, those of image i from its sample i.</param>
    /// <exception cref="ArgumentException">The tensors are no images, or of different shapes.</exception>
    public void Apply<T>(Tensor<T> source, Tensor<T> destination, RandomStream stream)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (source.Rank != 4 || source.Shape != destination.Shape)
            throw new ArgumentException($"Augmentation takes images [N, H, W, C] to the same shape, not {source.Shape} to {destination.Shape}.", nameof(destination));
        int height = source.Shape[1], width = source.Shape[2], channels = source.Shape[3], length = height * width * channels;
        Span<double> draws = stackalloc double[PerImage];
        for (int n = 0; n < source.Shape[0]; n++)
        {
            stream.Uniform(draws, PerImage, n);
            foreach (ref double draw in draws)
                draw = (2 * draw) - 1;
            double angle = draws[0] * MaxTurn * Math.PI / 180, scale = 1 + (draws[1] * MaxScale);
            double cos = Math.Cos(angle) / scale, sin = Math.Sin(angle) / scale, centreY = (height - 1) / 2d, centreX = (width - 1) / 2d;
            var from = source.Span.Slice(n * length, length);
            var to = destination.Span.Slice(n * length, length);
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    // Where the pixel comes from: the inverse of the turn, the scale and the shift about the centre.
                    double dy = y - centreY - (draws[2] * MaxShift), dx = x - centreX - (draws[3] * MaxShift);
                    double fromY = centreY + (cos * dy) - (sin * dx), fromX = centreX + (sin * dy) + (cos * dx);
                    for (int c = 0; c < channels; c++)
                        to[(((y * width) + x) * channels) + c] = T.CreateTruncating(Between(from[c..], height, width, channels, fromY, fromX));
                }
            }
        }
    }

    private double Between<T>(ReadOnlySpan<T> image, int height, int width, int channels, double y, double x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int top = (int)Math.Floor(y), left = (int)Math.Floor(x);
        double below = y - top, right = x - left;
        double upper = ((1 - right) * At(image, height, width, channels, top, left)) + (right * At(image, height, width, channels, top, left + 1));
        double lower = ((1 - right) * At(image, height, width, channels, top + 1, left)) + (right * At(image, height, width, channels, top + 1, left + 1));
        return ((1 - below) * upper) + (below * lower);
    }

    private double At<T>(ReadOnlySpan<T> image, int height, int width, int channels, int y, int x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Background is { } background && ((uint)y >= (uint)height || (uint)x >= (uint)width))
            return background;
        return double.CreateTruncating(image[((Math.Clamp(y, 0, height - 1) * width) + Math.Clamp(x, 0, width - 1)) * channels]);
    }
}
