using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Diffusion.Mutation;

/// <summary>How a run of tests ended.</summary>
/// <param name="Noticed">The tests failed, crashed or did not end.</param>
/// <param name="By">The first test that failed, or what else happened.</param>
/// <param name="Seconds">What it took of the processor.</param>
internal sealed record TestResult(bool Noticed, string By, double Seconds);

/// <summary>A copy of the built tests, in which one run at a time can have other libraries.</summary>
internal sealed partial class Lane
{
    /// <summary>What a run says that had nothing to do.</summary>
    public const string NoTest = "no test";

    /// <summary>What a run says that computed for too long.</summary>
    public const string TooLong = "takes too long";

    // A test that holds some gigabytes is the fault's doing, and must not take the machine with it.
    private const string MemoryLimit = "0x180000000";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    // So many polls in a row in which a process computes nothing: it waits for itself. Two minutes, since processes may be frozen for one.
    private const int IdlePolls = 2400;

    private readonly string _folder;
    private readonly string _temporary;
    private readonly Dictionary<string, byte[]> _planted = [];

    /// <summary>Copies what was built.</summary>
    public Lane(string root, string work, string name)
    {
        _folder = Path.Combine(work, name);
        _temporary = Path.Combine(_folder, "tmp");
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        foreach (string project in TestUnit.Projects)
        {
            string from = Path.Combine(root, "tests", project, "bin", "Release", "net10.0");
            foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                string to = Path.Combine(_folder, project, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }
        }
    }

    /// <summary>The classes of tests of a project, with whether they test kernels.</summary>
    public IEnumerable<(string Class, bool Kernels)> Classes(string project)
    {
        using var json = JsonDocument.Parse(Command.Read(_folder, "dotnet", Executable(project), "--list-tests", "json"));
        return [.. json.RootElement.GetProperty("tests").EnumerateArray()
            .Select(test => (Class: $"{test.GetProperty("type").GetProperty("namespace")}.{test.GetProperty("type").GetProperty("typeName")}",
                Kernels: test.TryGetProperty("traits", out var traits) && traits.ToString().Contains("\"Kernels\"", StringComparison.Ordinal)))
            .GroupBy(test => test.Class.Split('<', '(')[0]).Select(tests => (tests.Key, tests.Any(test => test.Kernels)))];
    }

    /// <summary>Puts libraries in the place of those that were built.</summary>
    public void Plant(IReadOnlyDictionary<string, byte[]> assemblies)
    {
        foreach (var (assembly, bytes) in assemblies)
        {
            foreach (string file in Places(assembly))
            {
                _planted.TryAdd(assembly, File.ReadAllBytes(file));
                File.WriteAllBytes(file, bytes);
            }
        }
    }

    /// <summary>Puts the libraries that were built back.</summary>
    public void Restore()
    {
        foreach (var (assembly, bytes) in _planted)
        {
            foreach (string file in Places(assembly))
                File.WriteAllBytes(file, bytes);
        }

        _planted.Clear();
    }

    /// <summary>Runs classes of one project in one environment, until the first test fails.</summary>
    /// <param name="units">The classes.</param>
    /// <param name="limit">The most that the process may compute, in seconds.</param>
    /// <param name="marks">The folder for marks, if the libraries make any.</param>
    public TestResult Run(IReadOnlyList<TestUnit> units, double limit, string? marks = null)
    {
        Directory.CreateDirectory(_temporary);
        string settings = Path.Combine(_folder, "tests.runsettings");
        string where = string.Join(" or ", units.Select(unit => $"class =~ '^{unit.Class}(`|$)'"));
        File.WriteAllText(settings, $"<RunSettings><NUnit><StopOnError>true</StopOnError><Where>{where}</Where></NUnit></RunSettings>");
        var start = new ProcessStartInfo("dotnet", [Executable(units[0].Project), "--settings", settings, "--progress", "off", "--no-ansi"])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = MemoryLimit;
        start.Environment["TMPDIR"] = _temporary;
        start.Environment[Marks.Folder] = marks;
        if (units[0].Environment.Split('=') is [var name, var value])
            start.Environment[name] = value;
        try
        {
            return Watch(start, limit);
        }
        finally
        {
            Directory.Delete(_temporary, recursive: true);
        }
    }

    /// <summary>Does work in all lanes at once; the first failure is thrown when all have ended.</summary>
    public static void Each(IReadOnlyList<Lane> lanes, Action<Lane> work) => Task.WhenAll(lanes.Select(lane => Task.Run(() => work(lane)))).GetAwaiter().GetResult();

    /// <summary>What the last run of tests wrote.</summary>
    public string Log => Path.Combine(_folder, "output.txt");

    private TestResult Watch(ProcessStartInfo start, double limit)
    {
        var output = new StringBuilder();
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (output)
                output.Append(line.Data).Append('\n');
        }

        using var process = Process.Start(start)!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        double seconds = 0;
        string? stopped = null;
        for (int idle = 0; stopped is null && !process.WaitForExit(Poll);)
        {
            double before = seconds;
            seconds = Computed(process) ?? seconds;
            idle = seconds > before ? 0 : idle + 1;
            stopped = seconds > limit ? TooLong : idle > IdlePolls ? "waits for itself" : null;
        }

        if (stopped is not null)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        string text = output.ToString();
        File.WriteAllText(Log, text);
        return new TestResult(
            process.ExitCode != 0, stopped ?? (Failed().Match(text) is { Success: true } failed ? failed.Groups[1].Value : process.ExitCode == 8 ? NoTest : $"exit code {process.ExitCode}"), seconds);
    }

    // Null for a process that has just ended.
    private static double? Computed(Process process)
    {
        try
        {
            return process.TotalProcessorTime.TotalSeconds;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private string Executable(string project) => Path.Combine(_folder, project, $"Diffusion.{project}.dll".Replace("Diffusion.Diffusion.", "Diffusion.", StringComparison.Ordinal));

    private IEnumerable<string> Places(string assembly) => TestUnit.Projects.Select(project => Path.Combine(_folder, project, assembly + ".dll")).Where(File.Exists);

    [GeneratedRegex(@"^failed (.+?) \(\d", RegexOptions.Multiline)]
    private static partial Regex Failed();
}
