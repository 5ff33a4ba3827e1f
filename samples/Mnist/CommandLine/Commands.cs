using System.CommandLine;
using System.Diagnostics;
using Diffusion.Data;
using Diffusion.Digits.Study;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using Diffusion.Terminal;
using Diffusion.Training;

namespace Diffusion.Digits.CommandLine;

/// <summary>What each command does. Each returns when its files are written; failures are exceptions.</summary>
internal sealed class Commands(IReporter reporter, CancellationToken cancellation)
{
    public RootCommand Build()
    {
        var root = new RootCommand("Denoising diffusion of handwritten digits: draws guided digits from the trained model that comes with it, trains, and measures. Without a command: all.");
        Command all = new("all", "Draw every figure from a trained model, and write report.html.");
        Command sample = new("sample", "Generate images into samples.npy, labels.npy and digits.png.");
        Command train = new("train", "Train a model: model, checkpoint, history, previews.");
        Command formation = new("formation", "Measure whether a digit is formed part by part or all at once, over many full generations.");
        var generation = DigitsOptions.OfGeneration;
        foreach (var drawing in new[] { root, all, sample })
            drawing.AddAll([.. generation, DigitsOptions.Digits, DigitsOptions.Count, DigitsOptions.Folder, DigitsOptions.Threads]);
        Command evaluate = new("evaluate", "Judge generated images by the classifier: accuracy, Frechet distance, precision and recall, nearest training images.");
        Command classifier = new("classifier", "Train the classifier that judges.");
        evaluate.AddAll([.. generation, DigitsOptions.Classifier, DigitsOptions.Count, DigitsOptions.SweepCount, DigitsOptions.FullCount, DigitsOptions.Dataset, .. DigitsOptions.OfData, DigitsOptions.Folder, DigitsOptions.Threads]);
        classifier.AddAll([DigitsOptions.Dataset, .. DigitsOptions.OfData, DigitsOptions.Iterations, DigitsOptions.Seed, DigitsOptions.Folder, DigitsOptions.Threads]);
        Command guided = new("classifier-guidance", "Train a classifier of noisy images, unless the folder has one, and draw its guidance beside classifier-free guidance.");
        guided.AddAll([DigitsOptions.Model, DigitsOptions.Sampler, DigitsOptions.SamplingSteps, DigitsOptions.Seed, DigitsOptions.Iterations, DigitsOptions.Dataset, .. DigitsOptions.OfData, DigitsOptions.Folder, DigitsOptions.Threads]);
        guided.SetAction(ClassifierGuidance);
        evaluate.SetAction(Evaluate);
        classifier.SetAction(Classifier);
        formation.AddAll([.. generation, DigitsOptions.Count, DigitsOptions.Folder, DigitsOptions.Threads]);
        train.AddAll([.. DigitsOptions.OfTraining, .. DigitsOptions.OfData, DigitsOptions.Resume, DigitsOptions.CheckpointMinutes, DigitsOptions.Folder, DigitsOptions.Threads]);
        root.SetAction(All);
        all.SetAction(All);
        sample.SetAction(Sample);
        train.SetAction(Train);
        formation.SetAction(Formation);
        foreach (var command in new[] { all, sample, train, formation, evaluate, classifier, guided })
            root.Add(command);
        return root;
    }

    private int All(ParseResult result)
    {
        long start = Stopwatch.GetTimestamp();
        SampleProgram.SetThreads(result.GetValue(DigitsOptions.Threads));
        var generator = MakeGenerator(result);
        int[] labels = Labels(result);
        var output = MakeFolder(result);
        var figures = new DigitFigures(generator, output);
        Draw("digits and animation", () => Write(output, figures.Digits(labels), labels));
        Draw("trajectory", () => figures.Trajectory(labels[0]));
        Draw("guidance", figures.Guidance);
        Draw("interpolation", figures.Interpolation);
        new ReportWriter(generator, output, IsPretrained(result)).Write();
        reporter.Say($"Report: {output.Report} ({Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s)");
        return 0;
    }

