using System.Text.Json;

namespace Diffusion.TwoPixel.Compare;

/// <summary>compare.json: what the comparison measured. Distances are sliced Wasserstein distances, densities in nats.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Threads">The threads of the run.</param>
/// <param name="ElapsedSeconds">Its time, training included.</param>
/// <param name="Points">The points of each distance.</param>
/// <param name="Iterations">The training steps of each model.</param>
/// <param name="SwdFloor">The distance between two sets of the data.</param>
/// <param name="Samplers">Every sampler with each predictor, on the way that preserves variance.</param>
/// <param name="OtherPaths">The same on the straight line of flow matching and on EDM's variance exploding way.</param>
/// <param name="Target">A fast solver with the trained model against DDPM with all steps.</param>
/// <param name="Distillation">Students and teacher.</param>
/// <param name="Guidance">Guidance with and without a classifier, against the exact one.</param>
/// <param name="Variance">The reverse variance at each t.</param>
/// <param name="Likelihood">The model's log-density.</param>
internal sealed record CompareDocument(
    ulong Seed,
    int Threads,
    double ElapsedSeconds,
    int Points,
    SortedDictionary<string, int> Iterations,
    double SwdFloor,
    IReadOnlyList<PredictorMetrics> Samplers,
    IReadOnlyList<PredictorMetrics> OtherPaths,
    SolverTarget Target,
    DistillationMetrics Distillation,
    GuidanceMetrics Guidance,
    VarianceMetrics Variance,
    LikelihoodMetrics Likelihood)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>Reads what <see cref="ToJson"/> gave.</summary>
    /// <exception cref="InvalidDataException">The file holds no comparison.</exception>
    public static CompareDocument Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<CompareDocument>(File.ReadAllText(path), Json) ?? throw new InvalidDataException($"{path} holds no comparison.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} holds no comparison: {e.Message}", e);
        }
    }
}

/// <summary>The samplers with one predictor.</summary>
/// <param name="Predictor">exact, continuous or discrete; exact flow, flow, exact edm or edm.</param>
/// <param name="T">T of its schedule.</param>
/// <param name="Runs">Every sampler at every cost.</param>
internal sealed record PredictorMetrics(string Predictor, int T, IReadOnlyList<SamplerMetrics> Runs)
{
    /// <summary>The run of a sampler with at most so many evaluations that has the most.</summary>
    public SamplerMetrics Of(string sampler, int evaluations) =>
        Runs.Where(run => run.Sampler == sampler && run.Evaluations <= evaluations).MaxBy(run => run.Evaluations)
            ?? throw new InvalidDataException($"There is no run of {sampler} with at most {evaluations} evaluations.");
}

/// <summary>A sampler with so many network evaluations.</summary>
internal sealed record SamplerMetrics(string Sampler, int Evaluations, double Swd);

/// <summary>The best of DPM-Solver++ and DEIS with 20 evaluations, and DDPM with 50, all with trained models.</summary>
/// <param name="Ddpm">DDPM with 50 steps and the study's model.</param>
/// <param name="DdpmContinuous">DDPM with 50 steps and the model on real times.</param>
/// <param name="Discrete">The best solver of 20 evaluations at whole times with the study's model.</param>
/// <param name="Continuous">The best solver of 20 evaluations with the model on real times.</param>
internal sealed record SolverTarget(SamplerMetrics Ddpm, SamplerMetrics DdpmContinuous, SamplerMetrics Discrete, SamplerMetrics Continuous);

/// <summary>Progressive distillation.</summary>
/// <param name="Teacher">The teacher's DDIM by steps.</param>
/// <param name="Students">The students by steps.</param>
/// <param name="Ratios">A student's distance over that of the teacher with all its steps.</param>
internal sealed record DistillationMetrics(SortedDictionary<int, double> Teacher, SortedDictionary<int, double> Students, SortedDictionary<int, double> Ratios);

/// <summary>Guided samples of one kind against those of the exact guided score, from the same noise.</summary>
/// <param name="Kind">classifier or classifier-free.</param>
/// <param name="Strength">w.</param>
/// <param name="MeanError">The largest distance between the means of a class.</param>
/// <param name="Swd">The distance between the samples of both classes.</param>
internal sealed record GuidedMetrics(string Kind, double Strength, double MeanError, double Swd);

/// <summary>Guidance, and how well the classifier knows the classes: its cross-entropy over all t beside the least possible one.</summary>
internal sealed record GuidanceMetrics(double CrossEntropy, double LeastCrossEntropy, IReadOnlyList<GuidedMetrics> Runs);

/// <summary>The variances of the steps from t = 1 on, and the distances of samples with each.</summary>
internal sealed record VarianceMetrics(double[] Posterior, double[] Upper, double[] Optimal, double[] Learned, SortedDictionary<string, double> Swd);

/// <summary>The likelihood of held-out points with the model on real times.</summary>
/// <param name="HeldOut">The number of points.</param>
/// <param name="StartTime">The time whose density is told, of T.</param>
/// <param name="ModelNll">The mean of -log p of the model.</param>
/// <param name="MixtureNll">That of the mixture itself at the same time.</param>
/// <param name="BitsPerDimension">The model's, and the mixture's.</param>
/// <param name="MeanAbsoluteError">Of log p over the grid where the density exceeds 1e-3.</param>
internal sealed record LikelihoodMetrics(int HeldOut, double StartTime, double ModelNll, double MixtureNll, double[] BitsPerDimension, double MeanAbsoluteError);
