using System.Diagnostics;
using Diffusion.Training;

namespace Diffusion.Terminal;

/// <summary>Plain lines, every few seconds, for output that goes to a file or another program.</summary>
public sealed class PlainReporter(TextWriter output) : IReporter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public void Training(string title, int steps, Action<Action<TrainingProgress>> train)
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
            output.WriteLine($"{title}: step {progress.Step} of {progress.Steps}, loss {loss.Value:F4}, {rate:F0} steps/s, {(progress.Steps - progress.Step) / rate:F0} s left");
        });
    }

    public void Say(string line) => output.WriteLine(line);

    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Prepend(header).ToList();
        int[] widths = [.. Enumerable.Range(0, header.Count).Select(c => lines.Max(line => line[c].Length))];
        foreach (var line in lines)
            output.WriteLine(string.Join("  ", line.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))));
    }
}

/// <summary>A moving average that follows the loss over about a hundred steps.</summary>
public sealed class SmoothedLoss
{
    private int _count;

    public double Value { get; private set; }

    public void Add(double loss) => Value += (loss - Value) / Math.Min(++_count, 100);
}
