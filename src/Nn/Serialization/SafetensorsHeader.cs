using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Diffusion.Tensors;

namespace Diffusion.Nn.Serialization;

/// <summary>
/// The JSON header of a safetensors file: each tensor's dtype, shape and data_offsets, and a map of strings. Parsing trusts
/// nothing: the tensors must cover the data exactly, without holes or overlaps.
/// </summary>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The format's limit on the header, in bytes.</summary>
    public const int MaxLength = 100_000_000;

    private const string MetadataName = "__metadata__";

    // In the order of their numbers, which count from 0; the format writes F8_E4M3.
    private static readonly string[] TypeNames = [.. Enum.GetNames<SafetensorsType>().Select(name => name.Replace("F8E", "F8_E", StringComparison.Ordinal))];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The header as UTF-8, padded with spaces to a multiple of 8 bytes.</summary>
    public byte[] ToBytes()
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(MetadataName);
                foreach (var (key, value) in Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            foreach (var entry in Entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", entry.Type.ToString());
                json.WriteStartArray("shape");
                foreach (int extent in entry.Shape.AsSpan())
                    json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(entry.Begin);
                json.WriteNumberValue(entry.End);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (memory.Length % 8 != 0)
            memory.WriteByte((byte)' ');
        return memory.ToArray();
    }

    /// <summary>Parses and checks a header.</summary>
    /// <param name="bytes">The header.</param>
    /// <param name="dataLength">The number of bytes that follow it in the file.</param>
    /// <param name="file">The name of the file, for messages.</param>
    /// <exception cref="InvalidDataException">Anything that is not as the format says.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> bytes, long dataLength, string file)
    {
        if (!Utf8.IsValid(bytes.Span))
            throw Refusal(file, "the header is not UTF-8");
        if (bytes.Span[0] != (byte)'{')
            throw Refusal(file, "the header does not begin with '{'");
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return Parse(document.RootElement, dataLength, file);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: the header is not the JSON of a safetensors file: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // Escaped lone surrogates are valid JSON, but no text.
            throw new InvalidDataException($"{file}: the header holds a string that is not valid Unicode: {e.Message}", e);
        }
    }

    /// <summary>The exception for a file that is refused.</summary>
    public static InvalidDataException Refusal(string file, string reason) => new($"{file}: {reason}.");

    private static SafetensorsHeader Parse(JsonElement root, long dataLength, string file)
    {
        var entries = new List<SafetensorsEntry>();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == MetadataName)
                ReadMetadata(property.Value, metadata, file);
            else
                entries.Add(ReadEntry(property.Name, property.Value, file));
        }

        // Empty tensors come before the tensor that begins where they do.
        entries.Sort((left, right) => (left.Begin, left.End).CompareTo((right.Begin, right.End)));
        long covered = 0;
        foreach (var entry in entries)
        {
            if (entry.Begin != covered)
                throw Refusal(file, $"tensor '{entry.Name}' begins at byte {entry.Begin} of the data, where {covered} was expected: the data have {(entry.Begin < covered ? "an overlap" : "a hole")}");
            covered = entry.End;
        }

        if (covered != dataLength)
            throw Refusal(file, $"the tensors take {covered} bytes, but {dataLength} bytes of data follow the header");
        return new SafetensorsHeader(entries, metadata);
    }

    private static void ReadMetadata(JsonElement value, Dictionary<string, string> metadata, string file)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Refusal(file, $"{MetadataName} is not an object");
        foreach (var item in value.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String)
                throw Refusal(file, $"the entry '{item.Name}' of {MetadataName} is not a string");
            metadata.Add(item.Name, item.Value.GetString()!);
        }
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement value, string file)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Refusal(file, $"tensor '{name}' is not described by an object");
        JsonElement? dtype = null, extents = null, offsets = null;
        foreach (var item in value.EnumerateObject())
        {
            switch (item.Name)
            {
                case "dtype": dtype = item.Value; break;
                case "shape": extents = item.Value; break;
                case "data_offsets": offsets = item.Value; break;
                default: throw Refusal(file, $"tensor '{name}' has the unknown member '{item.Name}'; accepted are dtype, shape and data_offsets");
            }
        }

        var type = ReadType(dtype, name, file);
        var (shape, elements) = ReadShape(extents, name, file);
        long[] range = ReadIntegers(offsets, "data_offsets", name, file);
        if (range.Length != 2 || range[1] < range[0])
            throw Refusal(file, $"the data_offsets of tensor '{name}' are [{string.Join(", ", range)}]; accepted are a begin and an end that is not before it");
        if (range[1] - range[0] != elements * type.Size())
            throw Refusal(file, $"tensor '{name}' of type {type} and shape {shape} takes {elements * type.Size()} bytes, but its data_offsets [{range[0]}, {range[1]}] hold {range[1] - range[0]}");
        return new SafetensorsEntry(name, type, shape, range[0], range[1]);
    }

    private static SafetensorsType ReadType(JsonElement? value, string name, string file)
    {
        string? text = value is { ValueKind: JsonValueKind.String } element ? element.GetString() : null;
        if (text is null)
            throw Refusal(file, $"tensor '{name}' has no dtype that is a string");
        int at = Array.IndexOf(TypeNames, text);
        return at >= 0 ? (SafetensorsType)at
            : throw Refusal(file, $"tensor '{name}' has the dtype {text}; accepted are {string.Join(", ", TypeNames)}");
    }

    private static (Shape Shape, long Elements) ReadShape(JsonElement? value, string name, string file)
    {
        long[] extents = ReadIntegers(value, "shape", name, file);
        long elements = 1;
        try
        {
            foreach (long extent in extents)
                elements = checked(elements * extent);
        }
        catch (OverflowException e)
        {
            throw new InvalidDataException($"{file}: the shape [{string.Join(", ", extents)}] of tensor '{name}' overflows.", e);
        }

        if (extents.Length > Shape.MaxRank || elements > int.MaxValue || extents.Any(extent => extent > int.MaxValue))
            throw Refusal(file, $"the shape [{string.Join(", ", extents)}] of tensor '{name}' is too large; accepted are {Shape.MaxRank} dimensions and {int.MaxValue} elements");
        try
        {
            return (new Shape(Array.ConvertAll(extents, extent => (int)extent)), elements);
        }
        catch (ArgumentException e)
        {
            // A shape can refuse extents whose product is too large before it meets the 0.
            throw new InvalidDataException($"{file}: the shape [{string.Join(", ", extents)}] of tensor '{name}' cannot be had: {e.Message}", e);
        }
    }

    private static long[] ReadIntegers(JsonElement? value, string member, string name, string file)
    {
        if (value is not { ValueKind: JsonValueKind.Array } array)
            throw Refusal(file, $"tensor '{name}' has no {member} that is an array");
        long[] integers = new long[array.GetArrayLength()];
        int i = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out integers[i]) || integers[i++] < 0)
                throw Refusal(file, $"the {member} of tensor '{name}' holds {item.GetRawText()}; accepted are integers from 0");
        }

        return integers;
    }
}
