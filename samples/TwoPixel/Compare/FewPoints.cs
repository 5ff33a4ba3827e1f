using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Training;

namespace Diffusion.TwoPixel.Compare;

/// <summary>A network that saw few points, again and again; else as the one of EDM's objective.</summary>
/// <param name="Points">The points, [N, 2, 1].</param>
/// <param name="Model">The network.</param>
internal sealed record FewPointsModel(Tensor<float> Points, Model<float> Model);

/// <summary>Trains networks on few points of the mixture; what is in the folder with the same settings is used as it is.</summary>
internal sealed class FewPointsTraining(CompareSettings settings, StudyFolder folder, IReporter reporter, CancellationToken cancellation)
{
    private const int Iterations = 4000, Batch = 128;

    /// <summary>The sizes of the sets.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [16, 256];

    /// <summary>Trains or loads all of them.</summary>
    /// <exception cref="OperationCanceledException">The user stopped it; models that are done are in the folder.</exception>
    public IReadOnlyList<FewPointsModel> Run(GaussianMixture data) => [.. Sizes.Select(size => Run(data, size))];

    private FewPointsModel Run(GaussianMixture data, int size)
    {
        var random = new RandomSource(settings.Run.Seed);
        var points = data.Sample<float>(size, random.Derive(5).For(Purpose.Data).At(size)).X0;
        var source = new TensorSource<float>(points);
        var schedule = NoiseSchedule.VarianceExploding(CompareSettings.ContinuousT);
        var objective = new EdmObjective<float>(Math.Sqrt(data.VariancePerPixel));
        var network = settings.Run.NetworkFor(schedule.T) with { Classes = data.LabelCount };
        var training = settings.Continuous with { Iterations = settings.Run.Iterations ?? Iterations, Batch = settings.Run.Batch ?? Batch, LabelDropout = 0, Ema = 0.998 };
        string path = folder.File($"model-edm-{size}-points.safetensors");
        if (File.Exists(path))
        {
            var saved = ModelFile.Load<float>(path, "two-pixel-unet");
            if (saved.Training == training && saved.Data == source.Description && (saved.Objective.Name, saved.Objective.Settings) == (objective.Name, objective.Settings)
                && (saved.Network as TwoPixelUNet<float>)?.Configuration == network && saved.Schedule.ToJson() == schedule.ToJson())
                return new(points, saved);
        }

        TwoPixelUNet<float> trained = new(network, random), averaged = new(network, random);
        var trainer = new Trainer<float>(trained, schedule, objective, source, training);
        reporter.Training($"{size} points", training.Iterations, onStep => trainer.Run(onStep, cancellation));
        var model = Model<float>.Of(trainer, averaged);
        ModelFile.Save(path, model);
        return new(points, model);
    }
}
