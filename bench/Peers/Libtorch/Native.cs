using System.Runtime.InteropServices;

namespace Diffusion.Peers.Libtorch;

/// <summary>Loads libtorch before TorchSharp does, whose complaint has forty lines and copies the library about.</summary>
internal static class Native
{
    /// <summary>The variable of the dynamic linker.</summary>
    public const string Preload = "LD_PRELOAD";

    private const string Library = "libLibTorchSharp.so";

    /// <summary>What has to be preloaded on Debian 12, if it was made: it lies in the build output, and nobody has preloaded anything.</summary>
    public static string? MissingPreload()
    {
        string shim = Path.Combine(AppContext.BaseDirectory, "libstdcxx-shim.so");
        return File.Exists(shim) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Preload)) ? shim : null;
    }

    /// <summary>Null where libtorch works; else one line that says what to do.</summary>
    public static string? Problem()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return "libtorch is here for Linux on x64 only: Peers has nothing to compare with on this system.";
        string[] places = [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native")];
        string? path = places.Select(place => Path.Combine(place, Library)).FirstOrDefault(File.Exists);
        if (path is null)
            return $"{Library} is not in the build output: build bench/Peers again.";
        try
        {
            _ = NativeLibrary.Load(path);
            return null;
        }
        catch (DllNotFoundException e) when (e.Message.Contains("GLIBCXX", StringComparison.Ordinal))
        {
            return "libtorch needs a libstdc++ with GLIBCXX_3.4.32 (GCC 13; Debian 13, Ubuntu 24.04), and the one of this system is older: " +
                "run torchsharp-on-debian12 on the build output once, see docs/performance.md.";
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return $"libtorch cannot be loaded: {e.Message.Split('\n')[0].Replace(AppContext.BaseDirectory, "", StringComparison.Ordinal)}";
        }
    }
}
