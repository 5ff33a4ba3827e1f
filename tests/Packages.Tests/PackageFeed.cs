using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Diffusion.Outside.Tests;

namespace Diffusion.Packages.Tests;

/// <summary>A folder with all packages of the repository, and projects in it that use them as a user's do.</summary>
internal sealed class PackageFeed : IDisposable
{
    /// <summary>The packages, in the order of their dependencies.</summary>
    public static readonly string[] Ids = ["Diffusion.Tensors", "Diffusion.Autograd", "Diffusion.Nn", "Diffusion", "Diffusion.Figures"];

    private static readonly string Host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private readonly string _root = Directory.CreateTempSubdirectory("diffusion-packages-").FullName;

    /// <summary>Packs the repository.</summary>
    public PackageFeed()
    {
        Dotnet(Repository.Root, "pack", "Diffusion.sln", "-c", "Release", "-o", Packages, "-v", "quiet");

        // Packages of this version may change from run to run, so they do not go into the user's folder; what others made comes from there.
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(Path.Combine(_root, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="local" value="{Packages}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_root, "cache")}" /></config>
              <fallbackPackageFolders><add key="user" value="{cache}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>Where the packages are.</summary>
    public string Packages => Path.Combine(_root, "feed");

    /// <summary>The file of a package, with its version.</summary>
    public string FileOf(string id, string extension = ".nupkg") => Directory.GetFiles(Packages, $"{id}.*{extension}").Single(file => char.IsAsciiDigit(Path.GetFileName(file)[id.Length + 1]));

    /// <summary>The version of all packages.</summary>
    public string Version => Path.GetFileNameWithoutExtension(FileOf("Diffusion"))["Diffusion.".Length..];

    /// <summary>Makes a project that uses packages of the folder.</summary>
    /// <returns>Its folder.</returns>
    public string Project(string name, string program, string properties = "", params string[] ids)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        var references = new StringBuilder();
        foreach (string id in ids)
            _ = references.Append(System.Globalization.CultureInfo.InvariantCulture, $"""<PackageReference Include="{id}" Version="{Version}" />""");
        File.WriteAllText(Path.Combine(folder, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings>
                <TieredPGO>false</TieredPGO><TieredCompilation>false</TieredCompilation><InvariantGlobalization>true</InvariantGlobalization>{properties}
              </PropertyGroup>
              <ItemGroup>{references}</ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        return folder;
    }

    /// <summary>Runs the SDK; its output is returned.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string Dotnet(string folder, params string[] arguments) => Run(Host, folder, arguments);

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string Run(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // What the test's own host sets is not what a user's shell has.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "CI").ToList())
            _ = start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{error.Result}");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
