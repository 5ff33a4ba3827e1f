using System.Globalization;
using Diffusion.Terminal;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Two runs in one folder: the second is refused, and told who has it.</summary>
public sealed class FolderLockTests
{
    private readonly TemporaryFolder _folder = new();

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void A_second_run_is_refused_and_changes_nothing()
    {
        string run = Made("held");
        using (new FolderLock(run))
        {
            string before = File.ReadAllText(Path.Combine(run, ".running"));
            var result = CommandLineProgram.Run(_folder[""], ["train", .. CommandLineProgram.Tiny, "--out", run]);
            Assert.That(result.Code, Is.EqualTo(1));
            Assert.That(result.Error, Does.Contain($"The folder {run} is in use by process {Environment.ProcessId}: wait for its end, or name another folder with --out."));
            Assert.That(Directory.GetFiles(run).Select(Path.GetFileName), Is.EqualTo(new[] { ".running" }));
            Assert.That(File.ReadAllText(Path.Combine(run, ".running")), Is.EqualTo(before));
        }

        Assert.That(Directory.GetFiles(run), Is.Empty);
        new FolderLock(run).Dispose();
    }

    [Test]
    public void What_a_dead_process_left_is_no_lock()
    {
        using var dead = CommandLineProgram.Start(_folder[""], "--version");
        string start = string.Create(CultureInfo.InvariantCulture, $"{dead.StartTime.ToUniversalTime().Ticks}");
        _ = CommandLineProgram.End(dead);
        string run = Made("dead"), file = Path.Combine(run, ".running");
        foreach (string left in (string[])[$"{Environment.MachineName}\t{dead.Id}\t{start}\n", $"{Environment.MachineName}\t{Environment.ProcessId}\t1\n", "", "no lock", "a\tb\tc"])
        {
            // A process that has the number of the dead one, but began at another time, is another one.
            File.WriteAllText(file, left);
            using (new FolderLock(run))
                Assert.That(File.ReadAllText(file), Does.StartWith($"{Environment.MachineName}\t{Environment.ProcessId}\t").And.Not.EqualTo(left));
            Assert.That(Directory.GetFiles(run), Is.Empty);
        }
    }

    [Test]
    public void One_of_many_takes_over_a_dead_lock()
    {
        string run = Made("many");
        File.WriteAllText(Path.Combine(run, ".running"), "dead");
        using var ready = new Barrier(8);
        int held = 0, refused = 0;
        var threads = Enumerable.Range(0, 8).Select(i => new Thread(() =>
        {
            ready.SignalAndWait();
            try
            {
                var taken = new FolderLock(run);
                GC.KeepAlive(taken);
                _ = Interlocked.Increment(ref held);
            }
            catch (IOException)
            {
                _ = Interlocked.Increment(ref refused);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.That((held, refused), Is.EqualTo((1, 7)));
    }

    [Test]
    public void Another_machine_is_named()
    {
        string run = Made("other");
        File.WriteAllText(Path.Combine(run, ".running"), "elsewhere\t1\t1\n");
        Assert.That(() => new FolderLock(run), Throws.TypeOf<IOException>().With.Message.Contains("process 1 of the machine elsewhere").And.Message.Contains("delete"));
    }

    [Test]
    public void What_killed_runs_left_half_written_goes_and_what_is_being_written_stays()
    {
        string run = Made("left"), mine = Path.Combine(run, $".model.safetensors.{Guid.NewGuid():N}.tmp");
        string[] left = [$".history.csv.{Guid.NewGuid():N}.tmp", $".running.{Guid.NewGuid():N}", ".write-test-1"], others = [".hidden.tmp", "notes.tmp", "model.safetensors"];
        foreach (string name in left.Concat(others))
            File.WriteAllText(Path.Combine(run, name), "half");
        using (var writing = new FileStream(mine, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        using (new FolderLock(run))
            Assert.That(Directory.GetFiles(run).Select(Path.GetFileName), Is.EquivalentTo(others.Append(Path.GetFileName(mine)).Append(".running")));
    }

    private string Made(string name) => Directory.CreateDirectory(_folder[name]).FullName;
}
