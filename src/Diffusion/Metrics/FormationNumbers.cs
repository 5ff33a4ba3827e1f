using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Metrics;

/// <summary>The numbers of the study: formation.json. Times are shares of the process, 0 at t = T and 1 at t = 0, unless a parameter says steps.</summary>
/// <param name="T">The number of diffusion steps.</param>
/// <param name="Generations">The number of generations that were measured.</param>
/// <param name="Unmeasured">The number of those of which too few pixels change.</param>
/// <param name="Settings">How they were made.</param>
/// <param name="BaselineDeviation">See <see cref="ImageFormation.BaselineDeviation"/>.</param>
/// <param name="Half">The time at which half of an image's pixels have gone their way, mean over the generations.</param>
/// <param name="Spread">The time between the first tenth of them and the last, mean over the generations.</param>
/// <param name="Unexplained">The same of what the orders that are named leave of the times.</param>
/// <param name="Kinds">The share of the generations that have each kind, by its name; a mixture counts for each of its kinds.</param>
/// <param name="PartByPart">The share that have any of <see cref="FormationKinds.PartByPart"/>.</param>
/// <param name="Place">The share of the variance of an image's times that the place explains, mean over the generations.</param>
/// <param name="Path">The share that the distance along the stroke explains.</param>
/// <param name="Regions">The correlation of what place, path and fineness leave of the times, between pixels two to three apart: see <see cref="GenerationFormation.Correlation"/>.</param>
/// <param name="CoarseLead">By how much of the process coarse structure is ahead of fine structure.</param>
/// <param name="CoarseHalf">The steps after which half of the change at coarse structure is there for good.</param>
/// <param name="CoarseNineTenths">The steps after which nine tenths of it are.</param>
/// <param name="FineHalf">The steps after which half of the change at fine structure is there.</param>
/// <param name="FineNineTenths">The steps after which nine tenths of it are.</param>
public sealed record FormationNumbers(
    int T,
    int Generations,
    int Unmeasured,
    string Settings,
    double BaselineDeviation,
    double Half,
    double Spread,
    double Unexplained,
    IReadOnlyDictionary<FormationKinds, Interval> Kinds,
    Interval PartByPart,
    Tested Place,
    Tested Path,
    Tested Regions,
    Tested CoarseLead,
    double CoarseHalf,
    double CoarseNineTenths,
    double FineHalf,
    double FineNineTenths)
{
    private const int Permutations = 999, Resamples = 2000;

    // The 97.5th percentile of the normal distribution.
    private const double Normal = 1.959964;

    private const string OldMember = "neighbourCorrelation";

    /// <summary>The numbers of measured generations.</summary>
    /// <param name="formation">What was measured.</param>
    /// <param name="steps">T.</param>
    /// <param name="settings">How the images were made, in words.</param>
    /// <param name="seed">Of the permutations and of what is drawn for the intervals.</param>
    /// <exception cref="ArgumentException">In no image enough pixels change.</exception>
    public static FormationNumbers Of(ImageFormation formation, int steps, string settings, ulong seed = 0)
    {
        int[] which = [.. Enumerable.Range(0, formation.Generations.Length).Where(n => formation.Generations[n].Kinds != FormationKinds.None)];
        if (which.Length == 0)
            throw new ArgumentException($"In no image do {GenerationFormation.LeastPixels} pixels change by {ImageFormation.LeastChange}, so there is nothing to measure.", nameof(formation));
        GenerationFormation[] all = [.. which.Select(n => formation.Generations[n])];
        var chance = formation.Permuted(which, Permutations, seed);
        int[][] resamples = [.. Enumerable.Range(0, Resamples).Select(k =>
        {
            int[] drawn = new int[all.Length];
            new RandomSource(seed).Derive(1).For(Purpose.Metrics).At(k).Integers(0, all.Length, drawn);
            return drawn;
        })];

        Interval Mean(Func<GenerationFormation, double> of)
        {
            double[] values = [.. all.Select(of)], means = [.. resamples.Select(drawn => drawn.Average(i => values[i])).Order()];
            return new Interval(Round(values.Average()), Round(means[Resamples / 40]), Round(means[Resamples - 1 - (Resamples / 40)]));
        }

        Interval Share(FormationKinds kinds)
        {
            double share = all.Average(one => (one.Kinds & kinds) != 0 ? 1 : 0), squared = Normal * Normal / all.Length;
            double middle = (share + (squared / 2)) / (1 + squared), half = Math.Sqrt(squared * ((share * (1 - share)) + (squared / 4))) / (1 + squared);
            return new Interval(Round(share), Round(Math.Max(0, middle - half)), Round(Math.Min(1, middle + half)));
        }

        Tested Test(Func<GenerationFormation, double> of, Func<(double Place, double Path, double Correlation, double CoarseLead), double> ofChance)
        {
            double mean = all.Average(of);
            double[] without = [.. chance.Select(ofChance)];
            return new Tested(Mean(of), Round(without.Average()), Math.Round((1.0 + without.Count(value => value >= mean)) / (1 + Permutations), 3));
        }

        double Reached(IReadOnlyList<double> shares, double share)
        {
            int k = shares.Count - 1;
            while (k > 0 && shares[k - 1] >= share)
                k--;
            return Math.Round(formation.Done[k] * steps, 1);
        }

        return new FormationNumbers(
            steps,
            all.Length,
            formation.Generations.Length - all.Length,
            settings,
            Round(formation.BaselineDeviation),
            Round(all.Average(one => one.Half)),
            Round(all.Average(one => one.Spread)),
            Round(all.Average(one => one.Unexplained)),
            FormationKindsExtensions.Single.ToDictionary(kind => kind, Share),
            Share(FormationKinds.PartByPart),
            Test(one => one.Place, without => without.Place),
            Test(one => one.Path, without => without.Path),
            Test(one => one.Correlation, without => without.Correlation),
            Test(one => one.CoarseLead, without => without.CoarseLead),
            Reached(formation.Coarse, 0.5),
            Reached(formation.Coarse, 0.9),
            Reached(formation.Fine, 0.5),
            Reached(formation.Fine, 0.9));
    }

    /// <summary>The answer in words.</summary>
    public IReadOnlyList<string> Answer() => FormationAnswer.Of(this);

    /// <summary>The numbers as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, FormationJson.Readable.FormationNumbers) + "\n";

    /// <summary>Reads what <see cref="ToJson"/> gave.</summary>
    /// <exception cref="InvalidDataException">The file holds something else, or numbers that were measured in the old way, without a baseline.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FormationNumbers Load(string path)
    {
        try
        {
            string text = File.ReadAllText(path);
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(OldMember, out _))
                throw new InvalidDataException($"{path} was measured in the old way; run the command 'formation' again.");
            var numbers = JsonSerializer.Deserialize(text, FormationJson.Readable.FormationNumbers) ?? throw new JsonException("null");
            string[] missing = [.. FormationKindsExtensions.Single.Where(kind => !numbers.Kinds.ContainsKey(kind)).Select(kind => kind.ToString())];
            return missing.Length == 0 ? numbers : throw new JsonException($"kinds lacks {string.Join(", ", missing)}");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} holds no numbers of the formation study: {e.Message}", e);
        }
    }

    private static double Round(double value) => Math.Round(value, 3);
}

/// <summary>
/// A mean over the generations, and the 95 % interval of what it could be over others: by generations drawn with replacement (Efron,
/// "Bootstrap methods", 1979), and of a share by Wilson, "Probable inference" (1927), which also knows that none of a few says little.
/// </summary>
/// <param name="Mean">The mean.</param>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct Interval(double Mean, double Low, double High);

/// <summary>A statistic, and what it is by chance: with the times of each image's pixels permuted among those of similar final value.</summary>
/// <param name="Value">The statistic.</param>
/// <param name="Chance">Its mean over the permutations.</param>
/// <param name="P">The share of permutations, and of what was measured, that are at least as large.</param>
public readonly record struct Tested(Interval Value, double Chance, double P);

/// <summary>Serialisation without reflection.</summary>
[JsonSerializable(typeof(FormationNumbers))]
internal sealed partial class FormationJson : JsonSerializerContext
{
    // Letters of all languages as they are. A number that is missing is no 0.
    public static FormationJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    });
}
