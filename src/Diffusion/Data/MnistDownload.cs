using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Diffusion.Data;

/// <summary>Downloads files of data sets into memory, and lets none pass that is not the published one.</summary>
internal static class MnistDownload
{
    // The largest file has 26 MB; a server that sends more than this does not send it.
    private const int MaxBytes = 64 << 20, BufferBytes = 1 << 16;

    // How long a server may say nothing before the next one is tried.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>The bytes of NAME.gz from the first mirror that has the published file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="mirrors">Folders, tried in this order.</param>
    /// <param name="report">Told how many bytes have come, and of how many.</param>
    /// <param name="cancellation">Ends the download.</param>
    /// <param name="idx">The content.</param>
    /// <exception cref="IOException">No mirror has it; the message says why for each, and what to do.</exception>
    public static byte[] Fetch(MnistFile file, ImmutableArray<Uri> mirrors, Action<long, long?> report, CancellationToken cancellation, out IdxFile idx)
    {
        using var client = new HttpClient();
        var failures = new List<string>();
        foreach (var mirror in mirrors)
        {
            string folder = mirror.AbsoluteUri;
            var address = new Uri($"{folder}{(folder.EndsWith('/') ? "" : "/")}{file.Name}.gz");
            try
            {
                byte[] bytes = GetAsync(client, address, report, cancellation).GetAwaiter().GetResult();
                idx = Check(bytes, address.AbsoluteUri, file);
                return bytes;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or NotSupportedException)
            {
                failures.Add(e is InvalidDataException ? e.Message : $"{address}: {e.Message}");
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                failures.Add($"{address}: the server said nothing for {Silence.TotalSeconds} seconds.");
            }
        }

        throw new IOException(
            $"{file.Name}.gz could not be downloaded, and nothing of it was kept. {string.Join(" ", failures)} "
            + $"Check the network and try again, name another mirror, or put the four files into a folder and name it (or set {Mnist.FolderVariable} to it).");
    }

    /// <summary>The content of a file, if it is the published one.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public static IdxFile Check(byte[] bytes, string name, MnistFile file)
    {
        string? sum = file.OfArchive ? Convert.ToHexStringLower(SHA256.HashData(bytes)) : null;
        if (sum is not null && sum != file.Sha256)
            throw WrongSum(name, sum, file);
        using var stream = new MemoryStream(bytes);
        var idx = IdxFile.Read(stream, name, file.Rank);
        return sum is not null || idx.Sha256 == file.Sha256 ? idx : throw WrongSum(name, idx.Sha256, file);
    }

    private static InvalidDataException WrongSum(string name, string sum, MnistFile file) => new(
        $"{name}: SHA-256 {(file.OfArchive ? "of the file" : "of the uncompressed bytes")} is {sum}, but that of the published {file.Name} is {file.Sha256}.");

    private static async Task<byte[]> GetAsync(HttpClient client, Uri address, Action<long, long?> report, CancellationToken cancellation)
    {
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        watch.CancelAfter(Silence);
        using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, watch.Token);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"the server answered {(int)response.StatusCode} ({response.ReasonPhrase}).");
        long? total = response.Content.Headers.ContentLength;
        using var content = await response.Content.ReadAsStreamAsync(watch.Token);
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[BufferBytes];
        report(0, total);
        while (true)
        {
            watch.CancelAfter(Silence);
            int read = await content.ReadAsync(buffer, watch.Token);
            if (read == 0)
                break;
            if (bytes.Length + read > MaxBytes)
                throw new InvalidDataException($"{address}: the server sends more than {MaxBytes} bytes, which is not the file that was asked for.");
            bytes.Write(buffer, 0, read);
            report(bytes.Length, total);
        }

        // HttpClient reports an early end where the server announced a length; where it did not, the checks of the content do.
        return bytes.ToArray();
    }
}
