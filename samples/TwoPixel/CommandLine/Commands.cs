using System.CommandLine;
using System.Diagnostics;
using Diffusion.Guidance;
using Diffusion.Tensors.Threading;

namespace Diffusion.TwoPixel.CommandLine;

/// <summary>What each command does. Each returns when its files are written; failures are exceptions.</summary>
internal sealed class Commands(IReporter reporter, CancellationToken cancellation)
{
    public RootCommand Build()
    {
        var root = new RootCommand("Denoising diffusion of two-pixel images: trains, samples, draws and measures. Without a command: all.");
        Command all = new("all", "Train the models, draw every figure, measure, and write report.html.");
        Command train = new("train", "Train one model: model, checkpoint and history.");
        Command sample = new("sample", "Sample images from a trained model into a file.");
        Command figures = new("figures", "Draw and measure again from the models in the output folder.");
        Command compare = new("compare", "Compare every sampler, guidance, variances, distillation and likelihood with the T = 50 model of the output folder: compare.html.");
        Command submit = new("submit", "Write the assignment as it is handed in, as one PDF; models of the output folder are used, missing ones are trained.");
        Command grade = new("grade", "Grade anybody's implementation against the exact denoiser: write the questions with --table, then name its files.");
        grade.AddAll(GradeOptions.All);
        grade.SetAction(result => new GradeCommand(reporter, cancellation).Run(result));
        root.Add(grade);
        root.AddAll([.. StudyOptions.OfRuns, StudyOptions.Folder, StudyOptions.Threads]);
        all.AddAll([.. StudyOptions.OfRuns, StudyOptions.Folder, StudyOptions.Threads]);
        train.AddAll([.. StudyOptions.OfRuns, StudyOptions.Resume, StudyOptions.Folder, StudyOptions.Threads]);
        figures.AddAll([StudyOptions.Config, StudyOptions.Data, StudyOptions.Mixture, StudyOptions.Dataset, StudyOptions.StepsMax, StudyOptions.Seed, StudyOptions.Guidance, StudyOptions.Folder, StudyOptions.Threads]);
        sample.AddAll(
        [
            StudyOptions.Model, StudyOptions.StepsMax, StudyOptions.Label, StudyOptions.Guidance, StudyOptions.Start, StudyOptions.Count, StudyOptions.Seed,
            StudyOptions.Trajectory, StudyOptions.SampleFile, StudyOptions.Threads,
        ]);
        compare.AddAll([.. StudyOptions.OfRuns.Except([StudyOptions.StepsMax, StudyOptions.Guidance]), StudyOptions.Points, StudyOptions.Folder, StudyOptions.Threads]);
        submit.AddAll(SubmitCommand.OptionsOf);
        root.SetAction(All);
        all.SetAction(All);
        train.SetAction(Train);
        sample.SetAction(Sample);
        figures.SetAction(Figures);
        compare.SetAction(result => new CompareCommand(reporter, cancellation).Run(result));
        submit.SetAction(result => new SubmitCommand(reporter, cancellation).Run(result));
        foreach (var command in (Command[])[all, train, sample, figures, compare, submit, .. new FileCommands(reporter).Build()])
            root.Add(command);
        return root;
    }

    private int All(ParseResult result)
    {
        long start = Stopwatch.GetTimestamp();
        SampleProgram.SetThreads(result.GetValue(StudyOptions.Threads));
        var configuration = StudyOptions.Configuration(result);
        var output = new StudyFolder(result.GetValue(StudyOptions.Folder) ?? StudyOptions.DefaultFolder);
        using var held = new FolderLock(output.Path);
        configuration.UsedData.Save(output);
        OutputFolder.WriteText(output.Configuration, configuration.ToJson());
        foreach (string warning in StepsWarning.Of(configuration))
            reporter.Say(warning);
        var training = new ModelTraining(configuration, output, reporter);
        var study = new StudyRun(configuration);

        // The first model, as a rule the longest to train, and the last are measured when all threads are free; the others while it trains.
        var models = training.TrainAll(configuration.Timesteps, resume: false, cancellation, (i, model) =>
        {
            if (i > 0 && i < configuration.Timesteps.Count - 1)
                study.Measure(i, model);
        });
        Finish(study, output, models, start);
        return 0;
    }

