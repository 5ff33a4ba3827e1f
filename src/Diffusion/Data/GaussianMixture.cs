using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// Data with a known answer: a mixture of Gaussians over points of d numbers, isotropic or with full covariances, such as
/// isotropic ones over (left, right) pixel pairs. Component k is label k. Everything that a denoiser learns is known in
/// closed form; see <see cref="NoisedMixture"/>. Immutable.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record GaussianMixture
{
    // So many random numbers are in memory at a time.
    private const int Chunk = 16384;

    /// <summary>A mixture of the given components.</summary>
    /// <param name="components">At least one, all of the same number of dimensions; their weights sum to 1 (within 1e-9).</param>
    /// <exception cref="ArgumentException">There is no component, their dimensions differ, or the weights do not sum to 1.</exception>
    [JsonConstructor]
    public GaussianMixture(ImmutableArray<MixtureComponent> components)
    {
        if (components.IsDefaultOrEmpty)
            throw new ArgumentException("A mixture has at least one component.", nameof(components));
        for (int k = 0; k < components.Length; k++)
        {
            ArgumentNullException.ThrowIfNull(components[k], nameof(components));
            if (components[k].Dimensions != components[0].Dimensions)
                throw new ArgumentException($"Component {k} has {components[k].Dimensions} dimensions, but component 0 has {components[0].Dimensions}; all must have the same.", nameof(components));
        }

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

    /// <summary>The number of dimensions d of a point; 2 for pixel pairs.</summary>
    [JsonIgnore]
    public int Dimensions => Components[0].Dimensions;

    /// <summary>Whether the points are pixel pairs and every component is isotropic: Left, Right and Sigma of each say everything.</summary>
    [JsonIgnore]
    public bool IsOfPixelPairs => Dimensions == 2 && Components.All(component => component.IsIsotropic);

    /// <summary>The variance of the data per pixel (mean over the d numbers of a point): within the components and between them.</summary>
    [JsonIgnore]
    public double VariancePerPixel
    {
        get
        {
            double[] mean = [.. Enumerable.Range(0, Dimensions).Select(i => Components.Sum(c => c.Weight * c.Mean.Span[i]))];
            return Components.Sum(c => c.Weight * ((c.IsIsotropic ? c.Sigma * c.Sigma : c.Full!.Variances.Sum() / Dimensions)
                + (mean.Select((value, i) => Square(c.Mean.Span[i] - value)).Sum() / Dimensions)));
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
    public NoisedMixture At(double alphaCumprod) => alphaCumprod is >= 0 and <= 1 ? new(this, alphaCumprod, 1 - alphaCumprod)
        : throw new ArgumentOutOfRangeException(nameof(alphaCumprod), alphaCumprod, $"alphaCumprod is {alphaCumprod}; accepted is [0, 1].");

    /// <summary>The distribution of x_t = g x_0 + S eps, in closed form, for any g and S: variance exploding (1, sigma²) and straight lines ((1 - t)², t²) too.</summary>
    /// <param name="squaredSignal">A = g², at least 0.</param>
    /// <param name="squaredNoise">B = S², at least 0. Not both are 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A or B is negative or not finite, or both are 0.</exception>
    public NoisedMixture At(double squaredSignal, double squaredNoise) => new(this, squaredSignal, squaredNoise);

    /// <summary>The distribution of x_t at a level of any schedule.</summary>
    public NoisedMixture At(Schedules.NoiseLevel level) => new(this, level.A, level.B);

    /// <summary>The shape of so many points: [N, 2, 1] for pixel pairs, two pixels of one channel, and [N, d] for others.</summary>
    /// <param name="count">N.</param>
    public Shape ShapeOf(int count) => Dimensions == 2 ? [count, 2, 1] : [count, Dimensions];

    /// <summary>Draws data from the stream <see cref="Purpose.Data"/> of a step.</summary>
    /// <param name="count">N, the number of samples.</param>
    /// <param name="random">The streams of the step.</param>
    /// <returns>The points, of the shape <see cref="ShapeOf"/>, and the labels [N]. Sample i does not depend on N.</returns>
    public (Tensor<float> X0, int[] Labels) Sample(int count, StepRandom random) => Sample<float>(count, random.For(Purpose.Data));

    /// <summary>Draws data from a stream.</summary>
    /// <param name="count">N, the number of samples.</param>
    /// <param name="stream">The stream; word 0 of a sample chooses the component, the words from 2 on displace it: x = m + Sigma^½ z.</param>
    /// <param name="firstSample">The number of the first sample, for a batch that is cut into parts.</param>
    /// <returns>The points, of the shape <see cref="ShapeOf"/>, and the labels [N]. Sample i does not depend on N.</returns>
    public (Tensor<T> X0, int[] Labels) Sample<T>(int count, RandomStream stream, int firstSample = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x0 = Tensor<T>.Uninitialized(ShapeOf(count));
        int[] labels = new int[count];
        Sample(stream, x0, labels, firstSample);
        return (x0, labels);
    }

    /// <summary>Draws data from a stream into memory that is there already.</summary>
    /// <param name="stream">The stream; word 0 of a sample chooses the component, the words from 2 on displace it: x = m + Sigma^½ z.</param>
    /// <param name="x0">Receives the points: any shape [N, ...] with d numbers for each sample.</param>
    /// <param name="labels">Receives the N labels.</param>
    /// <param name="firstSample">The number of the first sample, for a batch that is cut into parts.</param>
    /// <exception cref="ArgumentException">Not d numbers for each of N labels.</exception>
    public void Sample<T>(RandomStream stream, Tensor<T> x0, Span<int> labels, int firstSample = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int d = Dimensions;
        if (x0.Rank == 0 || x0.Shape[0] != labels.Length || x0.Length != (long)d * labels.Length)
            throw new ArgumentException($"{labels.Length} points of {d} numbers have a shape such as {ShapeOf(labels.Length)}, not {x0.Shape}.", nameof(x0));
        Span<double> weights = stackalloc double[Math.Min(LabelCount, 256)];
        weights = LabelCount <= weights.Length ? weights : new double[LabelCount];
        for (int k = 0; k < weights.Length; k++)
            weights[k] = Components[k].Weight;
        stream.Categorical(weights, labels, firstSample);

        // Normal numbers come in pairs from words (0, 1), (2, 3) and so on. Word 0 has chosen the component, so the first
        // pair depends on the label and is left out.
        int perSample = d + 2, chunk = Math.Max(1, Chunk / perSample);
        T[] normal = System.Buffers.ArrayPool<T>.Shared.Rent(perSample * Math.Min(labels.Length, chunk));
        for (int from = 0; from < labels.Length; from += chunk)
        {
            int length = Math.Min(chunk, labels.Length - from);
            stream.Normal(normal.AsSpan(0, perSample * length), perSample, firstSample + from);
            for (int i = 0; i < length; i++)
                Displace(Components[labels[from + i]], normal.AsSpan((i * perSample) + 2, d), x0.Span.Slice(d * (from + i), d));
        }

        System.Buffers.ArrayPool<T>.Shared.Return(normal);
    }

    /// <summary>
    /// The mixture as one line of JSON: <c>{"Components":[...]}</c>, where a component is
    /// <c>{"Weight":1,"Left":0.5,"Right":0,"Sigma":0.1}</c> for isotropic pixel pairs,
    /// <c>{"Weight":1,"Mean":[0,1,2],"Sigma":0.1}</c> for others, or <c>{"Weight":1,"Mean":[0,1],"Covariance":[[2,1],[1,3]]}</c>.
    /// </summary>
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
            string where = e is JsonException { InnerException: ArgumentException, Path: { } path } ? $" ({path})" : "";
            throw new InvalidDataException($"The mixture cannot be read: {e.Message.Split(" (Parameter", 2)[0]}{where}", e);
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

    // x = m + Sigma^½ z
    private static void Displace<T>(MixtureComponent component, ReadOnlySpan<T> z, Span<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var mean = component.Mean.Span;
        if (component.Full is not { } full)
        {
            T sigma = T.CreateTruncating(component.Sigma);
            for (int i = 0; i < x.Length; i++)
                x[i] = T.CreateTruncating(mean[i]) + (sigma * z[i]);
            return;
        }

        for (int i = 0; i < x.Length; i++)
        {
            double value = mean[i];
            for (int j = 0; j < z.Length; j++)
                value += full.Root[(i * z.Length) + j] * double.CreateTruncating(z[j]);
            x[i] = T.CreateTruncating(value);
        }
    }

    private int CheckLabel(int label) => (uint)label < (uint)LabelCount ? label
        : throw new ArgumentOutOfRangeException(nameof(label), label, $"The label is {label}; accepted are 0 to {LabelCount - 1}, and -1 for none.");
}

/// <summary>Serialisation without reflection. What people write by hand may be in any case.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(GaussianMixture))]
[JsonSerializable(typeof(ComponentDocument))]
internal sealed partial class MixtureJson : JsonSerializerContext;
