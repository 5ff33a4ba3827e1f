using System.Numerics;
using Diffusion.Autograd;

namespace Diffusion.Networks;

/// <summary>
/// What step, class and vector come to in a network: a table of rows, one for each distinct one of them, and the row of each sample.
/// A table of a single row is the same for all samples, and then costs as little as a bias.
/// </summary>
public static class ConditionRows
{
    /// <summary>SiLU of the sum of rows: what blocks such as <see cref="ResidualBlock{T}"/> are given.</summary>
    /// <param name="tape">The tape of the pass.</param>
    /// <param name="parts">Rows of the same number of samples and features, at least one.</param>
    /// <returns>One row where all samples have the same, else rows as they are needed.</returns>
    /// <exception cref="ArgumentException">There are none, or they are of different sizes.</exception>
    public static TableRows<T> Combine<T>(Tape<T> tape, params ReadOnlySpan<TableRows<T>> parts)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (parts.IsEmpty)
            throw new ArgumentException("There are no rows to combine; at least one table is needed.", nameof(parts));
        var (sum, indices) = parts[0];
        bool shared = true;
        foreach (var part in parts)
        {
            if (part.Table.Shape[^1] != sum.Shape[^1] || part.Indices.Length != indices.Length)
                throw new ArgumentException($"Rows of {sum.Shape[^1]} features for {indices.Length} samples cannot be added to rows of {part.Table.Shape[^1]} for {part.Indices.Length}.", nameof(parts));
            shared &= part.IsShared();
        }

        if (shared || parts.Length == 1)
        {
            foreach (var part in parts[1..])
                sum += part.Table;
            return new(sum.Silu(), indices);
        }

        int[] each = tape.RentIndices(indices.Length);
        for (int i = 0; i < each.Length; i++)
            each[i] = i;
        return new(sum.Lookup(indices).AddRows(parts[1..]).Silu(), each);
    }

    /// <summary>Whether all samples have the same row, as in sampling, so that it can be part of a bias.</summary>
    internal static bool IsShared<T>(this TableRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T> => rows.Table.Shape[0] == 1;

    /// <summary>Refuses what a network is asked but does not take.</summary>
    internal static void Check<T>(Condition<T> condition, bool takesLabels, bool takesValues)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!takesLabels && condition.HasLabels)
            throw new ArgumentException("The network knows no classes, but labels were given.", nameof(condition));
        if (!takesValues && condition.Values is { } values)
            throw new ArgumentException($"The network takes no vectors or images, but values {values.Shape} were given.", nameof(condition));
    }
}
