namespace Diffusion.Metrics;

/// <summary>The Wasserstein-1 distance of two sets of numbers: the area between their quantile functions.</summary>
internal static class Wasserstein
{
    /// <summary>The distance of two ascending sets, exact for any sizes.</summary>
    public static double OfSorted(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        double total = 0;
        if (first.Length == second.Length)
        {
            for (int i = 0; i < first.Length; i++)
                total += Math.Abs((double)first[i] - second[i]);
            return total / first.Length;
        }

        // Both quantile functions are constant between the merged breakpoints i/n and j/m, here in units of 1/(n m).
        long n = first.Length, m = second.Length, before = 0;
        for (int i = 0, j = 0; i < n && j < m;)
        {
            long endFirst = (i + 1) * m, endSecond = (j + 1) * n, end = Math.Min(endFirst, endSecond);
            total += (end - before) * Math.Abs((double)first[i] - second[j]);
            before = end;
            if (endFirst == end)
                i++;
            if (endSecond == end)
                j++;
        }

        return total / ((double)n * m);
    }
}
