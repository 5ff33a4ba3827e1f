using System.Security.Cryptography;
using Diffusion.Tensors.Threading;

namespace Diffusion.Pictures;

/// <summary>Reads folders of pictures: PNG, JPEG, WebP, BMP and GIF (its first frame), known by the ends of their names.</summary>
public static class PictureFolder
{
    // So many are decoded before any is looked at: work for several threads, and little memory.
    private const int Chunk = 64;

    /// <summary>
    /// Opens a folder. Its subfolders, in the ordinal order of their names, are the classes; what is deeper belongs to the
    /// subfolder above. Pictures beside them have no class. Names that begin with a dot and links to folders within classes are not followed.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">Size, colour, and what is done about pictures that cannot be read.</param>
    /// <returns>The images, in the ordinal order of their paths.</returns>
    /// <remarks>
    /// Each picture is decoded once here, on <see cref="Workers.ThreadCount"/> threads: that finds the broken ones, and the SHA-256 of
    /// the set is over the decoded pixels. So it stands for what a network sees: another size, another colour or
    /// another decoder is other data, and a file that is written anew with the same pixels is not.
    /// </remarks>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">No picture, one that cannot be read and is refused, or none of a class that can be read. The message names it.</exception>
    public static PictureSet Open(string path, PictureOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(path))
            throw new DirectoryNotFoundException(File.Exists(path) ? $"'{path}' is a file; a folder of pictures is accepted." : $"There is no folder '{path}'.");
        var listing = PictureListing.Of(path);
        if (listing.Paths.Count == 0)
            throw new InvalidDataException($"The folder '{path}' has no pictures, and {listing.OtherFiles} other files; accepted are names that end in {string.Join(", ", PictureListing.Extensions)}.");

        int length = options.Side * options.Side * options.Channels;
        long needed = (long)length * listing.Paths.Count;
        byte[]? pixels = needed <= Math.Min(options.Budget, Array.MaxLength) ? new byte[needed] : null;
        var good = new List<int>();
        var marks = new List<ulong>();
        var skipped = new List<SkippedPicture>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int from = 0; from < listing.Paths.Count; from += Chunk)
        {
            string[] files = [.. listing.Paths.Skip(from).Take(Chunk)];
            var decoded = DecodedPicture.All(path, files, options);
            for (int i = 0; i < files.Length; i++)
            {
                if (decoded[i].Pixels is not { } image)
                {
                    skipped.Add(options.OnBroken == OnBroken.Skip ? new SkippedPicture(files[i], decoded[i].Problem)
                        : throw new InvalidDataException($"{Path.Combine(path, files[i])} {decoded[i].Problem}. OnBroken.Skip leaves such pictures out."));
                    continue;
                }

                hash.AppendData(image);
                marks.Add(DecodedPicture.Mark(image));
                if (pixels is not null)
                    image.CopyTo(pixels, good.Count * length);
                good.Add(from + i);
            }
        }

        Check(path, listing, good, skipped);
        return new PictureSet(path, options, listing, good, marks, skipped, pixels, hash.GetHashAndReset());
    }

    private static void Check(string path, PictureListing listing, List<int> good, List<SkippedPicture> skipped)
    {
        if (good.Count == 0)
            throw new InvalidDataException($"None of the {listing.Paths.Count} pictures in '{path}' can be read. The first: {skipped[0].Path} {skipped[0].Reason}.");
        var seen = good.Select(i => listing.Labels[i]).ToHashSet();
        for (int k = 0; k < listing.ClassNames.Count; k++)
        {
            if (!seen.Contains(k))
            {
                var first = skipped.First(picture => picture.Path.StartsWith(listing.ClassNames[k] + '/', StringComparison.Ordinal));
                throw new InvalidDataException($"None of the pictures of the class '{listing.ClassNames[k]}' in '{path}' can be read. The first: {first.Path} {first.Reason}.");
            }
        }
    }
}
