using System.Diagnostics;
using Diffusion.Networks;
using Diffusion.Playground.Settings;
using Diffusion.Training;

namespace Diffusion.Playground.Running;

/// <summary>How far a training is.</summary>
/// <param name="Step">The number of steps taken.</param>
/// <param name="Loss">The mean loss of the steps since the last look; NaN where there was none.</param>
/// <param name="Rate">Steps in a second since the last look; 0 where it has ended.</param>
/// <param name="IsOver">Whether no step will follow.</param>
/// <param name="Failure">Why it failed; null if it did not.</param>
internal readonly record struct Progress(int Step, double Loss, double Rate, bool IsOver, string? Failure);

/// <summary>
/// A training on a thread of its own, which others look at while it runs: for a look it copies the averaged weights, between two steps,
/// into a second network. So a look costs the training that copy and nothing else, and what is trained does not depend on who looks.
/// </summary>
internal sealed class LiveTraining
{
    private readonly object _gate = new();
    private readonly Trainer<float> _trainer;
    private readonly Thread _thread;
    private volatile bool _stopped, _wanted;
    private double _leastSeconds;
    private bool _isOver;
    private string? _failure;
    private int _seen;
    private long _seenAt = Stopwatch.GetTimestamp();
    private Progress _progress;

    /// <summary>Begins to train.</summary>
    /// <exception cref="RefusedException">Settings that do not go together.</exception>
    public LiveTraining(PlaySettings settings, PlayData data)
    {
        var schedule = settings.MakeSchedule();
        _trainer = new Trainer<float>(settings.MakeNetwork(data.Classes), schedule, settings.MakeObjective(), data.Source(), settings.MakeTraining());
        Model = Model<float>.Of(_trainer, settings.MakeNetwork(data.Classes));
        _thread = new Thread(Train) { IsBackground = true, Name = "Playground training" };
        _thread.Start();
    }

    /// <summary>The model as it was at the last <see cref="Look"/>: for one caller at a time.</summary>
    public Model<float> Model { get; }

    /// <summary>The most steps in a second; null for as many as there can be.</summary>
    public int? Pace
    {
        set => Volatile.Write(ref _leastSeconds, value is int pace ? 1.0 / pace : 0);
    }

    /// <summary>The number of steps taken, by and by.</summary>
    public int StepsTaken => _trainer.StepsTaken;

    /// <summary>Whether no step will follow.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
                return _isOver;
        }
    }

    /// <summary>Brings <see cref="Model"/> up to date. One caller at a time.</summary>
    public Progress Look()
    {
        lock (_gate)
        {
            _wanted = true;
            while (_wanted && !_isOver)
                _ = Monitor.Wait(_gate);
            if (_wanted)
                Copy();
            return _progress;
        }
    }

    /// <summary>Ends the training after the step under way; the model remains.</summary>
    public void Stop() => _stopped = true;

    private void Train()
    {
        double due = 0;
        try
        {
            while (!_stopped && !_trainer.IsDone)
            {
                _ = _trainer.Step();
                due = WaitUntil(due);
                if (!_wanted)
                    continue;
                lock (_gate)
                {
                    Copy();
                    Monitor.PulseAll(_gate);
                }
            }
        }
        catch (Exception e)
        {
            // As a rule the loss is no longer a number. Whatever it is, it ends this training and nothing else.
            _failure = e.Message;
        }

        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }
    }

    // Keeps the pace: waits until the time of the next step, and tells that of the one after it.
    private double WaitUntil(double due)
    {
        double now = Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, pause = Volatile.Read(ref _leastSeconds);
        if (pause == 0 || due < now - 0.1)
            return now;
        if (due - now > 0.002)
            Thread.Sleep(TimeSpan.FromSeconds(due - now));
        return due + pause;
    }

    // Under the gate, and while no step runs.
    private void Copy()
    {
        _trainer.Average.CopyTo(Model.Network);
        int step = _trainer.Losses.Count;
        double sum = 0;
        for (int i = _seen; i < step; i++)
            sum += _trainer.Losses[i];
        double seconds = Stopwatch.GetElapsedTime(_seenAt).TotalSeconds;
        _progress = new Progress(step, step > _seen ? sum / (step - _seen) : double.NaN, _isOver ? 0 : (step - _seen) / seconds, _isOver, _failure);
        (_seen, _seenAt, _wanted) = (step, Stopwatch.GetTimestamp(), false);
    }
}
