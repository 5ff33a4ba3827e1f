using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using Diffusion.Tensors;

namespace Diffusion.Nn.Serialization;

/// <summary>
/// The names that tensors have elsewhere, and what they are called here, for a state that was trained under other names. A star stands
/// for any text, the same on both sides: <c>net.*</c> to <c>encoder1.*</c>. What is named exactly comes first, then the longest with a
/// star; what is not named keeps its name, and a name with null is left out.
/// </summary>
public sealed class NameMap
{
    private readonly ImmutableSortedDictionary<string, string?> _entries;

    /// <summary>A map of their names to ours.</summary>
    /// <param name="entries">Their name, and ours or null; with one star on both sides, or none.</param>
    /// <exception cref="ArgumentException">An entry with several stars, or with one on one side only.</exception>
    public NameMap(IReadOnlyDictionary<string, string?> entries)
    {
        foreach (var (theirs, ours) in entries)
        {
            int stars = theirs.Count(letter => letter == '*');
            if (stars > 1 || (ours is not null && ours.Count(letter => letter == '*') != stars))
                throw new ArgumentException($"The entry '{theirs}' to '{ours}' must have one star on both sides, or none.", nameof(entries));
        }

        _entries = entries.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>Every name stays.</summary>
    public static NameMap Same { get; } = new(ImmutableDictionary<string, string?>.Empty);

    /// <summary>Reads a JSON object whose members are their names, with ours as texts, or null.</summary>
    /// <exception cref="InvalidDataException">The file is no such object, or an entry is not accepted; the message says which.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NameMap Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException($"{path}: a map of names is a JSON object, not of the kind {document.RootElement.ValueKind}.");
            var entries = new Dictionary<string, string?>();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                entries[member.Name] = member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null
                    ? member.Value.GetString()
                    : throw new InvalidDataException($"{path}: the name of '{member.Name}' is {member.Value.GetRawText()}; accepted are a text and null.");
            }

            return new(entries);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The name here of a name there; null where the tensor is left out.</summary>
    public string? NameOf(string theirs)
    {
        if (_entries.TryGetValue(theirs, out string? exact))
            return exact;
        string? best = _entries.Keys.Where(key => Covers(key, theirs)).MaxBy(key => key.Length);
        if (best is null)
            return theirs;
        int star = best.IndexOf('*', StringComparison.Ordinal);
        return _entries[best]?.Replace("*", theirs[star..(theirs.Length - (best.Length - star - 1))], StringComparison.Ordinal);
    }

    /// <summary>A state under the names that it has here, with the same tensors.</summary>
    /// <exception cref="InvalidDataException">Two tensors get one name, or an entry names no tensor of the state.</exception>
    public Dictionary<string, Tensor<T>> Apply<T>(IReadOnlyDictionary<string, Tensor<T>> state)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (_entries.Keys.FirstOrDefault(key => !state.Keys.Any(name => name == key || Covers(key, name))) is { } unused)
            throw new InvalidDataException($"The map names '{unused}', but the state has no such tensor; it has {string.Join(", ", state.Keys.Order(StringComparer.Ordinal).Take(5))}{(state.Count > 5 ? ", ..." : "")}.");
        var renamed = new Dictionary<string, Tensor<T>>();
        foreach (var (theirs, tensor) in state)
        {
            if (NameOf(theirs) is { } ours && !renamed.TryAdd(ours, tensor))
                throw new InvalidDataException($"'{theirs}' and another tensor are both called '{ours}' by the map.");
        }

        return renamed;
    }

    private static bool Covers(string pattern, string name)
    {
        int star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star >= 0 && name.Length >= pattern.Length - 1
            && name.StartsWith(pattern[..star], StringComparison.Ordinal) && name.EndsWith(pattern[(star + 1)..], StringComparison.Ordinal);
    }
}
