using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>
/// What a network predicts: a sum q = a·x_0 + b·eps whose factors follow from the level x_t = g·x_0 + S·eps. Each such quantity
/// follows from each other one and x_t; they differ in how errors at each level weigh. This is the one place of these formulas.
/// </summary>
/// <remarks>
/// With D = g·b - S·a: x_0 = (b·x_t - S·q)/D and eps = (g·q - a·x_t)/D. For v, the flow and EDM's output D is never 0. A network of the
/// noise knows nothing of x_0 where g = 0, and one of x_0 nothing of the noise where S = 0: to read that member there is an error.
/// </remarks>
[JsonConverter(typeof(ParameterisationConverter))]
public sealed class Parameterisation : IEquatable<Parameterisation>
{
    private readonly Func<NoiseLevel, (double OfX0, double OfNoise)> _factors;
    private readonly Func<NoiseLevel, (double, double)> _x0, _noise;
    private readonly Func<NoiseLevel, double>? _inputScale;

    /// <summary>A quantity.</summary>
    /// <param name="name">Its name, which names it in messages and tells it from others.</param>
    /// <param name="factors">a and b of a level.</param>
    /// <param name="inputScale">By what x_t is multiplied before the network sees it; null for 1.</param>
    public Parameterisation(string name, Func<NoiseLevel, (double OfX0, double OfNoise)> factors, Func<NoiseLevel, double>? inputScale = null)
    {
        (Name, _factors, _inputScale) = (name, factors, inputScale);
        _x0 = X0Factors;
        _noise = NoiseFactors;
    }

    /// <summary>The noise eps (arXiv:2006.11239): errors are magnified by S/g in x_0, so most at t = T.</summary>
    public static Parameterisation Epsilon { get; } = new("Epsilon", static _ => (0, 1));

    /// <summary>The data x_0.</summary>
    public static Parameterisation X0 { get; } = new("X0", static _ => (1, 0));

    /// <summary>The velocity v = g·eps - S·x_0 (arXiv:2202.00512, section 4), which is sound at both ends.</summary>
    public static Parameterisation V { get; } = new("V", static level => (-level.S, level.G));

    /// <summary>The velocity eps - x_0 of the straight line from the data to the noise (arXiv:2209.03003, eq. 1; its time runs the other way).</summary>
    public static Parameterisation Flow { get; } = new("Flow", static _ => (-1, 1));

    // Made when it is asked for first: after those that it holds.
    private static Registry<Parameterisation> Known => KnownLazily.Value;

    private static readonly Lazy<Registry<Parameterisation>> KnownLazily = new(() =>
    {
        var known = new Registry<Parameterisation>("parameterisation", "Parameterisation.Register");
        foreach (var each in (ReadOnlySpan<Parameterisation>)[Epsilon, X0, V, Flow])
            known.Add(each.Name, each);
        return known;
    });

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>
    /// The output F of EDM's network (arXiv:2206.00364, table 1), in units of variance 1 at every level: with rho = S/g,
    /// x_0 = c_skip·x/g + c_out·F, and the network sees c_in·x/g.
    /// </summary>
    /// <param name="sigmaData">The standard deviation of the data, more than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a positive number.</exception>
    public static Parameterisation Edm(double sigmaData = 0.5)
    {
        if (!(sigmaData > 0 && double.IsFinite(sigmaData)))
            throw new ArgumentOutOfRangeException(nameof(sigmaData), sigmaData, $"sigma_data is {sigmaData}; it must be positive and finite.");

        // c_skip = d²/(rho² + d²), c_out = rho·d/√(rho² + d²), c_in = 1/√(rho² + d²), all multiplied through by g.
        double Root(NoiseLevel level) => Math.Sqrt(level.B + (level.A * sigmaData * sigmaData));
        return new(
            EdmName(sigmaData),
            level => (level.S / (sigmaData * Root(level)), -level.G * sigmaData / Root(level)),
            level => 1 / Root(level))
        { IsEdm = true };
    }

    private static string EdmName(double sigmaData) => string.Create(CultureInfo.InvariantCulture, $"Edm({sigmaData:R})");

    /// <summary>Makes a parameterisation known to files, under its name. What is not known cannot be written.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Parameterisation parameterisation) => Known.Add(parameterisation.Name, parameterisation);

    /// <summary>The names that files may have; EDM's has the deviation of the data in it.</summary>
    internal static IReadOnlyList<string> Names => [.. Known.Names, EdmName(0.5)];

    private bool IsEdm { get; init; }

    /// <summary>Whether the name gives this one again: another one may have the same.</summary>
    internal bool IsNamed => IsEdm || ReferenceEquals(Named(Name), this);

    /// <summary>That of a name; null for none.</summary>
    internal static Parameterisation? Named(string? name)
    {
        string? known = name is null ? null : Known.Names.FirstOrDefault(each => string.Equals(each, name, StringComparison.OrdinalIgnoreCase));
        if (known is not null)
            return Known.Find(known);
        return name is not null && name.StartsWith("Edm(", StringComparison.Ordinal) && name.EndsWith(')')
            && double.TryParse(name.AsSpan(4, name.Length - 5), CultureInfo.InvariantCulture, out double deviation) && deviation > 0 && double.IsFinite(deviation)
            ? Edm(deviation) : null;
    }

    /// <summary>a and b of q = a·x_0 + b·eps at a level.</summary>
    public (double OfX0, double OfNoise) At(NoiseLevel level) => _factors(level);

