using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// Small random changes of images that keep their class: each image is turned, scaled and shifted by amounts of its own,
/// uniform within the limits. Pixels between pixels are linear in both directions; what comes from outside is background.
/// </summary>
/// <param name="MaxShift">The largest shift along each direction, in pixels.</param>
/// <param name="MaxTurn">The largest turn either way, in degrees.</param>
/// <param name="MaxScale">The largest change of size: 0.1 for a factor from 0.9 to 1.1.</param>
public sealed record ImageAugmentation(double MaxShift, double MaxTurn, double MaxScale)
{
    private const int PerImage = 4;

    // What pixels are outside of an image: the background of data in [-1, 1].
    private const double Background = -1;

    /// <summary>Changes images [N, H, W, 1] into others of the same shape.</summary>
    /// <param name="source">The images.</param>
    /// <param name="destination">Receives the changed images; not the source.</param>
    /// <param name="stream">Where the amounts come from, those of image i from its sample i.</param>
    /// <exception cref="ArgumentException">The tensors are no images, or of different shapes.</exception>
    public void Apply<T>(Tensor<T> source, Tensor<T> destination, RandomStream stream)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (source.Rank != 4 || source.Shape[3] != 1 || source.Shape != destination.Shape)
            throw new ArgumentException($"Augmentation takes images [N, H, W, 1] to the same shape, not {source.Shape} to {destination.Shape}.", nameof(destination));
        int height = source.Shape[1], width = source.Shape[2];
        Span<double> draws = stackalloc double[PerImage];
        for (int n = 0; n < source.Shape[0]; n++)
        {
            stream.Uniform(draws, PerImage, n);
            foreach (ref double draw in draws)
                draw = (2 * draw) - 1;
            double angle = draws[0] * MaxTurn * Math.PI / 180, scale = 1 + (draws[1] * MaxScale);
            double cos = Math.Cos(angle) / scale, sin = Math.Sin(angle) / scale, centreY = (height - 1) / 2d, centreX = (width - 1) / 2d;
            var from = source.Span.Slice(n * height * width, height * width);
            var to = destination.Span.Slice(n * height * width, height * width);
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    // Where the pixel comes from: the inverse of the turn, the scale and the shift about the centre.
                    double dy = y - centreY - (draws[2] * MaxShift), dx = x - centreX - (draws[3] * MaxShift);
                    to[(y * width) + x] = T.CreateTruncating(Between(from, height, width, centreY + (cos * dy) - (sin * dx), centreX + (sin * dy) + (cos * dx)));
                }
            }
        }
    }

    private static double Between<T>(ReadOnlySpan<T> image, int height, int width, double y, double x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int top = (int)Math.Floor(y), left = (int)Math.Floor(x);
        double below = y - top, right = x - left;
        double upper = ((1 - right) * At(image, height, width, top, left)) + (right * At(image, height, width, top, left + 1));
        double lower = ((1 - right) * At(image, height, width, top + 1, left)) + (right * At(image, height, width, top + 1, left + 1));
        return ((1 - below) * upper) + (below * lower);
    }

    private static double At<T>(ReadOnlySpan<T> image, int height, int width, int y, int x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        (uint)y < (uint)height && (uint)x < (uint)width ? double.CreateTruncating(image[(y * width) + x]) : Background;
}