    private int Sample(ParseResult result)
    {
        SampleProgram.SetThreads(result.GetValue(DigitsOptions.Threads));
        var generator = MakeGenerator(result);
        int[] labels = Labels(result);
        var output = MakeFolder(result);
        long start = Stopwatch.GetTimestamp();
        Tensor<float>? images = null;
        reporter.Progress("Generating", labels.Length, done => images = generator.Sample(labels, done, cancellation));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Write(output, images!, labels);
        int shown = Math.Min(64, labels.Length);
        Figures.DigitsFigure.Save(output.Figure("digits"), Generator.ToImages(images!.Rows(0, shown)), labels[..shown], generator.Settings.Describe());
        reporter.Say($"{labels.Length} images in {seconds:F1} s, {generator.Settings.Describe()} {output.Samples}");
        return 0;
    }

    private int Train(ParseResult result)
    {
        SampleProgram.SetThreads(result.GetValue(DigitsOptions.Threads));
        var run = DigitsOptions.Training(result);
        var output = MakeFolder(result);
        var data = DataLoading.Load(run.Dataset, result.GetValue(DigitsOptions.Data), result.GetValue(DigitsOptions.Mirror), reporter, cancellation);
        new ModelTraining(run, output, reporter).Train(
            data.Train, result.GetValue(DigitsOptions.Resume), TimeSpan.FromMinutes(result.GetValue(DigitsOptions.CheckpointMinutes) ?? 5), cancellation);
        reporter.Say($"The model is {output.Model}; 'all --model {output.Model}' draws from it.");
        return 0;
    }

    private int Formation(ParseResult result)
    {
        SampleProgram.SetThreads(result.GetValue(DigitsOptions.Threads));
        var settings = DigitsOptions.Settings(result);
        if (result.GetValue(DigitsOptions.Sampler) is null)
            settings = settings with { Sampler = "ddpm", Steps = result.GetValue(DigitsOptions.SamplingSteps) };
        var generator = new Generator(LoadModel(result), settings);
        var output = MakeFolder(result);
        var numbers = FormationStudy.Run(generator, result.GetValue(DigitsOptions.Count) ?? 256, output, reporter, cancellation);
        foreach (string line in numbers.Answer())
            reporter.Say(line);
        reporter.Say($"{output.Figure("formation")}, {output.Formation}");
        return 0;
    }

    private int Evaluate(ParseResult result)
    {
        SampleProgram.SetThreads(result.GetValue(DigitsOptions.Threads));
        var generator = MakeGenerator(result);
        string judge = result.GetValue(DigitsOptions.Classifier) ?? Pretrained.Classifier;
        if (!File.Exists(judge))
            throw new UsageException($"There is no classifier {judge}: 'classifier' makes one, or --classifier names another file.");
        var (classifier, training) = ClassifierFile.Load<float>(judge);
        var output = MakeFolder(result);
        var data = LoadData(result);
        var evaluation = new Evaluation(classifier, training.HeldOut, data);
        reporter.Say($"Judging: {generator.Settings.Describe()}");
        var counts = new EvaluationCounts(
            result.GetValue(DigitsOptions.Count) ?? 10_000, result.GetValue(DigitsOptions.SweepCount) ?? 2000, result.GetValue(DigitsOptions.FullCount) ?? 1000);
        var metrics = new EvaluationStudy(generator, evaluation, data.Train, output, reporter, cancellation).Run(counts);
        reporter.Table(DigitTables.Header, DigitTables.Rows(metrics));
        reporter.Say($"{output.Metrics}, {output.Figure("nearest")}");
        return 0;
    }

