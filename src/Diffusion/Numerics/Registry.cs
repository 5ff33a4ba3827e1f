using System.Collections.Concurrent;

namespace Diffusion.Numerics;

/// <summary>What is known under names: schedules, objectives, architectures, samplers. Safe to use from several threads.</summary>
/// <param name="what">What the names are names of, such as <c>schedule</c>.</param>
/// <param name="how">How a user adds one, for the message about an unknown name.</param>
internal sealed class Registry<T>(string what, string how)
{
    private readonly ConcurrentDictionary<string, T> _entries = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Names => [.. _entries.Keys.Order(StringComparer.Ordinal)];

    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public void Add(string name, T entry)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(entry);
        if (!_entries.TryAdd(name, entry))
            throw new ArgumentException($"There is a {what} of the name '{name}' already; choose another name.", nameof(name));
    }

    /// <exception cref="InvalidDataException">There is none of this name.</exception>
    public T Find(string name) => _entries.TryGetValue(name, out var entry) ? entry
        : throw new InvalidDataException($"There is no {what} '{name}'; known are {string.Join(", ", Names)}. One of your own is made known by {how}.");
}

/// <summary>Names of number types as C# has them, for messages.</summary>
internal static class TypeName
{
    public static string Of<T>() => typeof(T) == typeof(float) ? "float" : typeof(T) == typeof(double) ? "double" : typeof(T).Name;
}
