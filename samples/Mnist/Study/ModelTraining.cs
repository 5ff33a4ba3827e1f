using System.Diagnostics;
using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Objectives;
using Diffusion.Tensors.Randomness;
using Diffusion.Terminal;
using Diffusion.Training;

namespace Diffusion.Digits.Study;

/// <summary>Trains the network, with a checkpoint and a preview every few minutes, and writes the model.</summary>
internal sealed class ModelTraining(TrainingRun run, DigitsFolder output, IReporter reporter)
{
    /// <summary>Trains, or with <paramref name="resume"/> continues from the checkpoint in the output folder.</summary>
    /// <param name="data">The training set.</param>
    /// <param name="resume">Whether to continue.</param>
    /// <param name="checkpointEvery">The time between checkpoints; zero for one after every step.</param>
    /// <param name="cancellation">Stops after the step under way, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">The user stopped it; a checkpoint was written.</exception>
    public void Train(MnistSet data, bool resume, TimeSpan checkpointEvery, CancellationToken cancellation)
    {
        var random = new RandomSource(run.Seed);
        var schedule = run.ToSchedule();
        var training = run.ToTraining();
        var trainer = new Trainer<float>(new MnistUNet<float>(run.ToNetwork(), random), schedule, run.ToObjective(), new MnistSource<float>(data), training);
        if (resume)
            Resume(trainer);

        // What samples is the average, in a network of its own with the same Fourier frequencies.
        var model = Model<float>.Of(trainer, new MnistUNet<float>(run.ToNetwork(), random));
        OutputFolder.WriteText(output.Configuration, run.ToJson());
        long last = Stopwatch.GetTimestamp();
        try
        {
            reporter.Training($"{run.Dataset}, T = {run.Timesteps}", training.Iterations, onStep => trainer.Run(
                progress =>
                {
                    onStep(progress);
                    if (Stopwatch.GetElapsedTime(last) < checkpointEvery || progress.Step == training.Iterations)
                        return;
                    Write(trainer, model);
                    last = Stopwatch.GetTimestamp();
                },
                cancellation), run.Batch);
        }
        catch (OperationCanceledException)
        {
            Write(trainer, model);
            reporter.Say($"Stopped after {trainer.StepsTaken} of {training.Iterations} steps; 'train --resume' with the same options continues from {output.Checkpoint}.");
            throw;
        }

        Write(trainer, model);
    }

    private void Resume(Trainer<float> trainer)
    {
        if (!System.IO.File.Exists(output.Checkpoint))
            throw new UsageException($"There is no checkpoint {output.Checkpoint} to resume from; leave --resume out to begin anew.");
        CheckpointFile.Resume(output.Checkpoint, trainer);
        reporter.Say($"Continuing after step {trainer.StepsTaken}.");
    }

    // The checkpoint first: it is what must not be lost. The model so far can be sampled from already.
    private void Write(Trainer<float> trainer, Model<float> model)
    {
        CheckpointFile.Save(output.Checkpoint, trainer);
        var history = new TrainingHistory([.. trainer.Losses], []);
        OutputFolder.WriteText(output.History, history.ToCsv());
        if (trainer.StepsTaken >= 2)
            Draw(trainer.Losses);
        trainer.Average.CopyTo(model.Network);

        // Half precision: what it rounds off is far below what training leaves open.
        ModelFile.Save(output.Model, model, SafetensorsType.F16);
        var preview = new Generator(model, new GenerationSettings { Steps = Math.Min(8, run.Timesteps), Seed = run.Seed });
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i % MnistSet.Classes)];
        DigitsFigure.Save(output.Figure("preview"), Generator.ToImages(preview.Sample(labels)), labels, $"After {trainer.StepsTaken} of {run.Iterations} steps: {preview.Settings.Describe()}");
    }

    private void Draw(IReadOnlyList<float> losses)
    {
        string target = run.Parameterisation == Parameterisation.Epsilon ? "the noise" : run.Parameterisation == Parameterisation.X0 ? "x\u2080" : run.Parameterisation.Name.ToLowerInvariant();
        double[] steps = [.. Enumerable.Range(1, losses.Count).Select(k => (double)k)];
        TrainingFigure.Save(output.Figure("training"), [new TrainingCurve("training", steps, [.. losses.Select(loss => (double)loss)], [], [])], target);
    }
}