    private int Classifier(ParseResult result)
    {
        SampleProgram.SetThreads(result.GetValue(DigitsOptions.Threads));
        var standard = new ClassifierTrainingConfiguration();
        var configuration = standard with
        {
            Iterations = result.GetValue(DigitsOptions.Iterations) ?? standard.Iterations,
            Seed = result.GetValue(DigitsOptions.Seed) ?? standard.Seed,
        };
        var output = MakeFolder(result);
        var data = LoadData(result);
        var trainer = new ClassifierTrainer<float>(new MnistClassifierConfiguration(), data.Train, configuration);
        reporter.Training("classifier", configuration.Iterations, onStep => trainer.Run(onStep, cancellation), configuration.Batch);
        ClassifierFile.Save(output.Classifier, trainer.Averaged(), configuration);

        // What is judged with is what the file holds, rounding included.
        double accuracy = ClassifierFile.Load<float>(output.Classifier).Classifier.Accuracy(data.Test);
        reporter.Say($"{accuracy:P2} of the {data.Test.Count} test images; {output.Classifier}");
        return 0;
    }

    private int ClassifierGuidance(ParseResult result)
    {
        SampleProgram.SetThreads(result.GetValue(DigitsOptions.Threads));
        var generator = MakeGenerator(result);
        var output = MakeFolder(result);
        var study = new ClassifierGuidanceStudy(generator, output, reporter, cancellation);
        var classifier = study.Classifier(() => LoadData(result), result.GetValue(DigitsOptions.Iterations) ?? ClassifierGuidanceStudy.DefaultIterations);
        study.Draw(classifier);
        reporter.Say(output.Figure("classifier-guidance"));
        return 0;
    }

    private Data.Mnist LoadData(ParseResult result) => DataLoading.Load(
        result.GetValue(DigitsOptions.Dataset) ?? default, result.GetValue(DigitsOptions.Data), result.GetValue(DigitsOptions.Mirror), reporter, cancellation);

    private void Draw(string what, Action draw)
    {
        cancellation.ThrowIfCancellationRequested();
        reporter.Say($"Drawing {what}.");
        draw();
    }

    private static void Write(DigitsFolder output, Tensor<float> images, int[] labels)
    {
        byte[] bytes = [.. images.Span.ToArray().Select(Figures.GrayImage.ToByte)];
        NpyFile.Write(output.Samples, [labels.Length, MnistSet.Side, MnistSet.Side], bytes);
        NpyFile.Write(output.Labels, [labels.Length], [.. labels.Select(label => (long)label)]);
    }

    private static DigitsFolder MakeFolder(ParseResult result) => new(result.GetValue(DigitsOptions.Folder) ?? DigitsOptions.DefaultFolder);

    private static bool IsPretrained(ParseResult result) => result.GetValue(DigitsOptions.Model) is null;

    private static Generator MakeGenerator(ParseResult result) => new(LoadModel(result), DigitsOptions.Settings(result));

    private static Model<float> LoadModel(ParseResult result)
    {
        string path = result.GetValue(DigitsOptions.Model) ?? Pretrained.Model;
        if (!File.Exists(path))
            throw new UsageException($"There is no model {path}: 'train' makes one, or --model names another file.");
        var model = ModelFile.Load<float>(path, "mnist-unet");
        if (result.GetValue(DigitsOptions.SamplingSteps) is int steps && steps > model.Schedule.T)
            throw new UsageException($"--sampling-steps is {steps}, but the model has T = {model.Schedule.T}; accepted is 1 to {model.Schedule.T}.");
        return model;
    }

    // The digits asked for, in their order and as often as needed; random ones if none were asked for.
    private static int[] Labels(ParseResult result)
    {
        int[]? digits = result.GetList(DigitsOptions.Digits);
        int count = result.GetValue(DigitsOptions.Count) ?? Math.Max(64, digits?.Length ?? 0);
        return digits is null
            ? Generator.RandomLabels(result.GetValue(DigitsOptions.Seed) ?? 0, count)
            : [.. Enumerable.Range(0, count).Select(i => digits[i % digits.Length])];
    }
}
