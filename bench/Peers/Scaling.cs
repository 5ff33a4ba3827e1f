using System.Text.Json;
using Diffusion.Peers.Cases;
using Diffusion.Peers.Measurement;
using Diffusion.Peers.Reporting;

namespace Diffusion.Peers;

/// <summary>One point of the scaling figure: a training step of the two-pixel network, microseconds for one call.</summary>
/// <param name="Axis">What varies: batch, width or threads.</param>
/// <param name="Value">Its value.</param>
/// <param name="Batch">Samples.</param>
/// <param name="Width">Channels of the outer blocks; the inner one has twice as many.</param>
/// <param name="Threads">Threads.</param>
/// <param name="OursMicroseconds">The median of all blocks.</param>
/// <param name="LibtorchMicroseconds">The median of all blocks.</param>
/// <param name="Ratio">The median of the pairs' ratios.</param>
internal sealed record ScalingPoint(string Axis, int Value, int Batch, int Width, int Threads, double OursMicroseconds, double LibtorchMicroseconds, double Ratio);

/// <summary>How the time of a training step grows with the batch, the width and the threads, for both sides: numbers and a figure.</summary>
internal static class Scaling
{
    private const int Batch = 256, Width = 64;

    public static int Run(Options options)
    {
        int most = options.Threads.Max();
        var points = new List<ScalingPoint>();
        foreach (int batch in (int[])[16, 64, 256, 1024, 4096])
            points.Add(Measure("batch", batch, batch, Width, most, options.Seconds));
        foreach (int width in (int[])[32, 64, 128, 256])
            points.Add(Measure("width", width, Batch, width, most, options.Seconds));
        for (int threads = 1; threads <= most; threads++)
            points.Add(Measure("threads", threads, 4096, Width, threads, options.Seconds));

        string json = options.Json ?? "scaling.json", picture = Path.ChangeExtension(json, ".png");
        File.WriteAllText(json, JsonSerializer.Serialize([.. points], ResultJson.Readable.ScalingPointArray) + "\n");
        ScalingFigure.Write(points, picture);
        Console.WriteLine($"Written to {json} and {picture}.");
        return 0;
    }

    private static ScalingPoint Measure(string axis, int value, int batch, int width, int threads, double seconds)
    {
        var @case = new Case($"two-pixel-train-{batch}-width-{width}", "", () => new TwoPixelTrainingWork(batch, width));
        var measured = Measurement.Timer.Measure(@case, threads, seconds);
        if (!measured.Passed)
            throw new InvalidOperationException($"{@case.Name}: {measured.Check}");
        var result = Result.Of([measured]);
        Console.WriteLine($"{axis,-8} {value,5}  ours {Report.Time(result.OursMicroseconds),9}  libtorch {Report.Time(result.LibtorchMicroseconds),9}  ratio {result.Ratio:F2}");
        return new(axis, value, batch, width, threads, result.OursMicroseconds, result.LibtorchMicroseconds, result.Ratio);
    }
}
