using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Diffusion.Mutation.Faults;

namespace Diffusion.Mutation;

/// <summary>Which faults are planted.</summary>
internal static class Drawing
{
    /// <summary>The chosen faults, each at its place.</summary>
    /// <exception cref="InvalidDataException">One no longer has a place.</exception>
    public static IEnumerable<Mutant> Chosen(IReadOnlyDictionary<string, string> sources) => Faults.Chosen.All.Select(fault =>
    {
        string source = sources.GetValueOrDefault(fault.File) ?? throw new InvalidDataException($"There is no {fault.File}, which the fault '{fault.What}' would change.");
        return new Mutant(fault.File, new(fault.Find(source), fault.Original.Length), fault.Replacement, fault.What, Chosen: true) { Argument = fault.Equivalent }.Located(source);
    });

    /// <summary>
    /// All places of the general operators, in an order drawn by a seed: by a hash of each, so that a change of src changes the draw at the
    /// places that it changes, and what was found at all others stands. The textbook versions of kernels are left out: tests compare with them, so
    /// they would notice nearly every fault there, and the score would say less.
    /// </summary>
    public static Mutant[] Drawn(IReadOnlyDictionary<string, string> sources, int seed)
    {
        var places = sources.Where(source => !source.Key.StartsWith("src/Tensors/Reference/", StringComparison.Ordinal)).SelectMany(source => Operators.Places(source.Key, source.Value));
        var arguments = Argued.All.ToLookup(each => (each.File, each.Line), each => each.Why);
        return [.. places.OrderBy(place => Rank(place.Id, seed)).Select(place => place with { Argument = arguments[(place.File, place.After)].FirstOrDefault() })];
    }

    private static ulong Rank(string id, int seed) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed} {id}"))));
}
