using System.Diagnostics;
using System.Numerics;
using Diffusion.Training;

namespace Diffusion.Models;

/// <summary>
/// Runs a training with a checkpoint every so often, at its end, and when it is cancelled: a process that is killed loses what came after the
/// last one, and nothing else. Resumed, it ends with the same bytes.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="trainer">The training.</param>
/// <param name="path">The file of the checkpoint; it is replaced whole, or not at all.</param>
public sealed class TimedCheckpoints<T>(Trainer<T> trainer, string path)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The least time between two checkpoints; zero for one after every step. Default five minutes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than zero.</exception>
    public TimeSpan Every
    {
        get;
        init => field = value >= TimeSpan.Zero ? value
            : throw new ArgumentOutOfRangeException(nameof(Every), value, $"Every is {value}; accepted are times from zero.");
    } = TimeSpan.FromMinutes(5);

    /// <summary>Called after each checkpoint: the place to save a model so far, or a preview.</summary>
    public Action<Trainer<T>>? Saved { get; init; }

    /// <summary>Called with one line where the checkpoint is damaged or gone, and the run continues from the one before it.</summary>
    public Action<string>? FellBack { get; init; }

    /// <summary>Continues from the file, if there is one, or from the one before it (<see cref="CheckpointFile.ResumeLast"/>).</summary>
    /// <returns>Whether there is.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or of a run with other settings; the message says which.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool Resume()
    {
        if (!CheckpointFile.Exists(path))
            return false;
        if (CheckpointFile.ResumeLast(path, trainer) is { } line)
            FellBack?.Invoke(line);
        return true;
    }

    /// <summary>Takes the remaining steps.</summary>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="cancellation">Stops after the step under way, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled; a checkpoint was written.</exception>
    /// <exception cref="InvalidOperationException">The loss or a gradient is not finite; the message names the step and the first place, and the last checkpoint stays.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Run(Action<TrainingProgress>? onStep = null, CancellationToken cancellation = default)
    {
        long last = Stopwatch.GetTimestamp();
        try
        {
            trainer.Run(
                progress =>
                {
                    onStep?.Invoke(progress);
                    if (trainer.IsDone || Stopwatch.GetElapsedTime(last) < Every)
                        return;
                    Save();
                    last = Stopwatch.GetTimestamp();
                },
                cancellation);
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }

        Save();
    }

    // The checkpoint first: it is what must not be lost.
    private void Save()
    {
        CheckpointFile.Save(path, trainer);
        Saved?.Invoke(trainer);
    }
}
