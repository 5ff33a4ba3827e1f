using NUnit.Framework;

namespace Diffusion.Samples.Tests.Faults;

/// <summary>A training that ends: killed at each of the system calls that write its files, and each of them failing.</summary>
[Explicit(Faults.Why)]
[Category(Faults.Name)]
public sealed class SystemCallFaultTests
{
    private readonly FaultyRun _run = FaultyRun.Short();
    private List<SystemCall> _calls = [];

    [OneTimeSetUp]
    public void List_the_calls()
    {
        Strace.Require();
        string folder = _run.Copy();
        _calls = Strace.List(folder, "/.history-T5.csv.", _run.Command(folder));
        Assert.That(_calls.Count(call => call.Name.StartsWith("rename", StringComparison.Ordinal)), Is.EqualTo(6), "history, checkpoint, the one before it, the new one in its place, model, configuration");
        Directory.Delete(folder, recursive: true);
    }

    [OneTimeTearDown]
    public void Dispose() => _run.Dispose();

    [Test]
    public void Killed_before_any_call_nothing_is_lost() => FaultyRun.Inject("SIGKILL at system calls", _calls, call =>
    {
        string folder = _run.Copy();
        var result = Strace.Inject($"{call.Name}:signal=SIGKILL:when={call.Number}", _run.Command(folder));
        return result.Code == 137 ? _run.Damage(folder) : $"exit code {result.Code}: {result.Error}";
    });

    [Test]
    public void A_disk_that_is_full_from_any_write_on_is_named()
    {
        var writes = _calls.Where(call => call.Name == "pwrite64" || (call.Name == "openat" && call.Creates)).ToList();
        FaultyRun.Inject("full disk at writes", writes, call => Fails($"{call.Name}:error=ENOSPC:when={call.Number}{(call.Name == "openat" ? "" : "+")}", "No space left on device"));
    }

    [Test]
    public void A_call_that_fails_is_named()
    {
        (string Call, string Error, string Message)[] kinds = [("pwrite64", "EIO", "Input/output error"), ("rename", "EACCES", "denied"), ("renameat2", "EACCES", "denied"), ("unlink", "EACCES", "denied")];
        var failures = kinds.SelectMany(kind => _calls.Where(call => call.Name == kind.Call && !call.Text.Contains(".running", StringComparison.Ordinal)).Select(call => (call, kind.Error, kind.Message))).ToList();
        FaultyRun.Inject("failing calls", failures, failure => Fails($"{failure.call.Name}:error={failure.Error}:when={failure.call.Number}", failure.Message));
    }

    // The message has the cause and the file.
    private string? Fails(string inject, string message)
    {
        string folder = _run.Copy();
        var result = Strace.Inject(inject, _run.Command(folder));
        string[] left = Directory.GetFiles(folder, ".*.tmp");
        return FaultyRun.Refusal(result, 1, message, folder) ?? (left.Length > 0 ? $"half a file was left: {left[0]}" : null) ?? _run.Damage(folder);
    }
}
