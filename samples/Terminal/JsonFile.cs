using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Diffusion.Nn.Serialization;

namespace Diffusion.Terminal;

/// <summary>Reads JSON that may have been damaged or edited: what is refused is named with file, line and member, and with what is accepted.</summary>
public static partial class JsonFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">The file is not the JSON of a <typeparamref name="T"/>; one line says where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static T Read<T>(string path, JsonSerializerOptions options)
        where T : class
    {
        string text = File.ReadAllText(path);
        try
        {
            return JsonSerializer.Deserialize<T>(text, options) ?? throw new InvalidDataException($"{path}: it holds null; accepted is an object.");
        }
        catch (JsonException e)
        {
            throw Refusal(path, e, typeof(T), options, text);
        }
        catch (Exception e) when (e is NotSupportedException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}: {FirstLine(e.Message)}", e);
        }
    }

    /// <summary>The exception for JSON that is refused.</summary>
    /// <param name="place">The file, and where in it the JSON stands.</param>
    /// <param name="refused">Why the serialiser refused it.</param>
    /// <param name="type">What was to be read.</param>
    /// <param name="options">How it was read.</param>
    /// <param name="text">The JSON, if it is all of the file: the message has the line then.</param>
    public static InvalidDataException Refusal(string place, JsonException refused, Type type, JsonSerializerOptions options, string? text = null)
    {
        string line = text is null || refused.LineNumber is not { } number ? "" : $"line {number + 1} ('{Excerpt.Of((text.Split('\n').ElementAtOrDefault((int)number) ?? "").Trim())}'): ";
        string member = refused.Path is { Length: > 2 } path ? path[2..] : "";
        string reason = Missing().Match(refused.Message) is { Success: true } missing ? $"{(member is "" ? "" : member + ": ")}there is no {missing.Groups["names"].Value}"
            : refused.InnerException is JsonException || (member is "" && text is not null && refused.InnerException is null && !refused.Message.Contains("could not be converted", StringComparison.Ordinal)) ? $"this is no JSON, or it is cut off: {FirstLine(refused.Message)}"
            : Expected(type, member, options) is { } accepted ? $"{(member is "" ? "it" : member)} is not what is accepted: {accepted}"
            : FirstLine(refused.Message);
        return new InvalidDataException($"{place}: {line}{reason}.", refused);
    }

    // What stands at a path of members, in words: its type, or the members where the path leads to none.
    private static string? Expected(Type type, string path, JsonSerializerOptions options)
    {
        foreach (string step in path.Split('.', '[').Where(step => step.Length > 0))
        {
            if (step.EndsWith(']') && ElementOf(type) is { } element)
            {
                type = element;
                continue;
            }

            var info = options.GetTypeInfo(type);
            if (info.Kind != JsonTypeInfoKind.Object)
                return null;
            var property = info.Properties.FirstOrDefault(property => string.Equals(property.Name, step, StringComparison.OrdinalIgnoreCase));
            if (property is null)
                return $"there is no '{step}', but {string.Join(", ", info.Properties.Where(property => property.Set is not null || property.Get is not null).Select(property => property.Name))}";
            type = property.PropertyType;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? string.Join(", ", Enum.GetNames(type))
            : type == typeof(bool) ? "true or false"
            : type == typeof(string) ? "a text"
            : type == typeof(ulong) ? "a whole number from 0"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) || type == typeof(float) ? "a number"
            : typeof(IDictionary).IsAssignableFrom(type) || ElementOf(type) is null ? "an object"
            : "a list in brackets";
    }

    private static Type? ElementOf(Type type) => type.IsArray ? type.GetElementType()
        : type == typeof(string) ? null
        : type.GetInterfaces().Append(type).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];

    // Without where it is, which the message says in its own words.
    private static string FirstLine(string message) => message.Split('\n')[0].Split(" Path: $", 2)[0].Split(" LineNumber: ", 2)[0].TrimEnd('.', ' ', '|', '\r');

    [GeneratedRegex("missing required properties including: (?<names>'[^.]*')")]
    private static partial Regex Missing();
}
