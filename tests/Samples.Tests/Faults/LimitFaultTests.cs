using NUnit.Framework;

namespace Diffusion.Samples.Tests.Faults;

/// <summary>What there is too little of: memory, and room on a small disk; and files that are gone or cannot be read.</summary>
[Explicit(Faults.Why)]
[Category(Faults.Name)]
public sealed class LimitFaultTests
{
    private const long Memory = 300 << 20;

    private static readonly string[] Large = ["train", "--iterations", "30", "--batch", "1000000", "--steps-max", "5", "--width", "256", "--out"];

    private readonly FaultyRun _run = FaultyRun.Short();

    [OneTimeTearDown]
    public void Dispose() => _run.Dispose();

    [Test]
    public void Memory_that_cannot_hold_the_batch_is_named() => FaultyRun.Inject("limited heap", ["DOTNET_GCHeapHardLimit"], limit =>
        OutOfMemory(["/usr/bin/env", $"{limit}=0x{Memory:X}"]));

    [Test]
    public void Memory_of_a_control_group_that_cannot_hold_the_batch_is_named()
    {
        const string Root = "/sys/fs/cgroup";
        bool second = File.Exists($"{Root}/cgroup.controllers");
        string group = second ? $"{Root}/diffusion-faults-{Environment.ProcessId}" : $"{Root}/memory/diffusion-faults-{Environment.ProcessId}";
        try
        {
            _ = Directory.CreateDirectory(group);
            File.WriteAllText(Path.Combine(group, second ? "memory.max" : "memory.limit_in_bytes"), $"{Memory}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Assert.Ignore($"A control group with a limit of memory cannot be made: {e.Message}");
        }

        try
        {
            FaultyRun.Inject("control group", ["memory"], _ => OutOfMemory(["/bin/sh", "-c", $"echo $$ >{group}/cgroup.procs && exec \"$@\"", "sh"]));
        }
        finally
        {
            Directory.Delete(group);
        }
    }

    [Test]
    public void A_disk_with_little_room_is_named()
    {
        string[] alone = ["unshare", "--mount", "--map-root-user"];
        if (CommandLineProgram.RunAny("/bin/sh", "-c", $"{string.Join(' ', alone)} mount -t tmpfs none /mnt").Code != 0)
            Assert.Ignore("A small disk cannot be made: unshare or mount is refused.");

        // The disk is there for the program alone; what is left on it is copied out again. The checkpoint takes 480 kB; when it is there, the oldest one goes, and all else fits.
        const string Script = "folder=$1; shift; size=$1; shift; out=$folder.out; mkdir $out && cp -a $folder/. $out && mount -t tmpfs -o size=$size none $folder && cp -a $out/. $folder || exit 99; "
            + "\"$@\"; code=$?; rm -r $out && cp -a $folder $out && exit $code";
        long[] room = [0, 4, 8, 64, 128, 256, 300, 470];
        FaultyRun.Inject("small disk", room, kilobytes =>
        {
            string folder = _run.Copy();
            long there = Directory.GetFiles(folder).Sum(file => (new FileInfo(file).Length + 4095) / 4096 * 4096);
            using var process = CommandLineProgram.StartUnder([.. alone, "/bin/sh", "-c", Script, "sh", folder, $"{there + (kilobytes << 10)}"], _run.Command(folder));
            var result = CommandLineProgram.End(process);
            Directory.Delete(folder, recursive: true);
            return FaultyRun.Refusal(result, 1, "No space left on device", folder) ?? _run.Damage(folder + ".out");
        });
    }

    [Test]
    public void A_checkpoint_that_is_gone_or_spoilt_is_named_and_the_one_before_it_taken()
    {
        (string Name, Action<string> Spoil, string Said)[] faults =
        [
            ("gone", File.Delete, "is not there"),
            ("empty", path => File.WriteAllBytes(path, []), "checkpoint-T5.safetensors"),
            ("cut", path => File.WriteAllBytes(path, File.ReadAllBytes(path)[..5000]), "checkpoint-T5.safetensors"),
            ("a bit turned", path => Change(path, bytes => bytes[^4000] ^= 1), "SHA-256"),
        ];
        FaultyRun.Inject("spoilt checkpoints", faults, fault =>
        {
            string folder = _run.Copy();
            fault.Spoil(Path.Combine(folder, "checkpoint-T5.safetensors"));
            var result = CommandLineProgram.Run(folder, [.. _run.Command(folder), .. fault.Name == "gone" ? (string[])["--resume"] : []]);
            return result.Code != 0 ? result.Error : !result.Output.Contains(fault.Said, StringComparison.Ordinal) || !result.Output.Contains($"continuing after step {FaultyRun.First}", StringComparison.Ordinal) ? result.Output : _run.Damage(folder, least: 30);
        });
    }

    [Test]
    public void A_checkpoint_that_cannot_be_opened_is_named_and_the_one_before_it_taken()
    {
        Strace.Require();
        string path = "checkpoint-T5.safetensors";
        FaultyRun.Inject("opening that fails", ["openat:error=ENOENT", "openat:error=EIO"], fault =>
        {
            string folder = _run.Copy();
            var result = Strace.Inject($"{fault}:when=1+", _run.Command(folder), Path.Combine(folder, path));
            return result.Code != 0 ? result.Error : !result.Output.Contains($"continuing after step {FaultyRun.First}", StringComparison.Ordinal) ? result.Output : _run.Damage(folder, least: 30);
        });
    }

    [Test]
    public void Data_that_are_gone_are_named() => FaultyRun.Inject("data gone", ["--data", "--mixture", "--config"], option =>
    {
        string folder = _run.Copy();
        return FaultyRun.Refusal(CommandLineProgram.Run(folder, [.. _run.Command(folder), option, "gone.csv"]), 2, "gone.csv") ?? _run.Damage(folder);
    });

    private string? OutOfMemory(string[] limited)
    {
        string folder = _run.Copy();
        using var process = CommandLineProgram.StartUnder(limited, [.. Large, folder]);
        return FaultyRun.Refusal(CommandLineProgram.End(process), 1, "not enough memory", "smaller batches") ?? _run.Damage(folder);
    }

    private static void Change(string path, Action<byte[]> change)
    {
        byte[] bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }
}
