using Diffusion.Data;
using Diffusion.Tensors;
using SkiaSharp;

namespace Diffusion.Pictures;

/// <summary>Reads single pictures, as <see cref="PictureFolder"/> reads many.</summary>
public static class PictureFile
{
    /// <summary>A picture as an image of one size.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Size and colour.</param>
    /// <returns>[1, S, S, C], in [-1, 1].</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It cannot be read; the message names it.</exception>
    public static Tensor<float> Read(string path, PictureOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckIsThere(path);
        var decoded = DecodedPicture.All("", [path], options)[0];
        var image = Tensor<float>.Uninitialized([1, options.Side, options.Side, options.Channels]);
        ImageSet.ToNumbers(decoded.Pixels ?? throw new InvalidDataException($"{path} {decoded.Problem}."), image.Span);
        return image;
    }

    /// <summary>The pixels of a picture in each direction, as it is to be seen.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no picture.</exception>
    public static (int Width, int Height) SizeOf(string path)
    {
        CheckIsThere(path);
        using var codec = SKCodec.Create(path) ?? throw new InvalidDataException($"{path} is no picture that can be read.");
        return codec.EncodedOrigin >= SKEncodedOrigin.LeftTop ? (codec.Info.Height, codec.Info.Width) : (codec.Info.Width, codec.Info.Height);
    }

    private static void CheckIsThere(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new FileNotFoundException(Directory.Exists(path) ? $"'{path}' is a folder; a picture is accepted." : $"There is no picture '{path}'.");
    }
}
