namespace Diffusion.Nn.Serialization;

/// <summary>Writes files so that a reader, or a crash at any time, finds the old content or the new, never a part.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes a file: into a temporary file of the same folder, flushed to the disk, renamed over the old one. If anything
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
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

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
