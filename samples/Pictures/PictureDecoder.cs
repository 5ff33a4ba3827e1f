using SkiaSharp;

namespace Diffusion.Pictures;

/// <summary>From the bytes of a file to the pixels of an image: decoded, upright, without transparency, cut and resized.</summary>
internal static class PictureDecoder
{
    // 512 MiB of pixels while one picture is decoded.
    private const long MostPixels = 1 << 27;

    /// <summary>The image of a file, [S, S, C].</summary>
    /// <exception cref="InvalidDataException">It cannot be decoded as a whole; the message is to follow the name of the file.</exception>
    public static byte[] Decode(byte[] file, PictureOptions options)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException("is no picture that can be read (PNG, JPEG, WebP, BMP or GIF)");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > MostPixels)
            throw new InvalidDataException($"has {width} x {height} pixels; accepted are up to {MostPixels}");

        // Colours as a viewer shows them: from the profile of the file, if it has one, to sRGB.
        using var space = SKColorSpace.CreateSrgb();
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, space);
        using var bitmap = new SKBitmap(info);
        var result = codec.GetPixels(info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
            throw new InvalidDataException(result == SKCodecResult.IncompleteInput ? "is cut off" : $"is broken ({result})");
        return Image(new Upright(bitmap.GetPixelSpan(), width, height, codec.EncodedOrigin), options);
    }

    private static byte[] Image(in Upright picture, PictureOptions options)
    {
        int side = options.Side, channels = options.Channels;
        int square = Math.Min(picture.Width, picture.Height), longest = Math.Max(picture.Width, picture.Height);
        if (options.Fit == PictureFit.Crop)
            return Triangle.Resize(picture.Part((picture.Width - square) / 2, (picture.Height - square) / 2, square, square, options), square, square, channels, side, side);
        byte[] whole = picture.Part(0, 0, picture.Width, picture.Height, options);
        if (options.Fit == PictureFit.Stretch)
            return Triangle.Resize(whole, picture.Width, picture.Height, channels, side, side);

        int width = Scaled(picture.Width), height = Scaled(picture.Height);
        byte[] image = new byte[side * side * channels];
        for (int i = 0; i < image.Length; i += channels)
            Upright.Put(options.Padding, image.AsSpan(i, channels));
        byte[] inner = Triangle.Resize(whole, picture.Width, picture.Height, channels, width, height);
        for (int y = 0; y < height; y++)
            inner.AsSpan(y * width * channels, width * channels).CopyTo(image.AsSpan((((y + ((side - height) / 2)) * side) + ((side - width) / 2)) * channels));
        return image;

        int Scaled(int extent) => Math.Max(1, (int)((((long)extent * side * 2) + longest) / (2L * longest)));
    }

    /// <summary>Decoded pixels, seen as EXIF says that they are to be seen.</summary>
    private readonly ref struct Upright
    {
        private readonly ReadOnlySpan<byte> _rgba;
        private readonly int _width, _height;
        private readonly bool _swap, _mirrorX, _mirrorY;

        /// <summary>The origin (EXIF 2.3, tag 274) says where the first row and the first column are: 6 is "right, top".</summary>
        public Upright(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin)
        {
            _rgba = rgba;
            (_width, _height) = (width, height);
            _swap = origin >= SKEncodedOrigin.LeftTop;
            _mirrorX = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
            _mirrorY = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        }

        public int Width => _swap ? _height : _width;

        public int Height => _swap ? _width : _height;

        /// <summary>A rectangle of the picture on the background, [height, width, C].</summary>
        public byte[] Part(int left, int top, int width, int height, PictureOptions options)
        {
            int channels = options.Channels;
            byte[] part = new byte[width * height * channels];
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    int column = _swap ? top + y : left + x, row = _swap ? left + x : top + y;
                    column = _mirrorX ? _width - 1 - column : column;
                    row = _mirrorY ? _height - 1 - row : row;
                    var pixel = _rgba.Slice(4 * ((row * _width) + column), 4);
                    int alpha = pixel[3];
                    var color = new Rgb(Over(pixel[0], options.Background.R, alpha), Over(pixel[1], options.Background.G, alpha), Over(pixel[2], options.Background.B, alpha));
                    Put(color, part.AsSpan(((y * width) + x) * channels, channels));
                }
            }

            return part;
        }

        public static void Put(Rgb color, Span<byte> pixel)
        {
            if (pixel.Length == 1)
                pixel[0] = (byte)(((299 * color.R) + (587 * color.G) + (114 * color.B) + 500) / 1000);
            else
                (pixel[0], pixel[1], pixel[2]) = (color.R, color.G, color.B);
        }

        private static byte Over(byte color, byte background, int alpha) => (byte)(((color * alpha) + (background * (255 - alpha)) + 127) / 255);
    }
}
