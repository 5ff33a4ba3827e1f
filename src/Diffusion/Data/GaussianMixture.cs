using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// Data with a known answer: a mixture of isotropic Gaussians over (left, right) pixel pairs. Component k is label k.
/// Everything that a denoiser learns is known in closed form; see <see cref="NoisedMixture"/>.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record GaussianMixture
{
    private const int Chunk = 4096;

    /// <summary>A mixture of the given components.</summary>
    /// <param name="components">At least one; their weights sum to 1 (within 1e-9).</param>
    /// <exception cref="ArgumentException">There is no component, or the weights do not sum to 1.</exception>
    [JsonConstructor]
    public GaussianMixture(ImmutableArray<MixtureComponent> components)
    {
        if (components.IsDefaultOrEmpty)
            throw new ArgumentException("A mixture has at least one component.", nameof(components));
        foreach (var component in components)
            ArgumentNullException.ThrowIfNull(component, nameof(components));
        double total = components.Sum(component => component.Weight);
        if (Math.Abs(total - 1) > 1e-9)
            throw new ArgumentException($"The weights of the {components.Length} components sum to {total}; they must sum to 1.", nameof(components));
        Components = components;
    }

    /// <summary>The assignment's two-pixel data: left darker, peak (-0.35, 0.65), weight 0.35, label 0; right darker, peak (0.75, -0.45), weight 0.65, label 1; sigma 0.1.</summary>
    public static GaussianMixture TwoPixel { get; } = new(
    [
        new MixtureComponent { Weight = 0.35, Left = -0.35, Right = 0.65, Sigma = 0.1 },
        new MixtureComponent { Weight = 0.65, Left = 0.75, Right = -0.45, Sigma = 0.1 },
    ]);

    /// <summary>The components; the index is the label.</summary>
    public ImmutableArray<MixtureComponent> Components { get; }

    /// <summary>The number of labels, which is the number of components.</summary>
    [JsonIgnore]
    public int LabelCount => Components.Length;

    /// <summary>The variance of the data per pixel (mean over both pixels): within the components and between them.</summary>
    [JsonIgnore]
    public double VariancePerPixel
    {
        get
        {
            double left = Components.Sum(c => c.Weight * c.Left), right = Components.Sum(c => c.Weight * c.Right);
            return Components.Sum(c => c.Weight * ((c.Sigma * c.Sigma) + ((Square(c.Left - left) + Square(c.Right - right)) / 2)));
            static double Square(double x) => x * x;
        }
    }

    /// <summary>The data of one label alone: a mixture of one component. Label -1 means all data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such label.</exception>
    public GaussianMixture Conditional(int label) => label == DenoiserArguments.NoLabel
        ? this
        : new GaussianMixture([Components[CheckLabel(label)] with { Weight = 1 }]);

    /// <summary>The distribution of x_t = sqrt(A) x_0 + sqrt(1 - A) eps, in closed form; of the data themselves at A = 1.</summary>
    /// <param name="alphaCumprod">A, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A is not in [0, 1].</exception>
    public NoisedMixture At(double alphaCumprod) => new(this, alphaCumprod, 1 - alphaCumprod);

    /// <summary>Draws data from the stream <see cref="Purpose.Data"/> of a step.</summary>
    /// <param name="count">N, the number of samples.</param>
    /// <param name="random">The streams of the step.</param>
    /// <returns>The pixels [N, 2, 1] and the labels [N]. Sample i does not depend on N.</returns>
    public (Tensor<float> X0, int[] Labels) Sample(int count, StepRandom random) => Sample<float>(count, random.For(Purpose.Data));

    /// <summary>Draws data from a stream.</summary>
    /// <param name="count">N, the number of samples.</param>
    /// <param name="stream">The stream; word 0 of a sample chooses the component, words 2 and 3 displace it.</param>
    /// <param name="firstSample">The number of the first sample, for a batch that is cut into parts.</param>
    /// <returns>The pixels [N, 2, 1] and the labels [N]. Sample i does not depend on N.</returns>
    public (Tensor<T> X0, int[] Labels) Sample<T>(int count, RandomStream stream, int firstSample = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x0 = Tensor<T>.Uninitialized([count, 2, 1]);
        int[] labels = new int[count];
        Sample(stream, x0, labels, firstSample);
        return (x0, labels);
    }

    /// <summary>Draws data from a stream into memory that is there already.</summary>
    /// <param name="stream">The stream; word 0 of a sample chooses the component, words 2 and 3 displace it.</param>
    /// <param name="x0">Receives the pixels, [N, 2, 1].</param>
    /// <param name="labels">Receives the N labels.</param>
    /// <param name="firstSample">The number of the first sample, for a batch that is cut into parts.</param>
    /// <exception cref="ArgumentException">The pixels are not [N, 2, 1] for N labels.</exception>
    public void Sample<T>(RandomStream stream, Tensor<T> x0, Span<int> labels, int firstSample = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x0.Shape != [labels.Length, 2, 1])
            throw new ArgumentException($"{labels.Length} images of two pixels have the shape [{labels.Length}, 2, 1], not {x0.Shape}.", nameof(x0));
        Span<double> weights = stackalloc double[Math.Min(LabelCount, 256)];
        weights = LabelCount <= weights.Length ? weights : new double[LabelCount];
        for (int k = 0; k < weights.Length; k++)
            weights[k] = Components[k].Weight;
        stream.Categorical(weights, labels, firstSample);

        // Four normal numbers per sample come from words (0, 1) and (2, 3). Word 0 has chosen the component, so the
        // first pair depends on the label and is left out.
        T[] normal = System.Buffers.ArrayPool<T>.Shared.Rent(4 * Math.Min(labels.Length, Chunk));
        for (int from = 0; from < labels.Length; from += Chunk)
        {
            int length = Math.Min(Chunk, labels.Length - from);
            stream.Normal(normal.AsSpan(0, 4 * length), perSample: 4, firstSample: firstSample + from);
            for (int i = 0; i < length; i++)
            {
                var component = Components[labels[from + i]];
                T sigma = T.CreateTruncating(component.Sigma);
                x0.Span[2 * (from + i)] = T.CreateTruncating(component.Left) + (sigma * normal[(4 * i) + 2]);
                x0.Span[(2 * (from + i)) + 1] = T.CreateTruncating(component.Right) + (sigma * normal[(4 * i) + 3]);
            }
        }

        System.Buffers.ArrayPool<T>.Shared.Return(normal);
    }

    /// <summary>The mixture as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, MixtureJson.Default.GaussianMixture);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Not JSON, an unknown or a missing member, or a value that is not accepted.</exception>
    public static GaussianMixture FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, MixtureJson.Default.GaussianMixture)
                ?? throw new InvalidDataException("The mixture is the JSON null.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"The mixture cannot be read: {e.Message.Split(" (Parameter", 2)[0]}", e);
        }
    }

    /// <inheritdoc/>
    public bool Equals(GaussianMixture? other) => other is not null && Components.AsSpan().SequenceEqual(other.Components.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var component in Components)
            hash.Add(component);
        return hash.ToHashCode();
    }

    private int CheckLabel(int label) => (uint)label < (uint)LabelCount ? label
        : throw new ArgumentOutOfRangeException(nameof(label), label, $"The label is {label}; accepted are 0 to {LabelCount - 1}, and -1 for none.");
}

/// <summary>Serialisation without reflection. What people write by hand may be in any case.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(GaussianMixture))]
internal sealed partial class MixtureJson : JsonSerializerContext;
