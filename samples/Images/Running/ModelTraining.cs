using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Generation;
using Diffusion.Images.CommandLine;
using Diffusion.Models;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Terminal;
using Diffusion.Training;

namespace Diffusion.Images.Running;

/// <summary>Trains the network, with a checkpoint and a preview every few minutes, and writes the model.</summary>
internal sealed class ModelTraining(CommandContext context, TrainingRun run, ImagesFolder output)
{
    private const int PreviewImages = 20, PreviewSteps = 8;

    private readonly IReporter _reporter = context.Reporter;

    /// <summary>Trains, or with <paramref name="resume"/> continues from the checkpoint in the output folder.</summary>
    /// <param name="data">The images.</param>
    /// <param name="resume">Whether to continue.</param>
    /// <param name="checkpointEvery">The time between checkpoints; zero for one after every step.</param>
    /// <exception cref="OperationCanceledException">The user stopped it; a checkpoint was written.</exception>
    public void Train(ImageData data, bool resume, TimeSpan checkpointEvery)
    {
        var random = new RandomSource(run.Seed);
        var source = context.Preset.MakeSource(run, data.Train);
        var trainer = new Trainer<float>(context.Preset.MakeNetwork(run, source.Classes, random), run.ToSchedule(), run.ToObjective(), source, run.ToTraining());

        // What samples is the average, in a network of its own with the same Fourier frequencies.
        var model = Model<float>.Of(trainer, context.Preset.MakeNetwork(run, source.Classes, random)) with { Notes = context.Preset.Notes(run, data.Train) };
        var checkpoints = new TimedCheckpoints<float>(trainer, output.Checkpoint) { Every = checkpointEvery, Saved = _ => Write(trainer, model, source), FellBack = _reporter.Say };
        if (resume)
        {
            if (!checkpoints.Resume())
                throw new UsageException($"There is no checkpoint {output.Checkpoint} to resume from; leave --resume out to begin anew.");
            _reporter.Say($"Continuing after step {trainer.StepsTaken}.");
        }

        OutputFolder.WriteText(output.Configuration, run.ToJson());
        try
        {
            _reporter.Training($"{data.Train.Count} {context.Preset.Thing}s, T = {run.Timesteps}", run.Iterations, onStep => checkpoints.Run(onStep, context.Cancellation), run.Batch);
        }
        catch (OperationCanceledException)
        {
            _reporter.Say($"Stopped after {trainer.StepsTaken} of {run.Iterations} steps; 'train --resume' with the same options continues from {output.Checkpoint}.");
            throw;
        }
    }

    // The model so far can be sampled from already.
    private void Write(Trainer<float> trainer, Model<float> model, IDataSource<float> source)
    {
        OutputFolder.WriteText(output.History, new TrainingHistory([.. trainer.Losses], []).ToCsv());
        if (trainer.StepsTaken >= 2)
            Draw(trainer.Losses);
        trainer.Average.CopyTo(model.Network);

        // Half precision: what it rounds off is far below what training leaves open.
        ModelFile.Save(output.Model, model, SafetensorsType.F16);
        DrawPreview(trainer, model, source);
    }

    // Small pictures to begin with, where the model needs them, are those of the first step.
    private void DrawPreview(Trainer<float> trainer, Model<float> model, IDataSource<float> source)
    {
        var generator = new Generator<float>(model, context.Preset.Generation with { Steps = Math.Min(PreviewSteps, run.Timesteps), Seed = run.Seed });
        int[] labels = [.. Enumerable.Range(0, PreviewImages).Select(i => source.Classes == 0 ? DenoiserArguments.NoLabel : i % source.Classes)];
        Tensor<float>? values = null;
        if (source.ValuesShape(PreviewImages) is { } shape)
        {
            values = Tensor<float>.Uninitialized(shape);
            source.Fill(Tensor<float>.Uninitialized(source.BatchShape(PreviewImages)), labels, values, new RandomSource(run.Seed).At(0));
        }

        string[] names = ClassNames.Of(model);
        SamplesFigure.Save(
            output.Figure("preview"), $"Generated {context.Preset.Thing}s",
            generator.Sample(PreviewImages, new Condition<float>(labels, values)).ToImages(), [.. labels.Where(label => label >= 0).Select(label => names[label])],
            $"After {trainer.StepsTaken} of {run.Iterations} steps: {generator.Settings.Describe()}");
    }

    private void Draw(IReadOnlyList<float> losses)
    {
        string target = run.Parameterisation == Parameterisation.Epsilon ? "the noise" : run.Parameterisation == Parameterisation.X0 ? "x\u2080" : run.Parameterisation.Name.ToLowerInvariant();
        double[] steps = [.. Enumerable.Range(1, losses.Count).Select(k => (double)k)];
        TrainingFigure.Save(output.Figure("training"), [new TrainingCurve("training", steps, [.. losses.Select(loss => (double)loss)], [], [])], target);
    }
}
