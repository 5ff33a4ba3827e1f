using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Diffusion.Peers.Reporting;

/// <summary>What the results were measured on.</summary>
internal static class Machine
{
    public static string Description()
    {
        string processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "a processor"
            : RuntimeInformation.ProcessArchitecture.ToString();
        string vectors = Vector512.IsHardwareAccelerated ? "512-bit vectors" : Vector256.IsHardwareAccelerated ? "256-bit vectors" : "128-bit vectors";
        return $"{processor}, {Environment.ProcessorCount} cores, {vectors}, {RuntimeInformation.FrameworkDescription}, libtorch 2.10.0 through TorchSharp 0.107.0";
    }
}
