using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diffusion.Metrics;

/// <summary>The numbers of the study: formation.json. Times are diffusion times t, T at the start of a generation and 0 at its end.</summary>
/// <param name="T">The number of steps.</param>
/// <param name="Generations">The number of generations.</param>
/// <param name="Settings">How they were made.</param>
/// <param name="Tolerance">How far from its final value a settled pixel may be.</param>
/// <param name="FirstTenth">The time at which a tenth of a generation's stroke has settled, mean over the generations.</param>
/// <param name="Half">The time at which half of it has.</param>
/// <param name="LastTenth">The time at which nine tenths have.</param>
/// <param name="Spread">The time between the first and the last tenth, mean over the generations.</param>
/// <param name="SpreadDeviation">The standard deviation of the spread over the generations.</param>
/// <param name="SpreadBetweenGenerations">The time between the 10th and the 90th percentile of the times at which half of a stroke has settled, over the generations.</param>
/// <param name="NeighbourCorrelation">Moran's I of the settling times over neighbouring pixels of a stroke, mean over the generations.</param>
/// <param name="LowFrequenciesHalf">The time at which half of the energy at low spatial frequencies is there.</param>
/// <param name="LowFrequenciesNineTenths">The time at which nine tenths of it are.</param>
/// <param name="HighFrequenciesHalf">The time at which half of the energy at high spatial frequencies is there.</param>
/// <param name="HighFrequenciesNineTenths">The time at which nine tenths of it are.</param>
public sealed record FormationNumbers(
    int T,
    int Generations,
    string Settings,
    double Tolerance,
    double FirstTenth,
    double Half,
    double LastTenth,
    double Spread,
    double SpreadDeviation,
    double SpreadBetweenGenerations,
    double NeighbourCorrelation,
    double LowFrequenciesHalf,
    double LowFrequenciesNineTenths,
    double HighFrequenciesHalf,
    double HighFrequenciesNineTenths)
{
    /// <summary>The numbers of measured generations.</summary>
    /// <param name="formation">What was measured.</param>
    /// <param name="steps">T.</param>
    /// <param name="settings">How the images were made, in words.</param>
    /// <exception cref="ArgumentException">No image has a stroke.</exception>
    public static FormationNumbers Of(ImageFormation formation, int steps, string settings)
    {
        GenerationFormation[] strokes = [.. formation.Generations.Where(generation => generation.StrokePixels > 0)];
        if (strokes.Length == 0)
            throw new ArgumentException("No image has a pixel brighter than the middle grey, so there is no stroke to measure.", nameof(formation));
        double spread = strokes.Average(s => s.Spread);
        double[] medians = [.. strokes.Select(s => s.Median).Order()];
        return new FormationNumbers(
            steps,
            strokes.Length,
            settings,
            formation.Tolerance,
            Round(strokes.Average(s => s.First)),
            Round(strokes.Average(s => s.Median)),
            Round(strokes.Average(s => s.Last)),
            Round(spread),
            Round(Math.Sqrt(strokes.Average(s => (s.Spread - spread) * (s.Spread - spread)))),
            Round(medians[(int)(0.9 * (medians.Length - 1))] - medians[(int)(0.1 * (medians.Length - 1))]),
            Math.Round(strokes.Average(s => s.NeighbourCorrelation), 3),
            ReachedAt(formation, formation.LowFrequencies, 0.5),
            ReachedAt(formation, formation.LowFrequencies, 0.9),
            ReachedAt(formation, formation.HighFrequencies, 0.5),
            ReachedAt(formation, formation.HighFrequencies, 0.9));
    }

    /// <summary>The answer in words.</summary>
    public IReadOnlyList<string> Answer()
    {
        double share = Spread / T;
        bool inRegions = NeighbourCorrelation > 0.5;
        string verdict = share < 0.1 ? "all at once: the whole stroke settles within a tenth of the process"
            : inRegions ? "part by part: regions of the stroke settle one after the other"
            : "neither. It takes long, but no part of the stroke waits for another: the whole digit is there early as a blur, and sharpens everywhere at the same time";
        string neighbours = inRegions ? "neighbouring pixels settle together, so it is regions that settle one after the other"
            : NeighbourCorrelation > 0.25 ? "neighbouring pixels settle at similar times, but regions do not settle as one"
            : "when a pixel settles says little of when its neighbour does";
        return
        [
            $"Is the digit formed part by part, or all at once? Over {Generations} generations: {verdict}.",
            $"Of a digit's stroke the first tenth has settled after {Done(FirstTenth)} of {T} reverse steps, half after {Done(Half)} and nine tenths after {Done(LastTenth)}. The first and the last tenth are {Number(Spread)} steps apart ({Percent(share)} of the process; standard deviation over the generations {Number(SpreadDeviation)}), and digits differ among themselves by {Number(SpreadBetweenGenerations)} steps in the moment at which half is settled (10th to 90th percentile).",
            $"The correlation of settling times between neighbouring pixels (Moran's I) is {NeighbourCorrelation.ToString("0.00", CultureInfo.InvariantCulture)}: {neighbours}.",
            $"Coarse structure comes first: half of the energy at low spatial frequencies is there after {Done(LowFrequenciesHalf)} steps and nine tenths after {Done(LowFrequenciesNineTenths)}; at high frequencies it takes {Done(HighFrequenciesHalf)} and {Done(HighFrequenciesNineTenths)}.",
        ];
    }

    /// <summary>The numbers as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, FormationJson.Readable.FormationNumbers) + "\n";

    /// <summary>Reads what <see cref="ToJson"/> gave.</summary>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FormationNumbers Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), FormationJson.Readable.FormationNumbers) ?? throw new InvalidDataException($"{path} holds no numbers of the formation study.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} holds no numbers of the formation study: {e.Message}", e);
        }
    }

    // The earliest time from which on the share stays.
    private static double ReachedAt(ImageFormation formation, IReadOnlyList<double> shares, double share)
    {
        int k = shares.Count - 1;
        while (k > 0 && shares[k - 1] >= share)
            k--;
        return formation.Times[k];
    }

    private static double Round(double time) => Math.Round(time, 1);

    private static string Number(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static string Percent(double value) => (100 * value).ToString("0", CultureInfo.InvariantCulture) + " %";

    private string Done(double time) => Number(T - time);
}

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
    });
}
