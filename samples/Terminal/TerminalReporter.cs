using System.Diagnostics;
using Diffusion.Training;
using Spectre.Console;

namespace Diffusion.Terminal;

/// <summary>A progress bar and tables on a terminal.</summary>
public sealed class TerminalReporter(IAnsiConsole console) : IReporter
{
    public void Training(string title, int steps, Action<Action<TrainingProgress>> train) =>
        console.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
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
                    task.Description = Markup.Escape($"{title}  loss {loss.Value:F4}  {rate:F0} steps/s");
                });
            });

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
}
