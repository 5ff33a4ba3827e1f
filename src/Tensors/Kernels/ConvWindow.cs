using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>A rectangle of positions of an image [H, W, C], which are <paramref name="step"/> elements apart, and their rows <paramref name="pitch"/>.</summary>
internal readonly unsafe struct ConvWindow<T>(T* pointer, nint pitch, int step)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The first channel of the first position.</summary>
    public T* Pointer => pointer;

    /// <summary>From one row to the next, in elements.</summary>
    public nint Pitch => pitch;

    /// <summary>From one position of a row to the next, in elements.</summary>
    public int Step => step;

    /// <summary>
    /// The rectangle of <paramref name="size"/> that begins at <paramref name="start"/>: the image's own memory where it lies
    /// inside of the image, else a copy in scratch memory with zeros around it.
    /// </summary>
    public static ConvWindow<T> Of(T* image, Size2d imageSize, int channels, Size2d start, Size2d size) => Of(image, imageSize, channels, channels, start, size);

    /// <summary>The same of some channels only, of an image that has <paramref name="imageChannels"/>; <paramref name="image"/> is the first of them.</summary>
    public static ConvWindow<T> Of(T* image, Size2d imageSize, int imageChannels, int channels, Size2d start, Size2d size)
    {
        nint imagePitch = (nint)imageSize.Width * imageChannels;
        if (start.Height >= 0 && start.Width >= 0 && (long)start.Height + size.Height <= imageSize.Height && (long)start.Width + size.Width <= imageSize.Width)
            return new(image + (start.Height * imagePitch) + ((nint)start.Width * imageChannels), imagePitch, imageChannels);

        int pitch = size.Width * channels;
        T* copy = Scratch<T>.Get(ScratchSlot.Image, (nint)size.Height * pitch);
        int from = Math.Clamp(start.Width, 0, imageSize.Width), to = (int)Math.Clamp((long)start.Width + size.Width, from, imageSize.Width);
        int before = (int)Math.Min((long)from - start.Width, size.Width) * channels, inside = (to - from) * channels;

        // Where all channels are wanted, a row is copied at once, else position by position.
        int run = channels == imageChannels ? inside : channels;
        for (int i = 0; i < size.Height; i++)
        {
            var row = new Span<T>(copy + ((nint)i * pitch), pitch);
            int line = start.Height + i;
            if (line < 0 || line >= imageSize.Height || inside == 0)
            {
                row.Clear();
                continue;
            }

            row[..before].Clear();
            T* source = image + (line * imagePitch) + ((nint)from * imageChannels);
            for (int at = 0; at < inside; at += run, source += imageChannels)
                new ReadOnlySpan<T>(source, run).CopyTo(row[(before + at)..]);
            row[(before + inside)..].Clear();
        }

        return new(copy, pitch, channels);
    }

    /// <summary>Asks for what lies in a rectangle of an image, which will be read soon: rows that lie apart are no stream to the processor.</summary>
    public static void Ask(T* image, Size2d imageSize, int channels, Size2d start, Size2d size)
    {
        int from = Math.Clamp(start.Width, 0, imageSize.Width), to = (int)Math.Clamp((long)start.Width + size.Width, from, imageSize.Width);
        for (int line = Math.Max(start.Height, 0); line < Math.Min((long)start.Height + size.Height, imageSize.Height); line++)
            Prefetching.Fetch(image + ((((nint)line * imageSize.Width) + from) * channels), (nint)(to - from) * channels);
    }
}
