using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Diffusion.Samples.Tests.Faults;

/// <summary>A system call of a program: the how many-th of its name on its thread it is, and what was traced of it.</summary>
internal sealed record SystemCall(string Name, int Number, string Text)
{
    /// <summary>Whether it makes a file.</summary>
    public bool Creates => Text.Contains("O_CREAT", StringComparison.Ordinal);

    public override string ToString() => $"{Name} number {Number} ({Regex.Replace(Text, "\"\\\\.*?\"\\.*", "...")})";
}

/// <summary>Runs programs under strace, which lists their system calls, and lets one of them fail or be the last.</summary>
internal static partial class Strace
{
    // What is not there on a processor is passed over.
    private const string Calls = "?open,openat,?creat,pwrite64,pwritev,?rename,?renameat,?renameat2,?unlink,unlinkat,ftruncate,fallocate,?link,linkat,flock,lseek,close";

    private static readonly Lazy<string?> Missing = new(Probe);

    /// <summary>Ignores the test where there is no strace, or it may not be used.</summary>
    public static void Require()
    {
        if (Missing.Value is { } why)
            Assert.Ignore($"strace is needed: {why}");
    }

    /// <summary>The calls of the main thread, in order, that concern files of a folder, from the first that makes one with a name.</summary>
    public static List<SystemCall> List(string folder, string made, string[] command)
    {
        string log = Path.GetTempFileName();
        try
        {
            var result = Run(["-o", log, "-y"], command);
            Assert.That(result.Code, Is.Zero, result.Error);
            var numbers = new Dictionary<string, int>();
            var calls = new List<SystemCall>();
            string? thread = null;
            foreach (var match in File.ReadLines(log).Select(line => Line().Match(line)).Where(match => match.Success))
            {
                // The main thread is the first one.
                thread ??= match.Groups["thread"].Value;
                if (match.Groups["thread"].Value != thread)
                    continue;
                string name = match.Groups["name"].Value, text = match.Value;
                int number = numbers[name] = numbers.GetValueOrDefault(name) + 1;
                if (text.Contains(folder, StringComparison.Ordinal) && (calls.Count > 0 || text.Contains(made, StringComparison.Ordinal)))
                    calls.Add(new(name, number, text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..].Trim().Replace(folder, "", StringComparison.Ordinal)));
            }

            return calls;
        }
        finally
        {
            File.Delete(log);
        }
    }

    /// <summary>Runs a program of which a call is tampered with, as strace's <c>inject</c> says.</summary>
    /// <param name="inject">Such as <c>fsync:error=EIO:when=2</c>.</param>
    /// <param name="command">The command line of the two-pixel study.</param>
    /// <param name="path">The file that the call must concern; null for any.</param>
    public static CommandLineResult Inject(string inject, string[] command, string? path = null) =>
        Run(["-o", "/dev/null", .. path is null ? (string[])[] : ["-P", path, "-e", $"trace={Calls},read,pread64,preadv"], "-e", $"inject={inject}"], command);

    private static CommandLineResult Run(string[] options, string[] command)
    {
        using var process = CommandLineProgram.StartUnder(["strace", "-f", "-e", $"trace={Calls}", .. options], command);
        return CommandLineProgram.End(process);
    }

    private static string? Probe()
    {
        try
        {
            var result = CommandLineProgram.RunAny("strace", "-f", "-o", "/dev/null", "-e", $"trace={Calls}", "true");
            return result.Code == 0 ? null : result.Error.Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message;
        }
    }

    [GeneratedRegex(@"^(?<thread>[0-9]+) +(?<name>[a-z0-9]+)\(.*")]
    private static partial Regex Line();
}
