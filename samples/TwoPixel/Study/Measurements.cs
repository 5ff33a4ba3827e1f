using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diffusion.TwoPixel.Study;

/// <summary>
/// What experiments measured of one subject: a record of each of them. In JSON it is one object with the members of all records
/// one after another; what was read from JSON becomes a record when it is asked for.
/// </summary>
[JsonConverter(typeof(Converter))]
internal sealed class Measurements
{
    /// <summary>Both directions; a number that a record needs and the file lacks is refused.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    private readonly List<object> _records;
    private readonly Func<Type, object?>? _saved;

    /// <summary>What was measured, in the order of the file; what is null was not.</summary>
    public Measurements(params IEnumerable<object?> records) => _records = [.. records.OfType<object>()];

    private Measurements(JsonElement saved, JsonSerializerOptions options)
    {
        _records = [saved];
        _saved = type =>
        {
            try
            {
                return saved.Deserialize(type, options);
            }
            catch (JsonException e)
            {
                throw JsonFile.Refusal(Place, e, type, options);
            }
        };
    }

    /// <summary>Where they were read: the file, and the place in it.</summary>
    public string Place { get; set; } = "The measurements";

    /// <summary>What one experiment measured.</summary>
    /// <exception cref="InvalidDataException">The file holds no such numbers.</exception>
    public TRecord Of<TRecord>()
        where TRecord : class => _records.OfType<TRecord>().FirstOrDefault() ?? _saved?.Invoke(typeof(TRecord)) as TRecord
            ?? throw new InvalidDataException($"{Place}: there are no {typeof(TRecord).Name}.");

    private sealed class Converter : JsonConverter<Measurements>
    {
        public override Measurements Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonElement.ParseValue(ref reader), options);

        public override void Write(Utf8JsonWriter writer, Measurements value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (object record in value._records)
            {
                foreach (var member in JsonSerializer.SerializeToElement(record, record.GetType(), options).EnumerateObject())
                    member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }
    }
}

/// <summary>metrics.json: what was measured of every model.</summary>
internal sealed record MetricsDocument(ulong Seed, int Threads, double ElapsedSeconds, IReadOnlyList<Measurements> Models)
{
    /// <summary>The file's text.</summary>
    /// <exception cref="InvalidOperationException">A number is infinite or none, which JSON has no word for: a training diverged.</exception>
    public string ToJson()
    {
        try
        {
            return JsonSerializer.Serialize(this, Measurements.Json) + "\n";
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException("A measured number is infinite or not a number, so a training has diverged: a smaller --learning-rate may help. Models, histories and figures are written; metrics.json and the report are not.", e);
        }
    }

    /// <summary>Reads what <see cref="ToJson"/> gave.</summary>
    /// <param name="path">The file.</param>
    /// <param name="timesteps">T of the models that it must have, in their order.</param>
    /// <exception cref="InvalidDataException">The file holds no metrics, or those of other models.</exception>
    public static MetricsDocument Load(string path, IReadOnlyList<int> timesteps)
    {
        var read = JsonFile.Read<MetricsDocument>(path, Measurements.Json);
        for (int i = 0; i < (read.Models?.Count ?? 0); i++)
            (read.Models![i] ?? throw new InvalidDataException($"{path}: models[{i}] is null; accepted is an object.")).Place = $"{path}: models[{i}]";
        int[] found = [.. (read.Models ?? []).Select(model => model.Of<ModelNumbers>().T)];
        return found.SequenceEqual(timesteps) ? read
            : throw new InvalidDataException($"{path}: models are of T = {(found.Length == 0 ? "none" : string.Join(", ", found))}; accepted are those of config.json, T = {string.Join(", ", timesteps)}. 'figures' measures them again.");
    }
}

/// <summary>What model it is: the steps of its process and of its training, and the mean loss of the last 200 of these.</summary>
internal sealed record ModelNumbers([property: JsonPropertyName("T")] int T, int Iterations, double FinalLoss);
