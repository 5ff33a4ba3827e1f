namespace Diffusion.Pictures;

/// <summary>How the pictures of a folder become images of one size.</summary>
public sealed record PictureOptions
{
    /// <summary>The largest accepted <see cref="Side"/>.</summary>
    public const int LargestSide = 8192;

    /// <summary>Height and width of the images S, in pixels, 1 to <see cref="LargestSide"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public required int Side
    {
        get;
        init => field = value is >= 1 and <= LargestSide ? value
            : throw new ArgumentOutOfRangeException(nameof(Side), value, $"The Side is {value}; accepted are 1 to {LargestSide} pixels.");
    }

    /// <summary>How a picture that is no square becomes one. Default: the middle is cut out.</summary>
    public PictureFit Fit { get; init; } = PictureFit.Crop;

    /// <summary>Whether images have one channel, (299·R + 587·G + 114·B)/1000 (ITU-R BT.601), and not three. Default false.</summary>
    public bool Grey { get; init; }

    /// <summary>What is seen through transparent pixels. Default white.</summary>
    public Rgb Background { get; init; } = Rgb.White;

    /// <summary>What is beside pictures in the mode <see cref="PictureFit.Pad"/>. Default black.</summary>
    public Rgb Padding { get; init; } = Rgb.Black;

    /// <summary>What is done about a picture that cannot be read. Default: it is refused.</summary>
    public OnBroken OnBroken { get; init; } = OnBroken.Refuse;

    /// <summary>
    /// How many bytes of pixels may be kept in memory. What takes more, counted over all pictures as S·S·C each, is decoded
    /// again for each batch; the batches are the same. Default 1 GiB.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 0.</exception>
    public long Budget
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Budget), value, $"The Budget is {value}; accepted are bytes from 0.");
    }
    = 1L << 30;

    /// <summary>The number of channels C: 1 or 3.</summary>
    public int Channels => Grey ? 1 : 3;
}

/// <summary>How a picture that is no square becomes one.</summary>
public enum PictureFit
{
    /// <summary>The largest square in the middle, made larger or smaller.</summary>
    Crop = 0,

    /// <summary>The whole picture, made larger or smaller with its proportions, in the middle of the padding colour.</summary>
    Pad = 1,

    /// <summary>The whole picture, made to fit in each direction by itself.</summary>
    Stretch = 2,
}

/// <summary>What is done about a picture that cannot be read.</summary>
public enum OnBroken
{
    /// <summary>An exception names it.</summary>
    Refuse = 0,

    /// <summary>It is left out, and listed with the reason.</summary>
    Skip = 1,
}

/// <summary>A colour in sRGB.</summary>
/// <param name="R">Red, 0 to 255.</param>
/// <param name="G">Green, 0 to 255.</param>
/// <param name="B">Blue, 0 to 255.</param>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>Black.</summary>
    public static Rgb Black => default;

    /// <summary>White.</summary>
    public static Rgb White => new(255, 255, 255);
}

/// <summary>A picture that was left out.</summary>
/// <param name="Path">Its path within the folder, with /.</param>
/// <param name="Reason">Why it cannot be read.</param>
public sealed record SkippedPicture(string Path, string Reason);