    private int Train(ParseResult result)
    {
        SampleProgram.SetThreads(result.GetValue(StudyOptions.Threads));
        var configuration = StudyOptions.Configuration(result);
        if (result.GetValue(StudyOptions.StepsMax) is null && result.GetValue(StudyOptions.Config) is null)
            configuration = configuration with { Timesteps = [50] };
        var output = new StudyFolder(result.GetValue(StudyOptions.Folder) ?? StudyOptions.DefaultFolder);
        using var held = new FolderLock(output.Path);
        bool resume = result.GetValue(StudyOptions.Resume);

        // A run that goes on was told at its start.
        foreach (string warning in resume ? [] : StepsWarning.Of(configuration))
            reporter.Say(warning);
        var training = new ModelTraining(configuration, output, reporter);
        foreach (var model in training.TrainAll(configuration.Timesteps, resume, cancellation))
            reporter.Say($"T = {model.T}: final loss {model.History.Losses.TakeLast(200).Average():F4}; the model is {output.Model(model.T)}");

        configuration.UsedData.Save(output);
        OutputFolder.WriteText(output.Configuration, configuration.ToJson());
        return 0;
    }

    private int Figures(ParseResult result)
    {
        long start = Stopwatch.GetTimestamp();
        SampleProgram.SetThreads(result.GetValue(StudyOptions.Threads));
        string folder = result.GetValue(StudyOptions.Folder) ?? StudyOptions.DefaultFolder;
        if (!Directory.Exists(folder))
            throw new UsageException($"There is no folder {folder}: train first, or name the folder of an earlier run with --out.");
        var output = new StudyFolder(folder);
        using var held = new FolderLock(output.Path);
        var configuration = StudyOptions.Configuration(result);
        if (result.GetValue(StudyOptions.Config) is null && File.Exists(output.Configuration))
        {
            var saved = RunConfiguration.Load(output.Configuration);
            configuration = (saved with
            {
                Data = configuration.Data ?? saved.Data,
                Timesteps = result.GetValue(StudyOptions.StepsMax) is int only ? [only] : saved.Timesteps,
                Seed = result.GetValue(StudyOptions.Seed) ?? saved.Seed,
                Guidance = result.GetValue(StudyOptions.Guidance) ?? saved.Guidance,
            }).Validated();
        }

        var models = configuration.Timesteps.Select(timesteps =>
        {
            string path = output.Model(timesteps);
            if (!File.Exists(path))
                throw new UsageException($"There is no model {path}: 'train --steps-max {timesteps}' makes it.");
            var model = Load(path, timesteps);
            var history = TrainingHistory.LoadOf(output.History(timesteps), model.Training.Iterations);
            if (model.Data != configuration.UsedData.Description)
                throw new UsageException($"The model {path} was trained on {model.Data}, but the data here are {configuration.UsedData.Description}: --data or --mixture names those of the model.");
            return new TrainedModel(model, history);
        }).ToList();
        Compare.CompareReport.Check(output);
        Finish(new StudyRun(configuration), output, models, start);
        return 0;
    }

