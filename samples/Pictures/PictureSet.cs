using Diffusion.Data;

namespace Diffusion.Pictures;

/// <summary>The pictures of a folder as images of one size, [S, S, C]: see <see cref="PictureFolder.Open"/>.</summary>
public sealed class PictureSet : ImageSet
{
    private readonly string _folder;
    private readonly PictureOptions _options;
    private readonly IReadOnlyList<ulong> _marks;
    private readonly byte[]? _pixels;

    internal PictureSet(
        string folder,
        PictureOptions options,
        PictureListing listing,
        IReadOnlyList<int> good,
        IReadOnlyList<ulong> marks,
        IReadOnlyList<SkippedPicture> skipped,
        byte[]? pixels,
        ReadOnlySpan<byte> pixelsSha256)
        : base(
            good.Count,
            [options.Side, options.Side, options.Channels],
            listing.ClassNames.Count == 0 ? default : good.Select(i => listing.Labels[i]).ToArray(),
            listing.ClassNames,
            pixelsSha256)
    {
        (_folder, _options, _marks, _pixels) = (folder, options, marks, pixels);
        Paths = [.. good.Select(i => listing.Paths[i])];
        (Skipped, OtherFiles) = (skipped, listing.OtherFiles);
    }

    /// <summary>The file of each image, [N], within the folder, with /.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The pictures that were left out, and why.</summary>
    public IReadOnlyList<SkippedPicture> Skipped { get; }

    /// <summary>The number of files that are no pictures by their names, and were not looked at.</summary>
    public int OtherFiles { get; }

    /// <summary>Whether the pixels are in memory; else each batch reads its files again.</summary>
    public bool IsInMemory => _pixels is not null;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">A file that is read again is gone, or has other pixels than when the folder was opened.</exception>
    protected override void Read<T>(ReadOnlySpan<int> indices, Span<T> pixels)
    {
        int length = ImageShape.Length;
        DecodedPicture[] decoded = [];
        if (_pixels is null)
        {
            string[] files = new string[indices.Length];
            for (int i = 0; i < files.Length; i++)
                files[i] = Paths[indices[i]];
            decoded = DecodedPicture.All(_folder, files, _options);
        }

        for (int i = 0; i < indices.Length; i++)
        {
            var image = _pixels is null ? Checked(decoded[i], indices[i]) : _pixels.AsSpan(indices[i] * length, length);
            ToNumbers(image, pixels.Slice(i * length, length));
        }
    }

    private ReadOnlySpan<byte> Checked(DecodedPicture decoded, int index)
    {
        string path = Path.Combine(_folder, Paths[index]);
        if (decoded.Pixels is null)
            throw new InvalidDataException($"{path} {decoded.Problem}; it could be read when the folder was opened.");
        return DecodedPicture.Mark(decoded.Pixels) == _marks[index] ? decoded.Pixels
            : throw new InvalidDataException($"{path} has other pixels than when the folder was opened.");
    }
}
