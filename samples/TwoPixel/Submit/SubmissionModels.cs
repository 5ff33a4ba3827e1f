using Diffusion.Tensors.Threading;

namespace Diffusion.TwoPixel.Submit;

/// <summary>The models of a submission: those of the folder are used as they are, missing ones are trained.</summary>
internal sealed class SubmissionModels(StudyFolder output, IReporter reporter)
{
    /// <summary>The models of the study, in the order of the configuration.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <param name="whenChecked">Called when what is there has been found to fit, before anything is trained.</param>
    /// <exception cref="UsageException">A model of the folder is another one than the settings say.</exception>
    public IReadOnlyList<TrainedModel> Study(RunConfiguration configuration, CancellationToken cancellation, Action? whenChecked = null)
    {
        var found = configuration.Timesteps.ToDictionary(t => t, t => Saved(configuration, output, t));
        whenChecked?.Invoke();
        int[] missing = [.. configuration.Timesteps.Where(t => found[t] is null)];
        foreach (var model in new ModelTraining(configuration, output, reporter).TrainAll(missing, resume: false, cancellation))
            found[model.T] = model;
        return [.. configuration.Timesteps.Select(t => found[t]!)];
    }

    /// <summary>Models of other settings, each in a folder of its own; missing ones are trained beside each other.</summary>
    /// <exception cref="UsageException">A model is another one than the settings say.</exception>
    public IReadOnlyList<TrainedModel> Others(IReadOnlyList<(string Folder, RunConfiguration Configuration)> wanted, int timesteps, CancellationToken cancellation)
    {
        var folders = wanted.Select(other => new StudyFolder(output.File(Path.Combine("obstacles", other.Folder)))).ToList();
        var models = wanted.Zip(folders, (other, folder) => Saved(other.Configuration, folder, timesteps)).ToArray();
        int[] missing = [.. Enumerable.Range(0, models.Length).Where(i => models[i] is null)];
        if (missing.Length > 0)
        {
            reporter.Together(() => Workers.RunJobs(missing.Length, job =>
            {
                var (configuration, folder) = (wanted[missing[job]].Configuration, folders[missing[job]]);
                OutputFolder.WriteText(folder.Configuration, configuration.ToJson());
                models[missing[job]] = new ModelTraining(configuration, folder, reporter, wanted[missing[job]].Folder).Train(timesteps, resume: false, cancellation);
            }));
        }

        return [.. models.Select(model => model!)];
    }

    private static TrainedModel? Saved(RunConfiguration configuration, StudyFolder folder, int timesteps)
    {
        string path = folder.Model(timesteps);
        if (!File.Exists(path))
            return null;
        var model = ModelData.Load(path);
        var network = configuration.MakeNetwork(timesteps, new RandomSource(configuration.Seed));
        if ((model.Network.Architecture, model.Network.ConfigurationJson) != (network.Architecture, network.ConfigurationJson)
            || model.Training != configuration.TrainingFor(timesteps) || model.Schedule.ToJson() != configuration.ScheduleFor(timesteps).ToJson()
            || model.Data != configuration.UsedData.Description)
            throw new UsageException($"The model {path} was made with other settings than those of this submission; --out names another folder, where all are trained, or leave the options out that differ from the folder's config.json.");
        return new TrainedModel(model, TrainingHistory.LoadOf(folder.History(timesteps), model.Training.Iterations));
    }
}
