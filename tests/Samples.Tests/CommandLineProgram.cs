using System.Diagnostics;
using System.Runtime.InteropServices;
using Diffusion.TwoPixel.CommandLine;

namespace Diffusion.Samples.Tests;

/// <summary>What the program said and how it ended.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CommandLineResult(int Code, string Output, string Error);

/// <summary>The program of the two-pixel study in a process of its own, as a user starts it.</summary>
internal static class CommandLineProgram
{
    /// <summary>The options of a study that takes no time: one small network, few steps.</summary>
    public static readonly string[] Tiny = ["--iterations", "30", "--batch", "32", "--steps-max", "5", "--width", "32"];

    // The runtime that runs the tests runs the program.
    private static readonly string Host = Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>The program of the digits.</summary>
    public static readonly string Digits = typeof(Diffusion.Digits.DigitsPreset).Assembly.Location;

    /// <summary>The program of one's own pictures.</summary>
    public static readonly string Images = typeof(Diffusion.Images.PicturesPreset).Assembly.Location;

    /// <summary>Starts the program; arguments and results are relative to <paramref name="folder"/>.</summary>
    public static Process Start(string folder, params IEnumerable<string> arguments) => StartProgram(typeof(Commands).Assembly.Location, folder, arguments);

    /// <summary>Starts another program.</summary>
    public static Process StartProgram(string program, string folder, params IEnumerable<string> arguments) => StartAny(folder, Host, [program, .. arguments]);

    /// <summary>Starts the program by another one, which takes the command to run as its last arguments.</summary>
    public static Process StartUnder(IReadOnlyList<string> other, params IEnumerable<string> arguments) =>
        StartAny(".", other[0], [.. other.Skip(1), Host, typeof(Commands).Assembly.Location, .. arguments]);

    /// <summary>Starts anything.</summary>
    public static Process StartAny(string folder, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _ = start.Environment.Remove("DIFFUSION_THREADS");
        return Process.Start(start)!;
    }

    /// <summary>Runs the program to its end.</summary>
    public static CommandLineResult Run(string folder, params IEnumerable<string> arguments)
    {
        using var process = Start(folder, arguments);
        return End(process);
    }

    /// <summary>Runs another program to its end.</summary>
    public static CommandLineResult RunProgram(string program, string folder, params IEnumerable<string> arguments)
    {
        using var process = StartProgram(program, folder, arguments);
        return End(process);
    }

    /// <summary>Runs anything to its end.</summary>
    public static CommandLineResult RunAny(string program, params IEnumerable<string> arguments)
    {
        using var process = StartAny(".", program, arguments);
        return End(process);
    }

    /// <summary>Waits for the end of a program that was started.</summary>
    public static CommandLineResult End(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CommandLineResult(process.ExitCode, output, error.Result);
    }
}
