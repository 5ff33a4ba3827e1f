using System.Numerics;
using System.Text.Json;
using Diffusion.Numerics;

namespace Diffusion.Objectives;

/// <summary>The objectives that files may name. One of your own is registered before a file with it is read.</summary>
/// <typeparam name="T">The number type.</typeparam>
public static class ObjectiveKinds<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly Registry<Func<string, IObjective<T>>> Kinds = new("objective", $"ObjectiveKinds<{TypeName.Of<T>()}>.Register(name, settings => objective)");

    static ObjectiveKinds()
    {
        Add("simple", s => new SimpleObjective<T>(s.Parameterisation) { Times = s.Times ?? TimeSampling.Discrete, Loss = s.Loss ?? LossKind.L2 });
        Add("min-snr", s => new MinSnrObjective<T>(s.Gamma ?? 5, s.Parameterisation) { Times = s.Times ?? TimeSampling.Discrete });
        Add("flow-matching", s => new FlowMatchingObjective<T> { Times = s.Times ?? TimeSampling.Continuous, Loss = s.Loss ?? LossKind.L2 });
        Add("edm", s => new EdmObjective<T>(s.SigmaData ?? 0.5, s.LogMean ?? -1.2, s.LogDeviation ?? 1.2) { Loss = s.Loss ?? LossKind.L2 });
        Add("learned-variance", s => new LearnedVarianceObjective<T>(s.BoundWeight) { Loss = s.Loss ?? LossKind.L2 });
        Add("distillation", s => new DistillationObjective<T>(s.Parameterisation ?? Parameterisation.V, s.Steps ?? 1) { Loss = s.Loss ?? LossKind.L2 });
    }

    /// <summary>All names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names => Kinds.Names;

    /// <summary>Makes an objective known to files.</summary>
    /// <param name="name">Its <see cref="IObjective{T}.Name"/>.</param>
    /// <param name="fromSettings">Makes it again from its <see cref="IObjective{T}.Settings"/>.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(string name, Func<string, IObjective<T>> fromSettings) => Kinds.Add(name, fromSettings);

    /// <summary>The objective of a name and its settings.</summary>
    /// <exception cref="InvalidDataException">There is none of this name, or settings that it does not accept.</exception>
    public static IObjective<T> Create(string name, string settings)
    {
        try
        {
            return Kinds.Find(name)(settings);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"The settings of the objective '{name}' cannot be read: {e.Message}", e);
        }
    }

    private static void Add(string name, Func<ObjectiveSettings, IObjective<T>> create) => Kinds.Add(name, json => create(ObjectiveSettings.FromJson(json)));
}
