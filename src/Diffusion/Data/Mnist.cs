using System.Security.Cryptography;
using Diffusion.Nn.Serialization;

namespace Diffusion.Data;

/// <summary>Where <see cref="Mnist.Load"/> looks for the files, and whence they may be downloaded.</summary>
public sealed record MnistOptions
{
    /// <summary>The data set.</summary>
    public MnistDataset Dataset { get; init; } = MnistDataset.Digits;

    /// <summary>A folder to look in first; null for none. Its files may be anybody's, as long as their format is right.</summary>
    public string? Folder { get; init; }

    /// <summary>A folder on the network to download from instead of <see cref="MnistDataset.Mirrors"/>; null for those.</summary>
    public Uri? Mirror { get; init; }

    /// <summary>Where downloads are kept; null for the user's cache folder.</summary>
    public string? Cache { get; init; }

    /// <summary>The content of the variable <c>DIFFUSION_DATA</c>, the second folder to look in; null for none.</summary>
    public string? SharedFolder { get; init; } = Environment.GetEnvironmentVariable(Mnist.FolderVariable);
}

/// <summary>How far a download is.</summary>
/// <param name="File">The name of the file.</param>
/// <param name="Number">Which of the files it is, from 1.</param>
/// <param name="Files">How many files are downloaded.</param>
/// <param name="Bytes">How many bytes of it have come.</param>
/// <param name="Total">Its length in bytes; null where the server does not say.</param>
public readonly record struct DownloadProgress(string File, int Number, int Files, long Bytes, long? Total);

/// <summary>
/// A training set and a test set in the format of MNIST. The files, plain or gzip (with or without <c>.gz</c> in the name),
/// are looked for in a given folder, in that of the variable <c>DIFFUSION_DATA</c>, and in the user's cache folder, in each
/// also below the data set's name; what is nowhere is downloaded into the cache and checked against its published SHA-256.
/// </summary>
/// <param name="Train">The training set, 60,000 images where it is the published one.</param>
/// <param name="Test">The test set, 10,000 images where it is the published one.</param>
public sealed record Mnist(ImageSet Train, ImageSet Test)
{
    /// <summary>Height and width of an image, in pixels.</summary>
    public const int Side = 28;

    /// <summary>The number of classes.</summary>
    public const int Classes = 10;

    internal const string FolderVariable = "DIFFUSION_DATA";

    /// <summary>Finds, or downloads, and reads the files.</summary>
    /// <param name="options">Where from; null for the digits from the usual places.</param>
    /// <param name="progress">Told of downloads; null for nobody.</param>
    /// <param name="cancellation">Ends a download; nothing of a file that is not complete is kept.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or does not fit the others; the message says what and what to do.</exception>
    /// <exception cref="IOException">A file is missing from a folder that has others, cannot be read, or cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The download was cancelled.</exception>
    public static Mnist Load(MnistOptions? options = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new MnistOptions();
        var files = FindFolder(options) is { } folder
            ? options.Dataset.Files.Select(file => (Path: Find(folder, file)!, Idx: IdxFile.Read(Find(folder, file)!, file.Rank))).ToArray()
            : FromCache(options, progress, cancellation);
        CheckDataset(options.Dataset, files[3]);
        return new Mnist(Set(options.Dataset, files[0], files[1]), Set(options.Dataset, files[2], files[3]));
    }

    /// <summary>The folder in which downloads of a data set are kept.</summary>
    public static string CacheFolder(MnistDataset dataset)
    {
        string user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string cache = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Combine(user, "Library", "Caches")
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(user, ".cache");
        return Path.Combine(cache, "diffusion", dataset.Name);
    }

    // The first folder that has all four files. One that has only some of them is a mistake to report, not to pass over.
    private static string? FindFolder(MnistOptions options)
    {
        if (options.Folder is { } given && !Directory.Exists(given))
            throw new DirectoryNotFoundException($"The data folder '{given}' does not exist; give one with the four files of {options.Dataset}, or none to have them downloaded.");
        foreach (string folder in Candidates(options))
        {
            string?[] found = [.. options.Dataset.Files.Select(file => Find(folder, file))];
            if (found.All(path => path is not null))
                return folder;
            int missing = Array.IndexOf(found, null);
            if (found.Any(path => path is not null))
                throw new FileNotFoundException($"'{folder}' has {found.Count(path => path is not null)} of the four files of {options.Dataset}, but neither {options.Dataset.Files[missing].Name} nor {options.Dataset.Files[missing].Name}.gz; add it, or name another folder.");
        }

        return null;
    }

