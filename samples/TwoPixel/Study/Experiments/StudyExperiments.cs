namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>An experiment of the study, which measures one model and draws one or all.</summary>
internal abstract class StudyExperiment(string section, params string[] figures) : Experiment<ModelRun, StudyRun, StudyFindings>(section, figures)
{
    /// <summary>The sections that experiments share; the last is that of points for all that samples, since there is less to tell.</summary>
    protected const string DataSection = "The data and the forward process", ReverseSection = "The reverse process, step by step", GuidanceSection = "Guidance", SamplesSection = "Samples";

    /// <summary>Whether these data have what it needs.</summary>
    public virtual bool AppliesTo(StudyData data) => true;

    /// <summary>The lower, the earlier its numbers stand in metrics.json.</summary>
    public virtual int Rank => 0;
}

/// <summary>The study.</summary>
internal static class StudyExperiments
{
    /// <summary>All experiments, in the order of the report.</summary>
    public static IReadOnlyList<StudyExperiment> All { get; } =
    [
        new GroundTruthExperiment(),
        new ForwardExperiment(),
        new TrainingExperiment(),
        new PointsLossExperiment(),
        new TrajectoryExperiment(),
        new TimestepsExperiment(),
        new AnimationExperiment(),
        new GuidanceExperiment(),
        new GuidanceStrengthExperiment(),
        new NoiseFieldExperiment(),
        new ErrorBudgetExperiment(),
    ];

    /// <summary>Those that these data have all for.</summary>
    public static IReadOnlyList<StudyExperiment> Of(StudyData data) => [.. All.Where(experiment => experiment.AppliesTo(data))];
}

/// <summary>What the report is made of: the settings of a run and what was measured.</summary>
internal sealed record StudyFindings(RunConfiguration Configuration, MetricsDocument Metrics)
{
    public StudyData Data => Configuration.UsedData;

    public GaussianMixture? Mixture => Data.Mixture;

    /// <summary>Whether the data are the user's own.</summary>
    public bool Own => Configuration.Data is not null;

    /// <summary>T of the model that figures of one model show.</summary>
    public int T => Of<ModelNumbers>().T;

    /// <summary>The standard deviations of the mixture.</summary>
    public string Sigmas => string.Join(" and ", Mixture!.Components.Select(c => c.Sigma.ToString("0.####", CultureInfo.InvariantCulture)).Distinct());

    /// <summary>What was measured of each model, by T.</summary>
    public IEnumerable<Measurements> ByT => Metrics.Models.OrderBy(model => model.Of<ModelNumbers>().T);

    /// <summary>What one experiment measured of the model that figures of one model show.</summary>
    public TRecord Of<TRecord>()
        where TRecord : class => Metrics.Models[0].Of<TRecord>();

    /// <summary>A number of each model.</summary>
    public string Each<TRecord>(Func<TRecord, string> number)
        where TRecord : class => string.Join(", ", ByT.Select(model => $"{number(model.Of<TRecord>())} for T = {model.Of<ModelNumbers>().T}"));
}
