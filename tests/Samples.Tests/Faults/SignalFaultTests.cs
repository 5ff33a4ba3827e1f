using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace Diffusion.Samples.Tests.Faults;

/// <summary>A training that is met while it runs: by a signal, the end of its terminal or of its output, a second run, or the loss of its folder.</summary>
[Explicit(Faults.Why)]
[Category(Faults.Name)]
public sealed class SignalFaultTests
{
    // Far more than anything here takes; a fault that never ends a run is a failure and no endless wait.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] Standard = ["/bin/sh", "-c"];

    // A shell that starts something in the background has it pass over Ctrl-C, and so do its children; a user's shell does not.
    private static readonly string[] HeedingSignals = ["env", "--default-signal=INT,TERM,HUP"];

    private readonly FaultyRun _run = FaultyRun.Long();

    [OneTimeTearDown]
    public void Dispose() => _run.Dispose();

    [Test]
    public void A_signal_ends_it_with_a_checkpoint()
    {
        RequireSignals();
        FaultyRun.Inject("signals", ["INT", "TERM", "HUP"], signal =>
        {
            string folder = _run.Copy();
            using var process = CommandLineProgram.StartUnder(HeedingSignals, _run.Command(folder));
            Send(signal, WaitForLock(folder));
            return Stopped(CommandLineProgram.End(process), folder);
        });
    }

    [Test]
    public void Ctrl_C_twice_ends_it_at_once_and_nothing_is_lost()
    {
        // The first file that the stopped run writes takes seconds: meanwhile comes the second signal.
        Strace.Require();
        RequireSignals();
        FaultyRun.Inject("Ctrl-C twice", ["while a file is written"], _ =>
        {
            string folder = _run.Copy();
            using var process = CommandLineProgram.StartUnder([.. HeedingSignals, "strace", "-f", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", "inject=pwrite64:delay_enter=10s:when=2+"], _run.Command(folder));
            int id = WaitForLock(folder);
            Send("INT", id);
            WaitFor(() => Directory.GetFiles(folder, ".history*.tmp").Length > 0);
            Send("INT", id);
            var result = CommandLineProgram.End(process);
            return result.Code != 130 || result.Error.Contains("Stopped", StringComparison.Ordinal) ? $"exit code {result.Code}, '{result.Error}'"
                : Directory.GetFiles(folder, ".history*.tmp").Length == 0 ? "it was not ended at once" : _run.Damage(folder, least: 0);
        });
    }

    [Test]
    public void A_terminal_that_is_closed_ends_it_with_a_checkpoint()
    {
        if (CommandLineProgram.RunAny("/bin/sh", "-c", "command -v script").Code != 0)
            Assert.Ignore("The program 'script', which makes a terminal, is needed.");
        FaultyRun.Inject("closed terminal", ["SIGKILL to what shows it"], _ =>
        {
            string folder = _run.Copy();
            using var process = CommandLineProgram.StartUnder([.. Standard, "exec script -qec \"exec $*\" /dev/null", "sh"], _run.Command(folder));
            int id = WaitForLock(folder);
            process.Kill();
            WaitFor(() => !IsRunning(id));
            return File.Exists(Path.Combine(folder, "checkpoint-T5.safetensors")) ? _run.Damage(folder, least: 0) : "there is no checkpoint";
        });
    }

    [Test]
    public void Output_that_cannot_be_written_stops_nothing() => FaultyRun.Inject("lost output", [(">/dev/full", "No space left on device"), (">&-", "Standard output cannot be written to"), ("", "")], lost =>
    {
        string folder = _run.Copy();
        using var process = CommandLineProgram.StartUnder([.. Standard, $"exec \"$@\" {lost.Item1}", "sh"], _run.Command(folder));
        if (lost.Item1.Length > 0)
            return FaultyRun.Refusal(CommandLineProgram.End(process), 1, lost.Item2) ?? _run.Damage(folder, least: 1500);

        // A pipe of which nobody reads the other end: as `| head` does, and no fault of the run.
        process.StandardOutput.Close();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 && error.Length == 0 ? _run.Damage(folder, least: 1500) : $"exit code {process.ExitCode}, {error}";
    });

    [Test]
    public void A_message_that_nobody_can_read_leaves_the_exit_code() => FaultyRun.Inject("lost messages", ["2>/dev/full", "2>&-"], lost =>
    {
        using var process = CommandLineProgram.StartUnder([.. Standard, $"exec \"$@\" {lost}", "sh"], "train", "--no-such-option");
        int code = CommandLineProgram.End(process).Code;
        return code == 2 ? null : $"exit code {code}";
    });

    [Test]
    public void Of_two_runs_in_one_folder_one_is_refused() => FaultyRun.Inject("two runs", [false, true], atOnce =>
    {
        string folder = _run.Copy();
        using var first = CommandLineProgram.Start(folder, _run.Command(folder));
        int? id = atOnce ? null : WaitForLock(folder);
        using var second = CommandLineProgram.Start(folder, _run.Command(folder));
        CommandLineResult[] ends = [CommandLineProgram.End(first), CommandLineProgram.End(second)];
        int refused = Array.FindIndex(ends, end => end.Code != 0), holder = (refused == 0 ? second : first).Id;
        return refused < 0 ? "both went on" : id is not null && refused == 0 ? "the first was refused"
            : FaultyRun.Refusal(ends[refused], 1, $"in use by process {holder}") ?? (ends[1 - refused].Code == 0 ? _run.Damage(folder, least: 1500) : ends[1 - refused].Error);
    });

    [Test]
    public void A_folder_that_disappears_is_named() => FaultyRun.Inject("folder gone", ["while the run goes on"], _ =>
    {
        string folder = _run.Copy();
        using var process = CommandLineProgram.Start(".", _run.Command(folder));
        int id = WaitForLock(folder);
        Directory.Delete(folder, recursive: true);
        Send("INT", id);
        return FaultyRun.Refusal(CommandLineProgram.End(process), 1, folder, "Could not find");
    });

    private string? Stopped(CommandLineResult result, string folder) =>
        FaultyRun.Refusal(result, 130, "Stopped.") ?? (result.Output.Contains("--resume' with the same options continues from", StringComparison.Ordinal) ? null : $"it does not say how to go on: {result.Output}")
        ?? (File.Exists(Path.Combine(folder, "checkpoint-T5.safetensors")) ? _run.Damage(folder, least: 0) : "there is no checkpoint");

    private static void Send(string signal, int process) => Assert.That(CommandLineProgram.RunAny("/bin/sh", "-c", $"kill -{signal} {process}").Code, Is.Zero);

    // The lock names the process, also where another program has started it.
    private static int WaitForLock(string folder)
    {
        string path = Path.Combine(folder, ".running");
        WaitFor(() => File.Exists(path));
        return int.Parse(File.ReadAllText(path).Split('\t')[1], CultureInfo.InvariantCulture);
    }

    private static void WaitFor(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Patience));
            Thread.Sleep(2);
        }
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void RequireSignals()
    {
        if (CommandLineProgram.RunAny("/bin/sh", "-c", $"{string.Join(' ', HeedingSignals)} true").Code != 0)
            Assert.Ignore("An 'env' that knows --default-signal is needed (GNU coreutils 8.31).");
    }
}