    // Files of all data sets have the same names. So the shared folder itself holds the digits and only its sub-folders others.
    private static IEnumerable<string> Candidates(MnistOptions options)
    {
        if (options.Folder is { } given)
        {
            yield return Path.Combine(given, options.Dataset.Name);
            yield return given;
        }

        if (options.SharedFolder is { Length: > 0 } shared)
        {
            yield return Path.Combine(shared, options.Dataset.Name);
            if (options.Dataset.Name == MnistDataset.Digits.Name)
                yield return shared;
        }
    }

    private static string? Find(string folder, MnistFile file)
    {
        string plain = Path.Combine(folder, file.Name), gzip = plain + ".gz";
        return File.Exists(plain) ? plain : File.Exists(gzip) ? gzip : null;
    }

    // What is in the cache must be the published files: anything else there is downloaded anew.
    private static (string Path, IdxFile Idx)[] FromCache(MnistOptions options, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        string folder = options.Cache ?? CacheFolder(options.Dataset);
        var cached = options.Dataset.Files.Select(file => (File: file, Path: Path.Combine(folder, file.Name + ".gz")))
            .Select(item => (item.File, item.Path, Idx: ReadCached(item.Path, item.File))).ToArray();
        int missing = cached.Count(item => item.Idx is null), number = 0;
        if (missing > 0)
            _ = Directory.CreateDirectory(folder);
        for (int i = 0; i < cached.Length; i++)
        {
            if (cached[i].Idx is not null)
                continue;
            var file = cached[i].File;
            number++;
            var report = new Progress(progress, file.Name + ".gz", number, missing);
            byte[] bytes = MnistDownload.Fetch(file, options.Mirror is { } mirror ? [mirror] : options.Dataset.Mirrors, report.Report, cancellation, out cached[i].Idx);
            AtomicFile.Write(cached[i].Path, stream => stream.Write(bytes));
        }

        return [.. cached.Select(item => (item.Path, item.Idx!))];
    }

    private static IdxFile? ReadCached(string path, MnistFile file)
    {
        try
        {
            return File.Exists(path) ? MnistDownload.Check(File.ReadAllBytes(path), path, file) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static void CheckDataset(MnistDataset dataset, (string Path, IdxFile Idx) testLabels)
    {
        if (dataset.Name != MnistDataset.Digits.Name && testLabels.Idx.Sha256 == MnistDataset.Digits.Files[3].Sha256)
            throw new InvalidDataException($"{testLabels.Path}: these are the labels of the digits, but {dataset} was asked for; put its files into a folder named '{dataset}' below, or name another folder.");
    }

    private static Images Set(MnistDataset dataset, (string Path, IdxFile Idx) images, (string Path, IdxFile Idx) labels)
    {
        var extents = images.Idx.Extents;
        if (extents[1] != Side || extents[2] != Side)
            throw new InvalidDataException($"{images.Path}: the images have {extents[1]} x {extents[2]} pixels; accepted are {Side} x {Side}.");
        if (extents[0] == 0)
            throw new InvalidDataException($"{images.Path}: the file has no images; at least one is needed.");
        if (extents[0] != labels.Idx.Extents[0])
            throw new InvalidDataException($"{labels.Path}: there are {labels.Idx.Extents[0]} labels, but {extents[0]} images in {images.Path}; both files must be of the same set.");
        int wrong = labels.Idx.Data.Span.IndexOfAnyExceptInRange((byte)0, (byte)(Classes - 1));
        return wrong < 0 ? new Images(images.Idx.Data, labels.Idx.Data, dataset.ClassNames)
            : throw new InvalidDataException($"{labels.Path}: Label {wrong} is {labels.Idx.Data.Span[wrong]}; accepted are 0 to {Classes - 1}.");
    }

    // The hash of pixels and labels is all that files of digits say of their data; it is not that of other sets.
    private sealed class Images(ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels, IReadOnlyList<string> classNames)
        : ByteImages(pixels, [Side, Side, 1], Array.ConvertAll(labels.ToArray(), label => (int)label), classNames)
    {
        public override string Description { get; } = $"{labels.Length} images, sha256 {Convert.ToHexStringLower(Hash(pixels.Span, labels.Span))}";

        private static byte[] Hash(ReadOnlySpan<byte> pixels, ReadOnlySpan<byte> labels)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(pixels);
            hash.AppendData(labels);
            return hash.GetHashAndReset();
        }
    }

    private sealed record Progress(IProgress<DownloadProgress>? Receiver, string File, int Number, int Files)
    {
        public void Report(long bytes, long? total) => Receiver?.Report(new DownloadProgress(File, Number, Files, bytes, total));
    }
}
