using System.Globalization;
using Diffusion.Peers.Cases;

namespace Diffusion.Peers.Measurement;

/// <summary>Peak memory of one side, in a process that does nothing else. Linux only.</summary>
internal static class Memory
{
    /// <summary>The side that is ours; any other is a variant of libtorch.</summary>
    public const string Ours = "ours";

    /// <summary>Does the work a few times and returns the largest resident set in MB: all of it, and what the work added.</summary>
    public static (double Peak, double Added) Measure(Case @case, string side, int threads)
    {
        // Runtime, code and libraries are there before the work begins; writing 5 sets the high-water mark back (proc(5)).
        if (side == Ours)
        {
            Tensors.Threading.Workers.ThreadCount = threads;
        }
        else
        {
            Timer.SetThreads(threads);
            using var first = TorchSharp.torch.ones(64, 64);
            first.mm(first).Dispose();
        }

        File.WriteAllText("/proc/self/clear_refs", "5");
        double before = Status("VmRSS");
        using var work = @case.Open();
        Action run = side == Ours ? work.Ours : work.Libtorch.First(variant => variant.Name == side).Run;
        for (int i = 0; i < 6; i++)
            run();
        double peak = Status("VmHWM");
        return (peak, peak - before);
    }

    private static double Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return double.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
