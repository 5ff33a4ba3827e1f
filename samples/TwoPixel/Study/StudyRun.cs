using Diffusion.Tensors.Threading;
using Diffusion.TwoPixel.Study.Experiments;

namespace Diffusion.TwoPixel.Study;

/// <summary>What the experiments of a run share: data, chance, reference points and models. Everything compared is coupled: same start, same noise, same reference points.</summary>
/// <remarks>Several threads may measure models at once.</remarks>
internal sealed class StudyRun(RunConfiguration configuration)
{
    /// <summary>The points of every distance, of a guided run, and of a panel.</summary>
    public const int Points = 50_000, GuidedPoints = 5000, PanelPoints = 5000;

    /// <summary>The most classes that are drawn and measured one by one: no more than a figure can tell apart.</summary>
    public const int MostClasses = 8;

    private readonly ModelRun?[] _models = new ModelRun?[configuration.Timesteps.Count];
    private readonly IReadOnlyList<StudyExperiment> _experiments = StudyExperiments.Of(configuration.UsedData);
    private readonly Lazy<(SlicedWasserstein Distances, int Points, double Floor)> _reference = new(() => ReferenceOf(configuration));

    public RunConfiguration Configuration => configuration;

    public StudyData Data => configuration.UsedData;

    public FigureWindow Window => Data.Window;

    /// <summary>The chance of what is measured.</summary>
    public RandomSource Random { get; } = RandomOf(configuration);

    /// <summary>The chance of what is only drawn.</summary>
    public RandomSource FigureRandom { get; } = new RandomSource(configuration.Seed).Derive(2);

    /// <summary>The classes whose samples are drawn and measured.</summary>
    public IEnumerable<int> Classes => Enumerable.Range(0, Math.Min(Data.LabelCount, MostClasses));

    /// <summary>The points that samples are compared to, how many they are, and how far other points of the data are from them.</summary>
    public (SlicedWasserstein Distances, int Points, double Floor) Reference => _reference.Value;

    /// <summary>The models in the order of training, all measured.</summary>
    public IEnumerable<ModelRun> Models => _models.Select(model => model ?? throw new InvalidOperationException("What is drawn is measured first."));

    /// <summary>The model that figures of one model show.</summary>
    public ModelRun Main => Models.First();

    /// <summary>The models by T.</summary>
    public IEnumerable<ModelRun> ByT => Models.OrderBy(model => model.T);

    /// <summary>Measures a model, unless that was done.</summary>
    /// <param name="place">Its place in the configuration.</param>
    /// <param name="trained">The model.</param>
    public void Measure(int place, TrainedModel trained)
    {
        if (_models[place] is not null)
            return;
        var model = new ModelRun(this, trained);
        var numbers = new ModelNumbers(trained.T, trained.Model.Training.Iterations, trained.History.Losses.TakeLast(200).Select(loss => (double)loss).DefaultIfEmpty(0).Average());
        model.Numbers = new([numbers, .. _experiments.OrderBy(experiment => experiment.Rank).Select(experiment => experiment.Measure(model))]);
        _models[place] = model;
    }

    /// <summary>Draws all figures.</summary>
    /// <remarks>Each is drawn from data that nobody changes, to files of its own.</remarks>
    public void Draw(StudyFolder output) => Parallel.ForEach(
        _experiments, new ParallelOptions { MaxDegreeOfParallelism = Workers.ThreadCount }, experiment => experiment.Draw(this, experiment.PathsIn(output)));

    /// <summary>Points of a panel: of a mixture fresh ones, others than any reference; or points of the data.</summary>
    public (Tensor<float> Points, int[] Labels) Truth() => Data.Sample(PanelPoints, Random.For(Purpose.Data).At(2));

    private static RandomSource RandomOf(RunConfiguration configuration) => new RandomSource(configuration.Seed).Derive(1);

    // Fresh draws of a mixture. Points are cut in two halves: samples are compared to the one as the other half is to it.
    private static (SlicedWasserstein, int, double) ReferenceOf(RunConfiguration configuration)
    {
        var (data, random) = (configuration.UsedData, RandomOf(configuration).For(Purpose.Metrics));
        var (reference, second) = data.Mixture is { } mixture
            ? (mixture.Sample<float>(Points, random.At(0)).X0, mixture.Sample<float>(Points, random.At(1)).X0)
            : data.Halves(Points, random.At(0));
        var distances = SlicedWasserstein.To(reference);
        return (distances, reference.Shape[0], distances.Distance(second));
    }
}
