using System.Diagnostics;
using Diffusion.Data;
using Diffusion.Training;

namespace Diffusion.Terminal;

/// <summary>Plain lines, every few seconds, for output that goes to a file or another program.</summary>
public sealed class PlainReporter(TextWriter writer) : IReporter
{
    private readonly TextWriter _output = TextWriter.Synchronized(writer);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public void Training(string title, int steps, Action<Action<TrainingProgress>> train, int imagesPerStep = 0)
    {
        long start = Stopwatch.GetTimestamp(), last = start;
        int first = -1;
        var loss = new SmoothedLoss();
        train(progress =>
        {
            if (first < 0)
                first = progress.Step - 1;
            loss.Add(progress.Loss);
            if (Stopwatch.GetElapsedTime(last) < Interval && progress.Step < progress.Steps)
                return;
            last = Stopwatch.GetTimestamp();
            double rate = (progress.Step - first) / Stopwatch.GetElapsedTime(start).TotalSeconds;
            _output.WriteLine($"{title}: step {progress.Step} of {progress.Steps}, loss {loss.Value:F4}, {Speed.Of(rate, imagesPerStep)}, {(progress.Steps - progress.Step) / rate:F0} s left");
        });
    }

    public void Together(Action work) => work();

    public void Progress(string title, int parts, Action<Action<int>> work)
    {
        long start = Stopwatch.GetTimestamp(), last = start;
        work(done =>
        {
            if (Stopwatch.GetElapsedTime(last) < Interval)
                return;
            last = Stopwatch.GetTimestamp();
            _output.WriteLine($"{title}: {done} of {parts}, {Stopwatch.GetElapsedTime(start).TotalSeconds * (parts - done) / Math.Max(1, done):F0} s left");
        });
    }

    public TResult Download<TResult>(Func<IProgress<DownloadProgress>, TResult> load) => load(new Lines(_output));

    public void Say(string line) => _output.WriteLine(line);

    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Prepend(header).ToList();
        int[] widths = [.. Enumerable.Range(0, header.Count).Select(c => lines.Max(line => line[c].Length))];
        foreach (var line in lines)
            _output.WriteLine(string.Join("  ", line.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))));
    }
}

/// <summary>A line when a file begins, and one when it is there.</summary>
internal sealed class Lines(TextWriter output) : IProgress<DownloadProgress>
{
    public void Report(DownloadProgress value)
    {
        if (value.Bytes == 0)
            output.WriteLine($"Downloading {value.File} ({value.Number} of {value.Files})");
        else if (value.Bytes == value.Total)
            output.WriteLine($"{value.File}: {value.Bytes / 1e6:F1} MB");
    }
}

/// <summary>How a speed is told.</summary>
internal static class Speed
{
    public static string Of(double stepsPerSecond, int imagesPerStep) =>
        imagesPerStep > 0 ? $"{stepsPerSecond * imagesPerStep:F0} images/s" : $"{stepsPerSecond:F0} steps/s";
}

/// <summary>A moving average that follows the loss over about a hundred steps.</summary>
public sealed class SmoothedLoss
{
    private int _count;

    public double Value { get; private set; }

    public void Add(double loss) => Value += (loss - Value) / Math.Min(++_count, 100);
}
