namespace Diffusion.TwoPixel.Grade;

/// <summary>What was measured of the labels that a training gave to its network.</summary>
/// <param name="Batches">The number of batches.</param>
/// <param name="Dropped">The share of labels that were dropped.</param>
/// <param name="WholeBatches">The share of batches in which all labels were dropped, or none.</param>
/// <param name="Dispersion">The variance of the number of dropped labels in a batch, as a multiple of that of drops one by one: 1 where each label is dropped by itself, the size of a batch where all are together.</param>
internal sealed record LabelNumbers(int Batches, double Dropped, double WholeBatches, double Dispersion);

/// <summary>Grades the labels that a training gave to its network, batch by batch: the only file that shows how they were dropped.</summary>
internal static class LabelGrade
{
    /// <summary>The least number of batches, and of labels in each.</summary>
    public const int LeastBatches = 20, LeastSize = 8;

    /// <summary>Grades them.</summary>
    /// <param name="batches">The labels of each batch, -1 for dropped.</param>
    public static Evidence Of(IReadOnlyList<int[]> batches)
    {
        double[] sizes = [.. batches.Select(batch => (double)batch.Length)], dropped = [.. batches.Select(batch => (double)batch.Count(label => label < 0))];
        double share = dropped.Sum() / sizes.Sum(), expected = sizes.Average() * share * (1 - share);
        double dispersion = expected > 0 ? dropped.Zip(sizes, (d, n) => Math.Pow(d - (n * share), 2)).Average() / expected : 0;
        double whole = dropped.Zip(sizes).Count(batch => batch.First == 0 || batch.First == batch.Second) / (double)batches.Count;
        var numbers = new LabelNumbers(batches.Count, share, whole, dispersion);

        // Of drops one by one the variance is right to a relative sqrt(2 / batches): five of these, and a quarter of the way to whole batches.
        double most = 1 + (5 * Math.Sqrt(2.0 / batches.Count)) + (0.25 * (sizes.Average() - 1));
        bool byBatch = dispersion > Math.Min(most, sizes.Average() / 2), none = share == 0, all = share == 1;
        string measured = $"{Percent(share)} of the labels are dropped; in {Percent(whole)} of the batches all are or none is, and their number in a batch varies by {F2(dispersion)} times what drops one by one give (batches of {F2(sizes.Average())} labels).";
        Finding[] findings = byBatch ? [new(Slip.BatchDropping, "in training", measured, 1)] : all ? [new(Slip.NoLabels, "in training", "every label is dropped", 1)] : [];
        string words = measured + (none ? " No label is dropped, so the network never learns to do without, which guidance needs." : "");
        return new Evidence("labels", findings.Length == 0 && !none, words, findings.Length > 0 ? [findings] : [], Evidence.Others(Slip.All.Where(slip => slip != Slip.BatchDropping), []),
            ["batches", "dropped", "batches with all or none", "variation"], [[$"{batches.Count}", F3(share), F3(whole), F2(dispersion)]], numbers);
    }
}