    private int Sample(ParseResult result)
    {
        SampleProgram.SetThreads(result.GetValue(StudyOptions.Threads));
        int? timesteps = result.GetValue(StudyOptions.StepsMax);
        string path = result.GetValue(StudyOptions.Model) ?? Path.Combine(StudyOptions.DefaultFolder, $"model-T{timesteps ?? 50}.safetensors");
        string file = result.GetValue(StudyOptions.SampleFile) ?? Path.Combine(StudyOptions.DefaultFolder, "samples.csv");
        bool npy = Path.GetExtension(file) == ".npy", trajectory = result.GetValue(StudyOptions.Trajectory);
        if (!npy && Path.GetExtension(file) != ".csv")
            throw new UsageException($"--out is '{file}'; accepted is a file that ends in .csv or .npy.");
        if (npy && trajectory)
            throw new UsageException("--trajectory writes times beside the points, which .npy has no place for: use .csv.");
        if (!File.Exists(path))
            throw new UsageException($"There is no model {path}: 'train' makes one, or --model names another file.");
        OutputFolder.Prepare(Path.GetDirectoryName(file) is { Length: > 0 } folder ? folder : ".");

        var model = Load(path, timesteps);
        int label = result.GetValue(StudyOptions.Label) ?? DenoiserArguments.NoLabel, count = result.GetValue(StudyOptions.Count) ?? 5000;
        if (label >= model.Network.Classes)
            throw new UsageException($"--label is '{label}'; accepted is {(model.Network.Classes == 1 ? "0" : $"0 to {model.Network.Classes - 1}")} or none: those are the classes of {path}.");
        double guidance = result.GetValue(StudyOptions.Guidance) ?? new RunConfiguration().Guidance;
        var random = new RandomSource(result.GetValue(StudyOptions.Seed) ?? 0);
        var denoiser = new ClassifierFreeGuidance<float>(model.Denoiser, label == DenoiserArguments.NoLabel ? -1 : guidance);
        var recorder = trajectory ? new TrajectoryRecorder<float>() : null;
        var points = new DdpmSampler<float>().Sample(denoiser, model.Schedule, Begin(result, random, count, model.Schedule), label, random, recorder);

        int[] labels = [.. Enumerable.Repeat(label, count)];
        if (recorder is not null)
            PointFile.WriteTrajectoryCsv(file, recorder.States, labels);
        else if (npy)
            PointFile.WriteNpy(file, points);
        else
            PointFile.WriteCsv(file, points, labels);
        reporter.Say($"{count} images, T = {model.Schedule.T}, label {(label < 0 ? "none" : label)}{(label < 0 ? "" : $", w = {guidance}")}: {file}");
        return 0;
    }

    // Measures what has not been measured yet, draws and writes.
    private void Finish(StudyRun study, StudyFolder output, List<TrainedModel> models, long start)
    {
        reporter.Say("Measuring.");
        for (int i = 0; i < models.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            study.Measure(i, models[i]);
        }

        reporter.Say("Drawing.");
        study.Draw(output);
        var metrics = new MetricsDocument(
            study.Configuration.Seed, Workers.ThreadCount, Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1), [.. study.Models.Select(model => model.Numbers)]);
        OutputFolder.WriteText(output.Metrics, metrics.ToJson());
        var report = new StudyReport(study.Configuration, metrics, output);
        report.Write();
        reporter.Table(report.SummaryHeader, report.SummaryRows);
        reporter.Say($"Report: {output.Report} ({Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s)");
    }

    // x_T: noise, or the same given point for all.
    private static Tensor<float> Begin(ParseResult result, RandomSource random, int count, NoiseSchedule schedule)
    {
        if (result.GetValue(StudyOptions.Start) is not var (left, right))
            return Start.Draw<float>(random, [count, 2, 1], schedule);
        var start = Tensor<float>.Uninitialized([count, 2, 1]);
        for (int i = 0; i < count; i++)
            (start.Span[2 * i], start.Span[(2 * i) + 1]) = ((float)left, (float)right);
        return start;
    }

    // A model belongs to its T: another one asked for is refused.
    private static Model<float> Load(string path, int? timesteps)
    {
        var model = ModelData.Load(path);
        if (timesteps is int asked && asked != model.Schedule.T)
            throw new UsageException($"--steps-max is {asked}, but {path} is a model of T = {model.Schedule.T}; a model samples with the steps that it was trained for.");
        return model;
    }
}
