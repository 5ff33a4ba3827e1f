using Diffusion.Data;
using Diffusion.Terminal;
using Diffusion.Training;

namespace Diffusion.Samples.Tests;

/// <summary>Remembers what was said, and lets a test act after each step of a training.</summary>
internal sealed class CommandLineReporter(Action<TrainingProgress>? onStep = null) : IReporter
{
    public List<string> Lines { get; } = [];

    public List<int> Steps { get; } = [];

    public void Training(string title, int steps, Action<Action<TrainingProgress>> train, int imagesPerStep = 0) => train(progress =>
    {
        lock (Steps)
            Steps.Add(progress.Step);
        onStep?.Invoke(progress);
    });

    public void Together(Action work) => work();

    public void Progress(string title, int parts, Action<Action<int>> work) => work(_ => { });

    public TResult Download<TResult>(Func<IProgress<DownloadProgress>, TResult> load) => load(new Progress<DownloadProgress>());

    public void Say(string line)
    {
        lock (Lines)
            Lines.Add(line);
    }

    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows) =>
        Lines.AddRange(rows.Prepend(header).Select(row => string.Join(' ', row)));
}
