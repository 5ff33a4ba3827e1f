using System.Diagnostics;
using System.Formats.Tar;

namespace Diffusion.Guard;

/// <summary>Builds this program twice: with the sources of the working tree, and with those of a commit.</summary>
internal static class Builds
{
    /// <summary>The root of the repository that the current folder lies in.</summary>
    public static string Root() => Output("git", ["rev-parse", "--show-toplevel"], Environment.CurrentDirectory).Trim();

    /// <summary>The commit to compare with, as its short hash and subject.</summary>
    public static string Resolve(string root, string? against)
    {
        if (against is null)
        {
            bool changed = Output("git", ["status", "--porcelain", "--", "src"], root).Length > 0;
            against = changed ? "HEAD" : "HEAD~1";
        }

        return Output("git", ["log", "-1", "--format=%h %s", against, "--"], root).Trim();
    }

    /// <summary>The program with the sources of the working tree.</summary>
    public static string OfWorkingTree(string root, string folder) => Build(root, Path.Combine(root, "src"), folder);

    /// <summary>The program with the sources of a commit.</summary>
    public static string OfCommit(string root, string commit, string folder)
    {
        string archive = Path.Combine(folder, "sources.tar");
        Directory.CreateDirectory(folder);
        _ = Output("git", ["archive", "--format=tar", "--output", archive, commit, "src"], root);
        TarFile.ExtractToDirectory(archive, folder, overwriteFiles: true);
        return Build(root, Path.Combine(folder, "src"), folder);
    }

    private static string Build(string root, string library, string folder)
    {
        // How the sources look is another build's business, and .editorconfig does not reach those outside of the repository.
        _ = Output(
            "dotnet",
            [
                "build", Path.Combine(root, "bench", "Guard"), "-c", "Release", "-v", "quiet", "--artifacts-path", Path.Combine(folder, "built"),
                $"-p:Library={library}", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false",
            ],
            root);
        return Path.Combine(folder, "built", "bin", "Guard", "release", "Guard.dll");
    }

    private static string Output(string program, string[] arguments, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new FailedException($"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}:\n{errors.Result}{output}");
    }
}
