using System.Text.Json;
using System.Text.Json.Serialization;
using Diffusion.Playground.Running;
using Diffusion.Playground.Settings;
using Microsoft.AspNetCore.Http;

namespace Diffusion.Playground.Server;

/// <summary>A model to train, and how it is looked at.</summary>
internal sealed record BeginRequest
{
    /// <summary>What determines the model.</summary>
    public required PlaySettings Settings { get; init; }

    /// <summary>How it is looked at.</summary>
    public required ViewSettings View { get; init; }
}

/// <summary>Points whose ways are asked for.</summary>
internal sealed record WayRequest
{
    /// <summary>How.</summary>
    public required ViewSettings View { get; init; }

    /// <summary>x_T of each: left and right.</summary>
    public required IReadOnlyList<double[]> Placed { get; init => field = Accept.Count(value, 0, 20); }

    /// <summary>Checks the points.</summary>
    /// <exception cref="RefusedException">One that is none.</exception>
    public IReadOnlyList<double[]> Points()
    {
        foreach (double[] point in Placed)
        {
            if (point.Length != 2)
                throw new RefusedException(400, $"A placed point has {point.Length} numbers; accepted are two: left, right.");
            _ = Accept.Between(point[0], -8, 8, "The left pixel of a placed point");
            _ = Accept.Between(point[1], -8, 8, "The right pixel of a placed point");
        }

        return Placed;
    }
}

/// <summary>JSON between the page and the server: what comes in is read strictly.</summary>
internal static class PlayJson
{
    private static readonly JsonSerializerOptions In = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 8,
    };

    // A training that diverged has numbers that are none; the page says so.
    private static readonly JsonSerializerOptions Out = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="RefusedException">Another type of content, not JSON, or not what is accepted.</exception>
    public static async Task<T> Read<T>(HttpContext context)
    {
        // A form of another site cannot send this type without being asked first.
        if (!context.Request.HasJsonContentType())
            throw new RefusedException(415, "The body must be of the type application/json.");
        try
        {
            return await context.Request.ReadFromJsonAsync<T>(In, context.RequestAborted) ?? throw new RefusedException(400, "The body is the JSON null; accepted is an object.");
        }
        catch (InvalidOperationException)
        {
            throw new RefusedException(415, "The body has an encoding that is not known; accepted is UTF-8.");
        }
        catch (JsonException e)
        {
            throw new RefusedException(400, $"The body cannot be read as JSON of what is asked for: {e.Message}");
        }
    }

    /// <summary>Text of a value.</summary>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Out);

    /// <summary>An answer.</summary>
    public static IResult Answer<T>(T value) => Results.Json(value, Out);
}
