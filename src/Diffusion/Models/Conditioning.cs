namespace Diffusion.Models;

/// <summary>
/// The distinct times of a batch, and for each sample which of them is its own. What depends on the time alone is computed
/// once for each distinct one: 1 when sampling, at most T when training on integer steps.
/// </summary>
/// <param name="Values">The distinct times, in the order in which they appear.</param>
/// <param name="Index">For each sample, its row of <paramref name="Values"/>.</param>
internal readonly record struct DistinctTimes(double[] Values, int[] Index)
{
    public static DistinctTimes Of(ReadOnlySpan<double> t, int samples)
    {
        if (t.Length == 1)
            return new([t[0]], new int[samples]);
        var rows = new Dictionary<double, int>();
        var values = new List<double>();
        int[] index = new int[samples];
        for (int i = 0; i < samples; i++)
        {
            if (!rows.TryGetValue(t[i], out int row))
            {
                rows.Add(t[i], row = values.Count);
                values.Add(t[i]);
            }

            index[i] = row;
        }

        return new([.. values], index);
    }
}
