using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diffusion.Peers.Measurement;

/// <summary>One object of <c>peers.json</c>: a case with a number of threads, from all processes.</summary>
internal sealed record Result
{
    public required string Case { get; init; }

    public required int Threads { get; init; }

    /// <summary>The machine that it was measured on.</summary>
    public string Machine { get; init; } = "";

    /// <summary>The median of all blocks, for one call.</summary>
    public required double OursMicroseconds { get; init; }

    public required double LibtorchMicroseconds { get; init; }

    /// <summary>The median of the pairs' ratios, libtorch's time over ours.</summary>
    public required double Ratio { get; init; }

    public required double RatioMinimum { get; init; }

    public required double RatioMaximum { get; init; }

    /// <summary>Libtorch's fastest call over our fastest.</summary>
    public required double RatioOfMinima { get; init; }

    public double OursMinimumMicroseconds { get; init; }

    public double LibtorchMinimumMicroseconds { get; init; }

    public int Pairs { get; init; }

    public int Processes { get; init; }

    public bool OursPreallocated { get; init; }

    public bool LibtorchPreallocated { get; init; }

    /// <summary>The way of libtorch that was the fastest, and so was measured: in most processes.</summary>
    public string LibtorchVariant { get; init; } = "";

    /// <summary>Estimates of all ways, the fastest of all processes.</summary>
    public IReadOnlyDictionary<string, double> LibtorchVariantsMicroseconds { get; init; } = new Dictionary<string, double>();

    /// <summary>An estimate of a network rewritten for libtorch; it does not count in the ratio.</summary>
    public double? LibtorchRewrittenMicroseconds { get; init; }

    /// <summary>The median of ONNX Runtime's blocks, for one call; null where the case has no such side.</summary>
    public double? OnnxMicroseconds { get; init; }

    /// <summary>The median of ONNX Runtime's time over ours, block by block.</summary>
    public double? OnnxRatio { get; init; }

    /// <summary>Managed bytes that a call of ours allocates.</summary>
    public double OursAllocatedBytes { get; init; }

    /// <summary>The share of the processors that other processes had meanwhile, in the worst process; near 0 in a run that counts.</summary>
    public double OthersShare { get; init; }

    /// <summary>Whether the measured way of libtorch gives wrong numbers: where all of its ways do.</summary>
    public bool LibtorchIsWrong { get; init; }

    /// <summary>The ways of libtorch that give wrong numbers here, and what is wrong; they were not measured, unless all are wrong.</summary>
    public IReadOnlyDictionary<string, string>? LibtorchWrongWays { get; init; }

    /// <summary>The largest error of the measured way against double precision, where the case has that.</summary>
    public double? LibtorchError { get; init; }

    /// <summary>Whether our numbers are right.</summary>
    public bool CheckPassed { get; init; }

    public string Check { get; init; } = "";

    public double CheckError { get; init; }

    public double CheckTolerance { get; init; }

    /// <summary>The largest resident set of a process that does only this, in MB (10^6 bytes).</summary>
    public double? OursPeakMegabytes { get; init; }

    public double? LibtorchPeakMegabytes { get; init; }

    /// <summary>The same beyond what the process had before the work: without the runtime and libtorch's code.</summary>
    public double? OursAddedMegabytes { get; init; }

    public double? LibtorchAddedMegabytes { get; init; }

    public static Result Of(IReadOnlyList<Measured> processes)
    {
        var first = processes.FirstOrDefault(measured => !measured.Passed) ?? processes.MaxBy(measured => measured.Error / measured.Tolerance)!;
        var pairs = processes.SelectMany(measured => measured.Pairs).ToList();
        double[] onnx = [.. processes.SelectMany(measured => measured.Onnx)];
        double[] onnxRatios = [.. processes.SelectMany(measured => measured.Onnx.Zip(measured.Pairs, (time, pair) => time / pair.Ours))];
        double[] ratios = [.. pairs.Select(pair => pair.Ratio)];
        double ours = pairs.Count == 0 ? 0 : processes.Min(measured => measured.Minimum.Ours);
        double libtorch = pairs.Count == 0 ? 0 : processes.Min(measured => measured.Minimum.Libtorch);
        return new Result
        {
            Case = first.Case,
            Threads = first.Threads,
            Machine = Reporting.Machine.Description(),
            OursMicroseconds = Round(Statistics.Median([.. pairs.Select(pair => pair.Ours)])),
            LibtorchMicroseconds = Round(Statistics.Median([.. pairs.Select(pair => pair.Libtorch)])),
            Ratio = Round(Statistics.Median(ratios)),
            RatioMinimum = Round(ratios.DefaultIfEmpty().Min()),
            RatioMaximum = Round(ratios.DefaultIfEmpty().Max()),
            RatioOfMinima = Round(libtorch / ours),
            OursMinimumMicroseconds = Round(ours),
            LibtorchMinimumMicroseconds = Round(libtorch),
            Pairs = pairs.Count,
            Processes = processes.Count,
            OursPreallocated = first.OursPreallocated,
            LibtorchPreallocated = first.LibtorchPreallocated,
            LibtorchVariant = processes.GroupBy(measured => measured.Variant).MaxBy(group => group.Count())!.Key,
            LibtorchVariantsMicroseconds = processes.SelectMany(measured => measured.Variants)
                .GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => Round(group.Min(pair => pair.Value))),
            LibtorchRewrittenMicroseconds = processes.Min(measured => measured.Rewritten) is { } rewritten ? Round(rewritten) : null,
            OnnxMicroseconds = onnx.Length == 0 ? null : Round(Statistics.Median(onnx)),
            OnnxRatio = onnx.Length == 0 ? null : Round(Statistics.Median(onnxRatios)),
            OursAllocatedBytes = processes.Min(measured => measured.AllocatedBytes),
            OthersShare = Math.Round(processes.Max(measured => measured.Others), 3),
            LibtorchIsWrong = processes.Any(measured => measured.Wrong.ContainsKey(measured.Variant)),
            LibtorchWrongWays = processes.SelectMany(measured => measured.Wrong).DistinctBy(pair => pair.Key).ToDictionary() is { Count: > 0 } wrong ? wrong : null,
            LibtorchError = processes.Max(measured => measured.LibtorchError) is { } error ? Finite(error) : null,
            CheckPassed = processes.All(measured => measured.Passed),
            Check = first.Check,
            CheckError = Finite(first.Error),
            CheckTolerance = first.Tolerance,
        };
    }

    // Six digits are more than the clock is worth. JSON knows no NaN.
    private static double Round(double value) => value == 0 || !double.IsFinite(value) ? 0 : Math.Round(value, Math.Clamp(5 - (int)Math.Floor(Math.Log10(value)), 0, 12));

    private static double Finite(double value) => double.IsFinite(value) ? value : double.MaxValue;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Result[]))]
[JsonSerializable(typeof(ScalingPoint[]))]
internal sealed partial class ResultJson : JsonSerializerContext
{
    /// <summary>Text that stays as it is: results are files, not parts of a web page.</summary>
    public static ResultJson Readable => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>One line of what a measuring process tells the one that started it.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Measured))]
[JsonSerializable(typeof(MemoryLine))]
internal sealed partial class LineJson : JsonSerializerContext;

/// <summary>What a process that measures memory tells.</summary>
internal sealed record MemoryLine(double Peak, double Added);
