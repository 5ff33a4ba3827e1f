using System.Numerics;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests;

/// <summary>Comparisons that say which element is wrong, and properties that say how to have the same case again.</summary>
internal static class Check
{
    /// <summary>
    /// |actual - expected| ≤ tolerance·size for each element, with the size of the element itself, but at least
    /// <paramref name="floor"/>; without a floor, the largest element's.
    /// </summary>
    public static void Close<T>(Guarded<T> actual, ReadOnlySpan<double> expected, double tolerance, string what, double? floor = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        actual.Verify(what);
        Close<T>(actual.Span, expected, tolerance, what, floor);
    }

    /// <inheritdoc cref="Close{T}(Guarded{T}, ReadOnlySpan{double}, double, string, double?)"/>
    public static void Close<T>(ReadOnlySpan<T> actual, ReadOnlySpan<double> expected, double tolerance, string what, double? floor = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (actual.Length != expected.Length)
            throw new AssertionException($"{what}: {actual.Length} elements, but {expected.Length} were expected.");
        double least = floor ?? 1e-30;
        if (floor is null)
        {
            foreach (double value in expected)
                least = Math.Max(least, Math.Abs(value));
        }

        double[] sizes = new double[expected.Length];
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = Math.Max(least, Math.Abs(expected[i]));
        Close(actual, expected, tolerance, what, sizes);
    }

    /// <summary>|actual - expected| ≤ tolerance·size for each element, with a size for each.</summary>
    public static void Close<T>(ReadOnlySpan<T> actual, ReadOnlySpan<double> expected, double tolerance, string what, ReadOnlySpan<double> sizes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < expected.Length; i++)
        {
            double value = double.CreateChecked(actual[i]);
            if (value == expected[i] || (double.IsNaN(value) && double.IsNaN(expected[i])))
                continue;
            if (!(Math.Abs(value - expected[i]) <= tolerance * sizes[i]))
                throw new AssertionException($"{what}: element {i} of {expected.Length} is {value:R}, but should be {expected[i]:R} (error {Math.Abs(value - expected[i]) / sizes[i]:G3}, tolerance {tolerance:G3}).");
        }
    }

    /// <summary>The same bits.</summary>
    public static void Same<T>(ReadOnlySpan<T> actual, ReadOnlySpan<T> expected, string what)
        where T : unmanaged
    {
        if (!MemoryMarshal.AsBytes(actual).SequenceEqual(MemoryMarshal.AsBytes(expected)))
            throw new AssertionException($"{what}: the results are not the same to the bit.");
    }

    /// <summary>A property of generated values; where it fails, FsCheck's message has the seed to replay and the shrunk value.</summary>
    public static void ForAll<TValue>(Gen<TValue> generator, Action<TValue> test, int count = 100, ulong seed = 20, ulong gamma = 21) =>
        Prop.ForAll(generator.ToArbitrary(), test).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(seed, gamma));
}
