using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diffusion.Terminal;

/// <summary>Configurations as files, config.json: enumerations by name, numbers as numbers, nothing unknown passed over.</summary>
public static class ConfigurationFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>A configuration as text.</summary>
    public static string ToJson<TConfiguration>(TConfiguration configuration) => JsonSerializer.Serialize(configuration, Json) + "\n";

    /// <summary>Reads a configuration, and completes it by what is beside it.</summary>
    /// <exception cref="UsageException">The file cannot be read, or is no configuration.</exception>
    public static TConfiguration Load<TConfiguration>(string path, Func<TConfiguration, TConfiguration>? complete = null)
        where TConfiguration : class
    {
        try
        {
            var read = JsonSerializer.Deserialize<TConfiguration>(File.ReadAllText(path), Json) ?? throw new UsageException($"{path} holds no configuration.");
            return complete is null ? read : complete(read);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or NotSupportedException or InvalidDataException or ArgumentException)
        {
            throw new UsageException($"The configuration {path} cannot be read: {e.Message.Split('\n')[0]}", e);
        }
    }
}
