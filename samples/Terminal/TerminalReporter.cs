using System.Diagnostics;
using Diffusion.Data;
using Diffusion.Training;
using Spectre.Console;

namespace Diffusion.Terminal;

/// <summary>A progress bar and tables on a terminal.</summary>
public sealed class TerminalReporter(IAnsiConsole console) : IReporter
{
    // The bars that several threads share; the console shows only one set at a time.
    private ProgressContext? _together;

    public void Together(Action work)
    {
        Bars().Start(context =>
        {
            _together = context;
            try
            {
                work();
            }
            finally
            {
                _together = null;
            }
        });
    }

    public void Training(string title, int steps, Action<Action<TrainingProgress>> train, int imagesPerStep = 0) =>
        WithBars(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: steps);
                long start = Stopwatch.GetTimestamp(), last = 0;
                int first = -1;
                var loss = new SmoothedLoss();
                train(progress =>
                {
                    if (first < 0)
                        first = progress.Step - 1;
                    loss.Add(progress.Loss);
                    if (Stopwatch.GetElapsedTime(last).TotalMilliseconds < 100 && progress.Step < progress.Steps)
                        return;
                    last = Stopwatch.GetTimestamp();
                    double rate = (progress.Step - first) / Stopwatch.GetElapsedTime(start).TotalSeconds;
                    task.Value = progress.Step;
                    task.Description = Markup.Escape($"{title}  loss {loss.Value:F4}  {Speed.Of(rate, imagesPerStep)}");
                });
            });

    public void Progress(string title, int parts, Action<Action<int>> work) =>
        WithBars(context =>
        {
            var task = context.AddTask(Markup.Escape(title), maxValue: parts);
            work(done => task.Value = done);
            task.Value = parts;
        });

    // The bar appears with the first byte: files that are there already need none.
    public TResult Download<TResult>(Func<IProgress<DownloadProgress>, TResult> load)
    {
        var result = default(TResult);
        Bars().AutoClear(true).Start(context => result = load(new Tasks(context)));
        return result!;
    }

    private void WithBars(Action<ProgressContext> work)
    {
        if (_together is { } shared)
            work(shared);
        else
            Bars().Start(work);
    }

    private Progress Bars() => console.Progress()
        .AutoClear(false)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());

    public void Say(string line) => console.WriteLine(line);

    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        for (int c = 0; c < header.Count; c++)
            table.AddColumn(new TableColumn(Markup.Escape(header[c])) { Alignment = c == 0 ? Justify.Left : Justify.Right });
        foreach (var row in rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        console.Write(table);
    }

    private sealed class Tasks(ProgressContext context) : IProgress<DownloadProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];

        public void Report(DownloadProgress value)
        {
            if (!_tasks.TryGetValue(value.File, out var task))
                _tasks[value.File] = task = context.AddTask(Markup.Escape(value.File));
            task.MaxValue = value.Total ?? Math.Max(1, value.Bytes);
            task.Value = value.Bytes;
        }
    }
}
