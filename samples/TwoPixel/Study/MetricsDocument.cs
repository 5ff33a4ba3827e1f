using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diffusion.TwoPixel.Study;

/// <summary>metrics.json: what was measured of every model.</summary>
internal sealed record MetricsDocument(ulong Seed, int Threads, double ElapsedSeconds, IReadOnlyList<ModelMetrics> Models)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The file's text.</summary>
    /// <exception cref="InvalidOperationException">A number is infinite or none, which JSON has no word for: a training diverged.</exception>
    public string ToJson()
    {
        try
        {
            return JsonSerializer.Serialize(this, Json) + "\n";
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException("A measured number is infinite or not a number, so a training has diverged: a smaller --learning-rate may help. Models, histories and figures are written; metrics.json and the report are not.", e);
        }
    }

    /// <summary>Reads the metrics of models of a mixture.</summary>
    /// <exception cref="JsonException">The file holds no such metrics.</exception>
    public static MetricsDocument LoadMixture(string path)
    {
        var saved = JsonSerializer.Deserialize<MixtureDocument>(File.ReadAllText(path), Json) ?? throw new JsonException("It holds null.");
        return new MetricsDocument(saved.Seed, saved.Threads, saved.ElapsedSeconds, saved.Models);
    }

    private sealed record MixtureDocument(ulong Seed, int Threads, double ElapsedSeconds, IReadOnlyList<MixtureMetrics> Models);
}

/// <summary>
/// The measurements of one model that need no exact answer. Distances are sliced Wasserstein distances over 50,000 points, or as
/// many as half of the data are.
/// </summary>
[JsonDerivedType(typeof(MixtureMetrics))]
[JsonDerivedType(typeof(PointsMetrics))]
internal abstract record ModelMetrics
{
    [JsonPropertyName("T"), JsonPropertyOrder(-5)]
    public required int T { get; init; }

    [JsonPropertyOrder(-4)]
    public required int Iterations { get; init; }

    /// <summary>The mean loss of the last 200 steps of training.</summary>
    [JsonPropertyOrder(-3)]
    public required double FinalLoss { get; init; }

    /// <summary>Unconditional samples of the averaged weights against the data.</summary>
    [JsonPropertyOrder(-2)]
    public required double Swd { get; init; }

    /// <summary>Two sets of the data.</summary>
    [JsonPropertyOrder(-1)]
    public required double SwdFloor { get; init; }
}

/// <summary>The measurements of a model of points, of whose distribution nothing else is known.</summary>
internal sealed record PointsMetrics : ModelMetrics
{
    /// <summary>By class: conditional samples (w = 0), as many as the class has points, against its points.</summary>
    public required SortedDictionary<string, double> ConditionalSwd { get; init; }
}

/// <summary>The measurements of a model of a mixture, of which everything is known.</summary>
internal sealed record MixtureMetrics : ModelMetrics
{
    /// <summary>The exact predictor with the same sampler, start, noise and reference.</summary>
    public required double SwdExactDenoiser { get; init; }

    /// <summary>The exact predictor with the optimal variance, no noise at the last step.</summary>
    public required double SwdOptimalVariance { get; init; }

    /// <summary>The exact predictor with the optimal variance, noise at the last step too.</summary>
    public required double SwdOptimalVarianceNoiseAtLastStep { get; init; }

    /// <summary>The exact predictor with the upper variance beta.</summary>
    public required double SwdUpperVariance { get; init; }

    public required double[] ModeWeights { get; init; }

    public required double[][] ModeMeans { get; init; }

    public required double[] ModeStandardDeviations { get; init; }

    /// <summary>The same of the exact predictor with the posterior variance, and with the optimal one at every step.</summary>
    public required double[] ModeStandardDeviationsExactDenoiser { get; init; }

    public required double[] ModeStandardDeviationsOptimalVarianceNoiseAtLastStep { get; init; }

    public required double OutlierShare { get; init; }

    public required double OutlierShareExactDenoiser { get; init; }

    /// <summary>By class: none, 0, 1.</summary>
    public required SortedDictionary<string, NoiseRmse> NoiseRmse { get; init; }

    public required SortedDictionary<string, double> LossRatio { get; init; }

    public required SortedDictionary<string, double> ClassAccuracy { get; init; }

    /// <summary>By class, then by w.</summary>
    public required SortedDictionary<string, SortedDictionary<string, double>> GuidedMeanError { get; init; }
}

/// <summary>The error of the predicted noise, root mean square per coordinate: over all t, and for each t from 1.</summary>
internal sealed record NoiseRmse(double Overall, double[] PerStep);
