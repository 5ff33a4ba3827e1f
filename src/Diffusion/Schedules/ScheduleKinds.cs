using System.Text.Json;
using Diffusion.Numerics;

namespace Diffusion.Schedules;

/// <summary>The kinds of schedules that files may name. One of your own is registered before a file with it is read.</summary>
public static class ScheduleKinds
{
    private static readonly Registry<Func<string, NoiseSchedule>> Kinds = new("schedule", "ScheduleKinds.Register(kind, json => schedule)");

    static ScheduleKinds()
    {
        foreach (string kind in Enum.GetNames<ScheduleKind>())
            Kinds.Add(kind, json => new VariancePreservingSchedule(ScheduleConfiguration.FromJson(json)));
        Kinds.Add(VariancePreservingSchedule.TableKind, json =>
            VariancePreservingSchedule.OfAlphasCumprod(JsonSerializer.Deserialize(json, ScheduleJson.Default.AlphasCumprodTable)!.AlphasCumprod));
        Kinds.Add(StraightSchedule.KindName, json => new StraightSchedule(Numbers(json).Timesteps));
        Kinds.Add(VarianceExplodingSchedule.KindName, json => Numbers(json) is { SigmaMin: double low, SigmaMax: double high, Rho: double rho } numbers
            ? new VarianceExplodingSchedule(numbers.Timesteps, low, high, rho)
            : throw new InvalidDataException("the variance exploding schedule has the members Timesteps, SigmaMin, SigmaMax and Rho, and one of them is missing."));
    }

    /// <summary>All names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names => Kinds.Names;

    /// <summary>Makes a kind of schedule known to files.</summary>
    /// <param name="kind">Its <see cref="NoiseSchedule.Kind"/>.</param>
    /// <param name="fromJson">Makes the schedule again from its <see cref="NoiseSchedule.ToJson"/>.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(string kind, Func<string, NoiseSchedule> fromJson) => Kinds.Add(kind, fromJson);

    /// <summary>The schedule of <see cref="NoiseSchedule.ToJson"/>.</summary>
    /// <exception cref="InvalidDataException">Not JSON, an unknown kind, or values that are not accepted.</exception>
    public static NoiseSchedule FromJson(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException($"The schedule is a JSON {document.RootElement.ValueKind}, not an object.");

            // The first files left the kind out where it was the first.
            string? kind = document.RootElement.TryGetProperty("Kind", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
            return Kinds.Find(kind ?? nameof(ScheduleKind.Cosine))(json);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"The schedule cannot be read: {e.Message.Split(" (Parameter", 2)[0]}", e);
        }
    }

    private static ScheduleNumbers Numbers(string json) =>
        JsonSerializer.Deserialize(json, ScheduleJson.Default.ScheduleNumbers) ?? throw new InvalidDataException("The schedule is the JSON null.");
}
