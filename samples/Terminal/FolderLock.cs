using System.Diagnostics;
using System.Globalization;
using Diffusion.Nn.Serialization;

namespace Diffusion.Terminal;

/// <summary>
/// Keeps a second run out of a folder while one writes to it. The file names the machine, the process and when that started, so that
/// what a dead process left behind is no lock.
/// </summary>
public sealed class FolderLock : IDisposable
{
    private const string FileName = ".running";

    // The start of a process is computed from that of the machine, which clocks shift a little.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    private readonly string _path;

    /// <summary>Takes a folder.</summary>
    /// <exception cref="IOException">Another run has it; the message says which. Or the folder cannot be written to.</exception>
    public FolderLock(string folder)
    {
        _path = Path.Combine(folder, FileName);
        using var self = Process.GetCurrentProcess();
        string mine = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}\t{self.Id}\t{self.StartTime.ToUniversalTime().Ticks}\n");
        while (!TryCreate(mine))
        {
            string found = Content();
            if (Holder(found) is { } holder)
                throw new IOException($"The folder {folder} is in use by {holder}: wait for its end, or name another folder with --out.");

            // Only one of several that find the same dead lock can move it away. If it was a new one after all, it goes back.
            string aside = $"{_path}.{Guid.NewGuid():N}";
            if (!TryMove(_path, aside))
                continue;
            if (File.ReadAllText(aside) == found || !TryMove(aside, _path))
                File.Delete(aside);
        }

        // The folder is ours: what killed runs left half written is of no use to anybody.
        AtomicFile.DeleteLeftovers(folder);
        foreach (string left in Directory.GetFiles(folder).Where(IsLeft))
            File.Delete(left);
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What stays is the lock of a process that is about to end.
        }
    }

    // What a process that was killed while it took a folder, or tried it, leaves beside the lock.
    private static bool IsLeft(string path) =>
        Path.GetFileName(path) is var name && (name.StartsWith(FileName + ".", StringComparison.Ordinal) || name.StartsWith(OutputFolder.ProbeName, StringComparison.Ordinal));

    // Who has it, in words; null for a process that is no more.
    private string? Holder(string content)
    {
        string[] parts = content.TrimEnd('\n').Split('\t');
        if (parts.Length != 3 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int id) || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks))
            return null;
        if (parts[0] != Environment.MachineName)
            return $"process {id} of the machine {parts[0]}, of which nothing can be known here (if it is no more, delete {_path})";
        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited || (process.StartTime.ToUniversalTime() - new DateTime(Math.Min(ticks, DateTime.MaxValue.Ticks), DateTimeKind.Utc)).Duration() > Tolerance ? null : $"process {id}";
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Somebody else's, which may not be looked at.
            return $"process {id}";
        }
    }

    private bool TryCreate(string content)
    {
        // Written aside, so that nobody reads a part of it.
        string aside = $"{_path}.{Guid.NewGuid():N}";
        File.WriteAllText(aside, content);
        if (TryMove(aside, _path))
            return true;
        File.Delete(aside);
        return false;
    }

    private string Content()
    {
        try
        {
            return File.ReadAllText(_path);
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }

    private static bool TryMove(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(to) || !File.Exists(from))
        {
            return false;
        }
    }
}
