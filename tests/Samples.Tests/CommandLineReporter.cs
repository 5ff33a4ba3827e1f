using Diffusion.Training;
using Diffusion.Terminal;

namespace Diffusion.Samples.Tests;

/// <summary>Remembers what was said, and lets a test act after each step of a training.</summary>
internal sealed class CommandLineReporter(Action<TrainingProgress>? onStep = null) : IReporter
{
    public List<string> Lines { get; } = [];

    public List<int> Steps { get; } = [];

    public void Training(string title, int steps, Action<Action<TrainingProgress>> train) => train(progress =>
    {
        Steps.Add(progress.Step);
        onStep?.Invoke(progress);
    });

    public void Say(string line) => Lines.Add(line);

    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows) =>
        Lines.AddRange(rows.Prepend(header).Select(row => string.Join(' ', row)));
}
