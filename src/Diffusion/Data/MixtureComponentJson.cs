using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diffusion.Data;

/// <summary>Pixel pairs are written as Weight, Left, Right and Sigma; other components as Weight, Mean, and Sigma or the rows of Covariance.</summary>
internal sealed class MixtureComponentJson : JsonConverter<MixtureComponent>
{
    /// <inheritdoc/>
    public override MixtureComponent? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var document = (ComponentDocument?)JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(typeof(ComponentDocument)));
        try
        {
            return document?.ToComponent();
        }
        catch (ArgumentException e)
        {
            // The serializer adds where it stands.
            throw new JsonException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MixtureComponent value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, ComponentDocument.Of(value), options.GetTypeInfo(typeof(ComponentDocument)));
}

/// <summary>A component as it stands in JSON. The order is that of the file.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ComponentDocument
{
    public required double Weight { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Left { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Right { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double[]? Mean { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Sigma { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double[][]? Covariance { get; init; }

    public static ComponentDocument Of(MixtureComponent component) => component switch
    {
        { IsIsotropic: true, Dimensions: 2 } => new() { Weight = component.Weight, Left = component.Left, Right = component.Right, Sigma = component.Sigma },
        { IsIsotropic: true } => new() { Weight = component.Weight, Mean = component.Mean.ToArray(), Sigma = component.Sigma },
        _ => new() { Weight = component.Weight, Mean = component.Mean.ToArray(), Covariance = [.. component.Full!.Matrix.Chunk(component.Dimensions)] },
    };

    public MixtureComponent ToComponent() => this switch
    {
        { Left: { } left, Right: { } right, Sigma: { } sigma, Mean: null, Covariance: null } => new() { Weight = Weight, Left = left, Right = right, Sigma = sigma },
        { Left: null, Right: null, Mean: { } mean, Sigma: { } sigma, Covariance: null } => new(Weight, mean, sigma),
        { Left: null, Right: null, Mean: { } mean, Sigma: null, Covariance: { } rows } => new(Weight, mean, Joined(rows, mean.Length)),
        _ => throw new ArgumentException("A component has Weight, Left, Right and Sigma; or Weight, Mean and Sigma; or Weight, Mean and Covariance; no other members and no fewer."),
    };

    private static double[] Joined(double[][] rows, int d)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i]?.Length != d)
                throw new ArgumentException($"Row {i} of the Covariance of a component has {rows[i]?.Length ?? 0} numbers; its Mean has {d}, so accepted is {d} rows of {d}.");
        }

        return [.. rows.SelectMany(row => row)];
    }
}