    /// <summary>By what x_t is multiplied before the network sees it.</summary>
    public double InputScaleAt(NoiseLevel level) => _inputScale?.Invoke(level) ?? 1;

    /// <summary>Whether the network sees x_t as it is at every level.</summary>
    public bool KeepsInput => _inputScale is null;

    /// <summary>q = a·x_0 + b·eps.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="x0">The data, [N, ...].</param>
    /// <param name="t">One time for the whole batch or one for each sample.</param>
    /// <param name="noise">The noise, of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ, or there are neither 1 nor N times.</exception>
    public Tensor<T> Of<T>(NoiseSchedule schedule, Tensor<T> x0, ReadOnlySpan<double> t, Tensor<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T> => Combine(schedule, x0, t, noise, _factors);

    /// <summary>x_0 = (b·x_t - S·q)/D.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="xt">The noisy data, [N, ...].</param>
    /// <param name="t">One time for the whole batch or one for each sample.</param>
    /// <param name="quantity">q, of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ, or there are neither 1 nor N times.</exception>
    /// <exception cref="InvalidOperationException">q does not tell x_0 at such a time.</exception>
    public Tensor<T> ToX0<T>(NoiseSchedule schedule, Tensor<T> xt, ReadOnlySpan<double> t, Tensor<T> quantity)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var level in schedule.LevelsFor(xt, t))
        {
            if (!TellsX0(level))
                throw Undetermined("x_0", level);
        }

        return Combine(schedule, xt, t, quantity, _x0);
    }

    /// <summary>eps = (g·q - a·x_t)/D.</summary>
    /// <inheritdoc cref="ToX0"/>
    /// <exception cref="InvalidOperationException">q does not tell the noise at such a time.</exception>
    public Tensor<T> ToNoise<T>(NoiseSchedule schedule, Tensor<T> xt, ReadOnlySpan<double> t, Tensor<T> quantity)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var level in schedule.LevelsFor(xt, t))
        {
            if (!TellsNoise(level))
                throw Undetermined("the noise", level);
        }

        return Combine(schedule, xt, t, quantity, _noise);
    }

    /// <summary>The noisy data as the network sees them.</summary>
    /// <param name="levels">The levels of the samples: one for all, or one for each.</param>
    /// <param name="xt">The noisy data, [N, ...].</param>
    /// <param name="destination">Receives them; of the same shape.</param>
    public void ScaleInput<T>(ReadOnlySpan<NoiseLevel> levels, Tensor<T> xt, Tensor<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T> => LevelRows.Combine(levels, xt, xt, destination, level => (InputScaleAt(level), 0));

    /// <inheritdoc/>
    public bool Equals(Parameterisation? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Parameterisation);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>Whether x_0 follows from q and x_t: D is not 0, or q is x_0 itself.</summary>
    internal bool TellsX0(NoiseLevel level) => Determinant(level) != 0 || _factors(level) is (not 0, 0);

    /// <summary>Whether the noise follows from q and x_t: D is not 0, or q is the noise itself.</summary>
    internal bool TellsNoise(NoiseLevel level) => Determinant(level) != 0 || _factors(level) is (0, not 0);

    /// <summary>The factors of x_t and q in x_0; meaningless where <see cref="TellsX0"/> is false.</summary>
    internal (double OfX, double OfQ) X0Factors(NoiseLevel level)
    {
        var (a, b) = _factors(level);

        // What needs no division has none: b = 0 is x_0 itself.
        double d = Determinant(level);
        return b == 0 ? (0, 1 / a) : (b / d, -level.S / d);
    }

    /// <summary>The factors of x_t and q in eps; meaningless where <see cref="TellsNoise"/> is false.</summary>
    internal (double OfX, double OfQ) NoiseFactors(NoiseLevel level)
    {
        var (a, b) = _factors(level);
        double d = Determinant(level);
        return a == 0 ? (0, 1 / b) : (-a / d, level.G / d);
    }

    internal InvalidOperationException Undetermined(string member, NoiseLevel level) =>
        new($"At t = {level.Time}, where x_t is {level.G}·x_0 + {level.S}·eps, a prediction of {Name} does not tell {member}.");

    private double Determinant(NoiseLevel level)
    {
        var (a, b) = _factors(level);
        return (level.G * b) - (level.S * a);
    }

    private static Tensor<T> Combine<T>(NoiseSchedule schedule, Tensor<T> x, ReadOnlySpan<double> t, Tensor<T> y, Func<NoiseLevel, (double, double)> factors)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Shape != y.Shape)
            throw new ArgumentException($"The tensors must have one shape, but have {x.Shape} and {y.Shape}.", nameof(y));
        var result = Tensor<T>.Uninitialized(x.Shape);
        LevelRows.Combine(schedule.LevelsFor(x, t), x, y, result, factors);
        return result;
    }
}

/// <summary>Parameterisations by their names, as files and command lines have them.</summary>
internal sealed class ParameterisationConverter : JsonConverter<Parameterisation>
{
    public override Parameterisation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return Parameterisation.Named(name)
            ?? throw new JsonException($"The parameterisation is '{name}'; accepted are {string.Join(", ", Parameterisation.Names)}. One of your own is made known by Parameterisation.Register.");
    }

    /// <exception cref="NotSupportedException">It could not be read again.</exception>
    public override void Write(Utf8JsonWriter writer, Parameterisation value, JsonSerializerOptions options) => writer.WriteStringValue(
        value.IsNamed ? value.Name
            : throw new NotSupportedException($"The parameterisation '{value.Name}' could not be read from a file again; Parameterisation.Register makes it known."));
}
