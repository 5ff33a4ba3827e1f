using System.Text.RegularExpressions;

namespace Diffusion.Nn.Serialization;

/// <summary>Writes files so that a reader, or a crash at any time, finds the old content or the new, never a part.</summary>
public static partial class AtomicFile
{
    private const int BufferSize = 1 << 18;

    /// <summary>
    /// Writes a file: into a temporary file of the same folder, through to the disk, renamed over the old one. If anything
    /// fails the temporary file is removed and the old file is as it was.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The folder does not exist, or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not permitted, or the path is a folder.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string full = Path.GetFullPath(path);
        string temporary = Path.Combine(Path.GetDirectoryName(full) ?? full, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            // Each write goes to the disk and tells whether it came there. A flush at the end would not: .NET passes over its failure.
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.WriteThrough))
                write(stream);

            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Deletes what a process that was killed while it wrote has left in a folder: temporary files of <see cref="Write"/> that nobody has open.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static void DeleteLeftovers(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, ".*.tmp").Where(path => Temporary().IsMatch(Path.GetFileName(path))).ToList())
        {
            try
            {
                // Whoever is writing it does not share it.
                using var left = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None);
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, or gone.
            }
        }
    }

    [GeneratedRegex(@"^\..+\.[0-9a-f]{32}\.tmp$")]
    private static partial Regex Temporary();

    // The first failure is the one worth reporting.
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
