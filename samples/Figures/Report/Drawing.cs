using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>A figure as lines and text, not as pixels, to be put into a document.</summary>
public sealed class Drawing : IDisposable
{
    [ThreadStatic]
    private static Dictionary<string, Drawing>? t_captured;

    private readonly SKPicture _picture;

    private Drawing(SKPicture picture, float width, float height) => (_picture, Width, Height) = (picture, width, height);

    /// <summary>Width, in hundredths of an inch.</summary>
    public float Width { get; }

    /// <summary>Height, in hundredths of an inch.</summary>
    public float Height { get; }

    /// <summary>Captures the figures that some code saves on this thread: they become drawings, and no file is written.</summary>
    /// <param name="save">Saves figures, such as <c>() => TimestepsFigure.Save("timesteps.png", data)</c>.</param>
    /// <returns>Drawings by the path that each was to be saved to.</returns>
    /// <exception cref="InvalidOperationException">Called within another capture.</exception>
    public static IReadOnlyDictionary<string, Drawing> Capture(Action save)
    {
        ArgumentNullException.ThrowIfNull(save);
        if (t_captured is not null)
            throw new InvalidOperationException("Figures are being captured on this thread already.");
        try
        {
            t_captured = new(StringComparer.Ordinal);
            save();
            return t_captured;
        }
        finally
        {
            t_captured = null;
        }
    }

    /// <summary>A picture of a PNG file, of the size of a figure of 200 dots per inch.</summary>
    /// <exception cref="ArgumentException">The file is no picture.</exception>
    public static Drawing OfPicture(string path)
    {
        using var image = SKImage.FromEncodedData(path) ?? throw new ArgumentException($"{Path.GetFileName(path)} is no picture.", nameof(path));
        var (width, height) = (image.Width / 2f, image.Height / 2f);
        using var recorder = new SKPictureRecorder();
        recorder.BeginRecording(SKRect.Create(width, height)).DrawImage(image, SKRect.Create(width, height), new SKSamplingOptions(SKFilterMode.Linear));
        return new Drawing(recorder.EndRecording(), width, height);
    }

    /// <inheritdoc/>
    public void Dispose() => _picture.Dispose();

    /// <summary>Keeps a picture where drawings are captured, and owns it then.</summary>
    internal static bool Take(string path, SKPicture picture, float width, float height)
    {
        if (t_captured is null)
            return false;
        t_captured[path] = new Drawing(picture, width, height);
        return true;
    }

    /// <summary>Draws it into a rectangle of the same shape.</summary>
    internal void Draw(SKCanvas canvas, SKRect frame)
    {
        _ = canvas.Save();
        canvas.Translate(frame.Left, frame.Top);
        canvas.Scale(frame.Width / Width);
        canvas.DrawPicture(_picture);
        canvas.Restore();
    }
}
