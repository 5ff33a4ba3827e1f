using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Tensors.Threading;
using Diffusion.Training;

namespace Diffusion.TwoPixel.Study;

/// <summary>A trained model and how its training went.</summary>
internal sealed record TrainedModel(Model<float> Model, TrainingHistory History)
{
    public int T => Model.Schedule.T;
}

/// <summary>Trains the model of one T and writes its files.</summary>
/// <param name="configuration">The settings.</param>
/// <param name="output">Where to.</param>
/// <param name="reporter">Told of progress.</param>
/// <param name="name">What the training is called; null for its T.</param>
internal sealed class ModelTraining(RunConfiguration configuration, StudyFolder output, IReporter reporter, string? name = null)
{
    /// <summary>How often the error against the exact predictor is measured while training.</summary>
    private const int Measurements = 24;

    /// <summary>Trains the models of all T beside each other, each on one thread; <see cref="Train"/> for the rest.</summary>
    /// <param name="timesteps">T of each.</param>
    /// <param name="resume">Continue from the checkpoints.</param>
    /// <param name="cancellation">Stops all.</param>
    /// <param name="whenTrained">What is done with a model, told by its place, as soon as it is trained and on the same thread.</param>
    /// <remarks>A network of this size gains little from a second thread, but two of them take hardly longer than one.</remarks>
    public List<TrainedModel> TrainAll(IReadOnlyList<int> timesteps, bool resume, CancellationToken cancellation, Action<int, TrainedModel>? whenTrained = null)
    {
        // The longest begins first. What goes wrong with one stops the others.
        int[] order = [.. Enumerable.Range(0, timesteps.Count).OrderByDescending(i => configuration.TrainingFor(timesteps[i]).Iterations)];
        var models = new TrainedModel[timesteps.Count];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        reporter.Together(() => Workers.RunJobs(order.Length, job =>
        {
            try
            {
                int place = order[job];
                models[place] = Train(timesteps[place], resume, stop.Token);
                whenTrained?.Invoke(place, models[place]);
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }));
        return [.. models];
    }

    /// <summary>Trains, or with <paramref name="resume"/> continues from the checkpoint in the output folder.</summary>
    /// <exception cref="OperationCanceledException">The user stopped it; a checkpoint was written.</exception>
    public TrainedModel Train(int timesteps, bool resume, CancellationToken cancellation)
    {
        var schedule = configuration.ScheduleFor(timesteps);
        var training = configuration.TrainingFor(timesteps);
        var random = new RandomSource(configuration.Seed);
        var network = configuration.MakeNetwork(timesteps, random);
        var trainer = new Trainer<float>(network, schedule, configuration.ObjectiveFor(), configuration.UsedData.Source(), training);
        var errors = new List<(int, double)>();
        if (resume)
            errors.AddRange(Resume(trainer, timesteps));

        // What samples is the average, in a network of its own with the same Fourier frequencies.
        var averaged = configuration.MakeNetwork(timesteps, random);
        var model = Model<float>.Of(trainer, averaged);
        int every = Math.Max(1, training.Iterations / Measurements);
        try
        {
            reporter.Training(name ?? $"T = {timesteps}", training.Iterations, onStep => trainer.Run(
                progress =>
                {
                    if (configuration.UsedData.Mixture is { } mixture && (progress.Step % every == 0 || progress.Step == training.Iterations))
                    {
                        trainer.Average.CopyTo(averaged);
                        errors.Add((progress.Step, NoiseRmse(model, mixture)));
                    }

                    onStep(progress);
                },
                cancellation));
        }
        catch (OperationCanceledException)
        {
            Write(trainer, timesteps, errors);
            reporter.Say($"Stopped after {trainer.StepsTaken} of {training.Iterations} steps; 'train --steps-max {timesteps} --resume' with the same options continues from {output.Checkpoint(timesteps)}.");
            throw;
        }

        var history = Write(trainer, timesteps, errors);
        trainer.Average.CopyTo(averaged);
        ModelFile.Save(output.Model(timesteps), model);
        return new TrainedModel(model, history);
    }

    private List<(int, double)> Resume(Trainer<float> trainer, int timesteps)
    {
        string path = output.Checkpoint(timesteps);
        if (!CheckpointFile.Exists(path))
            throw new UsageException($"There is no checkpoint {path} to resume from; leave --resume out to begin anew.");
        if (CheckpointFile.ResumeLast(path, trainer) is { } line)
            reporter.Say(line);
        var history = TrainingHistory.LoadOf(output.History(timesteps), trainer.StepsTaken);
        reporter.Say($"T = {timesteps}: continuing after step {trainer.StepsTaken}.");
        return [.. history.Errors.Where(error => error.Iteration <= trainer.StepsTaken)];
    }

    private TrainingHistory Write(Trainer<float> trainer, int timesteps, List<(int, double)> errors)
    {
        var history = new TrainingHistory([.. trainer.Losses], errors);
        OutputFolder.WriteText(output.History(timesteps), history.ToCsv());
        CheckpointFile.Save(output.Checkpoint(timesteps), trainer);
        return history;
    }

    // The error without a label and with each, on the same few thousand draws every time.
    private double NoiseRmse(Model<float> model, GaussianMixture mixture)
    {
        var errors = NoiseError.Measure(model.Denoiser, mixture, model.Schedule, new RandomSource(configuration.Seed), drawsPerStep: Math.Max(1, 4096 / model.Schedule.T));
        return Math.Sqrt(errors.Average(error => error.Overall * error.Overall));
    }
}
