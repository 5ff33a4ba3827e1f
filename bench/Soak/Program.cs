using System.Diagnostics;
using System.Globalization;
using Diffusion.Soak;
using Diffusion.Tensors.Randomness;

const string Usage = "usage: Soak [--minutes M] [--csv FILE] [--leak BYTES]";
const double EverySeconds = 5, MostGrowth = 0.02;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
double minutes = 60;
string? csv = null;
int leak = 0;
for (int i = 0; i < args.Length; i += 2)
{
    string text = i + 1 < args.Length ? args[i + 1] : "";
    bool understood = args[i] switch
    {
        "--minutes" => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out minutes) && minutes is > 0 and <= 1e4,
        "--csv" => (csv = text).Length > 0,
        "--leak" => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out leak) && leak <= 1 << 30,
        _ => false,
    };
    if (understood)
        continue;
    Console.Error.WriteLine($"Soak: '{args[i]}{(text.Length > 0 ? " " : "")}{text}' is not understood; minutes are up to 10000, a leak is up to {1 << 30} bytes in each turn; {Usage}");
    return 2;
}

// Both networks in turn. A leak on purpose shows that the verdict sees one.
Load[] loads = [Load.TwoPixel(new RandomSource(11)), Load.Digits(new RandomSource(12))];
double largest = loads.Max(load => load.LargestBatch()) / 1e6;
var readings = new List<Reading>();
var kept = new List<byte[]>();
long start = Stopwatch.GetTimestamp();
Console.WriteLine("seconds,resident MB,heap MB,handles,threads,tape MB,steps,samples");
for (double next = 0; Stopwatch.GetElapsedTime(start).TotalMinutes < minutes;)
{
    foreach (var load in loads)
        load.Turn();
    if (leak > 0)
        kept.Add([.. Enumerable.Repeat((byte)1, leak)]);
    double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    if (seconds < next)
        continue;
    next = seconds + EverySeconds;
    readings.Add(Reading.Take(seconds, loads));
    if (readings.Count % 12 == 1)
        Console.WriteLine(Line(readings[^1]));
}

GC.KeepAlive(kept);
if (csv is not null)
    File.WriteAllLines(csv, ["seconds,resident MB,heap MB,handles,threads,tape MB,steps,samples", .. readings.Select(Line)]);
if (readings.Count < 20)
{
    Console.WriteLine($"{readings.Count} readings are too few for a verdict: let it run for {20 * EverySeconds / 60:f0} minutes or more.");
    return 0;
}

Drift[] drifts =
[
    Drift.Of("resident MB", readings, reading => reading.ResidentMegabytes, MostGrowth),
    Drift.Of("handles", readings, reading => reading.Handles, 0),
    Drift.Of("threads", readings, reading => reading.Threads, 0),
];
var pools = new PoolBound(largest, loads.Max(load => load.MostTapeBytes) / 1e6);
Console.WriteLine();
Console.WriteLine($"{"",-20} {"first",9} {"last",9}  fifths after a warm-up of a tenth: {readings.Count} readings");
foreach (var drift in drifts)
    Console.WriteLine(drift);
Console.WriteLine(pools);
Console.WriteLine($"{readings[^1].Trained} steps of training and {readings[^1].Sampled} samples in {readings[^1].Seconds / 60:f0} minutes; most resident: {readings.Max(reading => reading.ResidentMegabytes):f0} MB");
return drifts.All(drift => drift.IsFlat) && pools.Holds ? 0 : 1;

static string Line(Reading reading) => string.Create(
    CultureInfo.InvariantCulture,
    $"{reading.Seconds:f0},{reading.ResidentMegabytes:f1},{reading.HeapMegabytes:f1},{reading.Handles},{reading.Threads},{reading.TapeMegabytes:f1},{reading.Trained},{reading.Sampled}");
