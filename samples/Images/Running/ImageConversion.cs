using Diffusion.Figures;
using Diffusion.Tensors;

namespace Diffusion.Images.Running;

/// <summary>Tensors as images of figures.</summary>
internal static class ImageConversion
{
    /// <summary>Images [N, H, W, C] for figures.</summary>
    public static IReadOnlyList<PixelImage> ToImages(this Tensor<float> images)
    {
        int width = images.Shape[2], channels = images.Shape[3];
        return [.. Enumerable.Range(0, images.Shape[0]).Select(i => PixelImage.From(width, channels, images.Rows(i, i + 1).Span))];
    }
}
