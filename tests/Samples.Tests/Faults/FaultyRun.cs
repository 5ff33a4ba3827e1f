using System.Globalization;
using System.Text.RegularExpressions;
using Diffusion.Models;
using Diffusion.Terminal;
using Diffusion.TwoPixel;
using Diffusion.TwoPixel.CommandLine;
using Diffusion.TwoPixel.Study;
using NUnit.Framework;

namespace Diffusion.Samples.Tests.Faults;

/// <summary>
/// A run of the two-pixel study that was stopped twice, and the files of the same run undisturbed. A test lets a fault come over a copy of the
/// first, and looks whether everything is still there.
/// </summary>
internal sealed partial class FaultyRun : IDisposable
{
    /// <summary>Where the run was stopped.</summary>
    public const int First = 10, Second = 20;

    private static readonly string[] Compared = ["model-T5.safetensors", "checkpoint-T5.safetensors", "history-T5.csv", "config.json"];

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _options;
    private int _copies;

    /// <param name="options">The options of the training.</param>
    /// <param name="stopped">Whether it has been stopped twice; else nothing is there before.</param>
    public FaultyRun(string[] options, bool stopped = true)
    {
        _options = options;
        _ = Directory.CreateDirectory(Before);
        if (stopped)
        {
            Assert.That(() => Train(Before, stopAt: First), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(() => Train(Before, stopAt: Second, "--resume"), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(File.Exists(Path.Combine(Before, "checkpoint-T5.safetensors.previous")));
        }

        _ = Train(Undisturbed);
        Assert.That(Names(Undisturbed), Is.EquivalentTo(Compared));
    }

    /// <summary>A study that takes no time.</summary>
    public static FaultyRun Short() => new(CommandLineProgram.Tiny);

    /// <summary>A study that takes a second or two, so that it can be met while it runs; nothing is there before.</summary>
    public static FaultyRun Long() => new(["--iterations", "1500", "--batch", "64", "--steps-max", "5", "--width", "32"], stopped: false);

    private string Before => _folder["before"];

    private string Undisturbed => _folder["undisturbed"];

    /// <summary>The command that goes on with the training in a folder, or begins it.</summary>
    public string[] Command(string folder) => ["train", .. _options, .. File.Exists(Path.Combine(folder, "checkpoint-T5.safetensors")) ? (string[])["--resume"] : [], "--out", folder];

    /// <summary>A folder with what was there before.</summary>
    public string Copy()
    {
        string copy = _folder[$"copy{Interlocked.Increment(ref _copies)}"];
        _ = Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(Before))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    /// <summary>What a fault has lost or spoilt in a folder: null where everything loads, goes on, and ends with the bytes of the run that was not disturbed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="least">The step from which the run must be able to go on.</param>
    public string? Damage(string folder, int least = Second)
    {
        try
        {
            // Before anything is mended: what stands under its own name is whole.
            var study = new StudyFolder(folder);
            if (File.Exists(study.History(5)))
                _ = TrainingHistory.Load(study.History(5));
            if (File.Exists(study.Model(5)))
                _ = ModelFile.Load<float>(study.Model(5));
            if (File.Exists(study.Configuration))
                _ = RunConfiguration.Load(study.Configuration);
            bool resumes = CheckpointFile.Exists(study.Checkpoint(5));
            if (!resumes && least > 0)
                return "there is no checkpoint any more";

            var reporter = Train(folder, options: resumes ? ["--resume"] : []);
            int from = resumes ? int.Parse(Continuing().Match(string.Join('\n', reporter.Lines)).Groups[1].Value, CultureInfo.InvariantCulture) : 0;
            if (from < least)
                return $"it goes on after step {from}, but step {least} was there";
            foreach (string file in Compared)
            {
                if (!File.ReadAllBytes(Path.Combine(folder, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Undisturbed, file))))
                    return $"{file} has other bytes than that of the run that was not disturbed";
            }

            return Names(folder).Except(Compared).ToList() is { Count: > 0 } left ? $"left behind: {string.Join(", ", left)}" : null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UsageException or InvalidOperationException or ArgumentException or FormatException)
        {
            return e.Message;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What is wrong with how a program ended, if anything: it must be one line that tells the cause.</summary>
    public static string? Refusal(CommandLineResult result, int code, params string[] named)
    {
        string error = result.Error.TrimEnd('\n');
        return result.Code != code ? $"exit code {result.Code} in place of {code}: {error}"
            : error.Contains('\n', StringComparison.Ordinal) || error.Length == 0 ? $"not one line: '{error}'"
            : named.FirstOrDefault(part => !error.Contains(part, StringComparison.Ordinal)) is { } missing ? $"no '{missing}' in '{error}'" : null;
    }

    /// <summary>Injects faults, on as many threads as there are processors; each tells what is wrong, or null.</summary>
    public static void Inject<TFault>(string what, IReadOnlyCollection<TFault> faults, Func<TFault, string?> inject)
    {
        var wrong = new System.Collections.Concurrent.ConcurrentQueue<string>();
        _ = Parallel.ForEach(faults, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, fault =>
        {
            if (inject(fault) is { } damage)
                wrong.Enqueue($"{fault}: {damage}");
        });
        TestContext.Out.WriteLine($"{what}: {faults.Count} faults injected, {faults.Count - wrong.Count} survived.");
        Assert.That(faults, Is.Not.Empty);
        Assert.That(wrong, Is.Empty);
    }

    public void Dispose() => _folder.Dispose();

    // In this process: the same commands, without the second that a process takes to begin.
    private CommandLineReporter Train(string folder, int stopAt = 0, params string[] options)
    {
        using var stop = new CancellationTokenSource();
        var reporter = new CommandLineReporter(progress =>
        {
            if (progress.Step == stopAt)
                stop.Cancel();
        });
        Assert.That(new Commands(reporter, stop.Token).Build().Parse(["train", .. _options, .. options, "--out", folder]).Invoke(new() { EnableDefaultExceptionHandler = false }), Is.Zero);
        return reporter;
    }

    private static IEnumerable<string> Names(string folder) => Directory.GetFiles(folder).Select(path => Path.GetFileName(path)!);

    [GeneratedRegex("continuing after step ([0-9]+)")]
    private static partial Regex Continuing();
}
