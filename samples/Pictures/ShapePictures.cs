using Diffusion.Nn.Serialization;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using SkiaSharp;

namespace Diffusion.Pictures;

/// <summary>
/// Pictures to try things out with: one shape on a background, in colours and a size of its own. Five classes, one
/// subfolder each. What a picture shows depends on the seed and its number alone.
/// </summary>
public static class ShapePictures
{
    private const int Draws = 16;

    // How far from the middle, in shares of the side, either way.
    private const double MostShift = 0.05;

    // How much brighter or darker than everywhere in the background a shape is, at least: of 0 to 1.
    private const double LeastContrast = 0.25;

    /// <summary>The names of the classes.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["circle", "cross", "square", "star", "triangle"];

    /// <summary>Writes pictures as PNG: FOLDER/CLASS/00000.png and so on, the classes in turn.</summary>
    /// <param name="folder">The folder, which is made.</param>
    /// <param name="count">How many pictures, at least 1.</param>
    /// <param name="side">Their height and width in pixels, 8 to 1024.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="done">Told how many are done.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number that is not accepted.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static void Write(string folder, int count, int side, ulong seed, Action<int>? done = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (side is < 8 or > 1024)
            throw new ArgumentOutOfRangeException(nameof(side), side, $"The side is {side}; accepted are 8 to 1024 pixels.");
        foreach (string name in Classes)
            _ = Directory.CreateDirectory(Path.Combine(folder, name));
        const int Chunk = 256;
        for (int from = 0; from < count; from += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            int first = from, to = Math.Min(count, from + Chunk);
            Workers.RunJobs(to - first, i => WriteOne(folder, first + i, side, seed));
            done?.Invoke(to);
        }
    }

    private static void WriteOne(string folder, int number, int side, ulong seed)
    {
        Span<double> u = stackalloc double[Draws];
        new RandomSource(seed).For(Purpose.Data).At(number).Uniform(u, Draws);
        int shape = number % Classes.Count;

        // The background goes from one colour to another; the shape stands out from both.
        var (first, second) = (Colour(u[0], u[1], u[2]), Colour(u[3], u[4], u[5]));
        double darkest = Math.Min(Luminance(first), Luminance(second)), brightest = Math.Max(Luminance(first), Luminance(second));
        bool isBrighter = 1 - brightest > darkest;
        (double low, double high) = isBrighter ? (Math.Min(1, brightest + LeastContrast), 1.0) : (0.0, Math.Max(0, darkest - LeastContrast));
        var colour = WithLuminance(Colour(u[6], u[7], u[8]), low + ((high - low) * u[9]));

        using var surface = SKSurface.Create(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var shader = SKShader.CreateLinearGradient(default, new SKPoint(side * (float)Math.Cos(u[10] * Math.PI / 2), side * (float)Math.Sin(u[10] * Math.PI / 2)), [ToSkia(first), ToSkia(second)], null, SKShaderTileMode.Clamp);
        using var background = new SKPaint { Shader = shader };
        surface.Canvas.DrawPaint(background);
        double radius = side * (0.22 + (0.22 * u[11]));
        double Middle(double draw) => side * (0.5 + (MostShift * ((2 * draw) - 1)));
        surface.Canvas.Translate((float)Middle(u[12]), (float)Middle(u[13]));
        using var paint = new SKPaint { Color = ToSkia(colour), IsAntialias = true };
        using var outline = Outline(shape, (float)radius);
        surface.Canvas.DrawPath(outline, paint);
        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        AtomicFile.Write(Path.Combine(folder, Classes[shape], $"{number:D5}.png"), png.SaveTo);
    }

    // Around the origin, as large as the circle of the radius.
    private static SKPath Outline(int shape, float radius)
    {
        using var builder = new SKPathBuilder();
        switch (Classes[shape])
        {
            case "circle":
                builder.AddCircle(0, 0, radius);
                break;
            case "cross":
                float arm = radius * 0.3f, length = radius * 0.95f;
                AddPolygon(builder, [(arm, length), (arm, arm), (length, arm), (length, -arm), (arm, -arm), (arm, -length), (-arm, -length), (-arm, -arm), (-length, -arm), (-length, arm), (-arm, arm), (-arm, length)]);
                break;
            case "square":
                AddPolygon(builder, Corners(4, radius, radius));
                break;
            case "star":
                AddPolygon(builder, Corners(10, radius, radius * 0.45f));
                break;
            default:
                AddPolygon(builder, Corners(3, radius, radius));
                break;
        }

        return builder.Detach();
    }

    private static (float X, float Y)[] Corners(int count, float even, float odd) => [.. Enumerable.Range(0, count).Select(k =>
    {
        float r = k % 2 == 0 ? even : odd;
        return (r * (float)Math.Sin(2 * Math.PI * k / count), -r * (float)Math.Cos(2 * Math.PI * k / count));
    })];

    private static void AddPolygon(SKPathBuilder builder, (float X, float Y)[] corners) =>
        builder.AddPoly([.. corners.Select(corner => new SKPoint(corner.X, corner.Y))], close: true);

    private static (double R, double G, double B) Colour(double hue, double saturation, double value)
    {
        double Channel(double shift) => (0.05 + (0.9 * value)) * (1 - (saturation * Math.Clamp(Math.Abs((((6 * hue) + shift) % 6) - 3) - 1, 0, 1)));
        return (Channel(3), Channel(1), Channel(5));
    }

    private static double Luminance((double R, double G, double B) colour) => (0.299 * colour.R) + (0.587 * colour.G) + (0.114 * colour.B);

    // The colour made darker, or paler, until it is as bright as wanted.
    private static (double, double, double) WithLuminance((double R, double G, double B) colour, double wanted)
    {
        double has = Luminance(colour);
        if (has >= wanted)
        {
            double factor = wanted / has;
            return (factor * colour.R, factor * colour.G, factor * colour.B);
        }

        double share = (wanted - has) / (1 - has);
        return (colour.R + (share * (1 - colour.R)), colour.G + (share * (1 - colour.G)), colour.B + (share * (1 - colour.B)));
    }

    private static SKColor ToSkia((double R, double G, double B) colour) => new(Byte(colour.R), Byte(colour.G), Byte(colour.B));

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Round(255 * value), 0, 255);
}
