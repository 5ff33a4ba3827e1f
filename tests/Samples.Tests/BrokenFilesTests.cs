using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>
/// Every reader against files that were broken at random: it reads them or refuses them with the exception that it documents, takes no
/// more memory than a small multiple of the file, and comes to an end. DIFFUSION_FUZZ is the number of files, DIFFUSION_FUZZ_FIRST the
/// first of them: a failure names its number, and with both that one file is made again.
/// </summary>
public sealed class BrokenFilesTests
{
    private const int Standard = 3000, MostFailures = 20, Portion = 500;

    // Far beyond what any of these takes on a busy machine: an endless loop, and what grows with the square of something.
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(30);

    private readonly ConcurrentBag<(TemporaryFolder Folder, IReadOnlyList<FileReader> Readers)> _sets = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private int _refused;

    [OneTimeTearDown]
    public void Dispose()
    {
        foreach (var (folder, _) in _sets)
            folder.Dispose();
    }

    [Test]
    public void Good_files_are_read()
    {
        var set = Take();
        foreach (var reader in set.Readers)
        {
            File.WriteAllBytes(set.Folder[reader.File], reader.Good);
            Assert.DoesNotThrow(() => reader.Read(set.Folder[reader.File]), reader.File);
        }

        _sets.Add(set);
    }

    [Test]
    public void Broken_files_are_read_or_refused()
    {
        int first = Setting("DIFFUSION_FUZZ_FIRST", 0), count = Setting("DIFFUSION_FUZZ", Standard);
        (_refused, long start) = (0, Stopwatch.GetTimestamp());
        _failures.Clear();
        var portions = Enumerable.Range(0, (count + Portion - 1) / Portion);
        _ = Parallel.ForEach(Partitioner.Create(portions, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, portion =>
        {
            // What a reader needs beside its file is its thread's alone.
            var set = Take();
            for (int number = portion * Portion; number < Math.Min(count, (portion + 1) * Portion) && _failures.Count < MostFailures; number++)
                Try(set.Folder, set.Readers, first + number);
            _sets.Add(set);
        });

        TestContext.Out.WriteLine($"{count} files from number {first}: {_refused} refused, {_failures.Count} findings, the others read; {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s.");
        Assert.That(_failures, Is.Empty);
        if (count >= Standard)
            Assert.That(_refused, Is.InRange(count / 4, count - 1), "Broken files that are all refused, or all read, test nothing.");
    }

    private void Try(TemporaryFolder folder, IReadOnlyList<FileReader> readers, int number)
    {
        var random = new Random(number);
        var reader = readers[number % readers.Count];
        byte[] broken = new BrokenFile(random).Of(reader.Good, readers[random.Next(readers.Count)].Good, reader.Header, reader.IsText);
        string path = folder[reader.File];
        File.WriteAllBytes(path, broken);
        long start = Stopwatch.GetTimestamp(), bytes = GC.GetAllocatedBytesForCurrentThread();
        string name = $"file {number} of {reader.File} ({broken.Length} bytes)";
        try
        {
            reader.Read(path);
        }
        catch (InvalidDataException e)
        {
            _ = Interlocked.Increment(ref _refused);
            if (e.Message.Length > 4000 + broken.Length)
                _failures.Enqueue($"{name}: a message of {e.Message.Length} characters");
        }
        catch (Exception e)
        {
            _failures.Enqueue($"{name}: {string.Join(' ', e.ToString().Split('\n').Take(6))}");
        }

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        if (bytes > reader.Most + (reader.Multiple * (long)broken.Length))
            _failures.Enqueue($"{name} took {bytes} bytes of memory");
        if (Stopwatch.GetElapsedTime(start) > MostTime)
            _failures.Enqueue($"{name} took {Stopwatch.GetElapsedTime(start)}");
    }

    private (TemporaryFolder Folder, IReadOnlyList<FileReader> Readers) Take()
    {
        if (_sets.TryTake(out var set))
            return set;
        var folder = TemporaryFolder.InMemory();
        return (folder, FileReader.All(folder));
    }

    private static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : standard;
}
