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
        RespectNullableAnnotations = true,
    };

    /// <summary>A configuration as text.</summary>
    public static string ToJson<TConfiguration>(TConfiguration configuration) => JsonSerializer.Serialize(configuration, Json) + "\n";

    /// <summary>Reads a configuration that stands in a folder of results, and completes it by what is beside it.</summary>
    /// <exception cref="InvalidDataException">The file is no configuration; the message says where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TConfiguration Load<TConfiguration>(string path, Func<TConfiguration, TConfiguration>? complete = null)
        where TConfiguration : class
    {
        var read = JsonFile.Read<TConfiguration>(path, Json);
        try
        {
            return complete is null ? read : complete(read);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or UsageException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a configuration that the command line names: what is wrong with it is wrong with the command line.</summary>
    /// <exception cref="UsageException">The file cannot be read, or is no configuration.</exception>
    public static TConfiguration Given<TConfiguration>(string path, Func<string, TConfiguration> load)
    {
        try
        {
            return load(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new UsageException($"The configuration cannot be read: {(e.Message.Contains(path, StringComparison.Ordinal) ? "" : path + ": ")}{e.Message}", e);
        }
    }
}
