using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Einstein's sum over indices of two operands: one loop over the values of all letters.</summary>
public static class Einsum
{
    /// <summary>c[result] += a[left]·b[right] over all values of all letters, such as ("ij", "jk", "ik").</summary>
    public static void Run<T>(string left, string right, string result, Func<char, int> extent, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        char[] letters = [.. (left + right).Distinct()];
        Shape all = new(Array.ConvertAll(letters, letter => extent(letter)));
        c.Clear();
        for (int i = 0; i < all.Length; i++)
        {
            int[] at = Strided.Indices(all, i);
            int Place(string names)
            {
                int place = 0;
                foreach (char letter in names)
                    place = (place * extent(letter)) + at[Array.IndexOf(letters, letter)];
                return place;
            }

            c[Place(result)] += a[Place(left)] * b[Place(right)];
        }
    }
}
