namespace Diffusion.TwoPixel.Compare;

/// <summary>An experiment on all models of the comparison. Its report is made of nothing but the numbers in compare.json.</summary>
internal abstract class Comparison(string section, params string[] figures) : Experiment<CompareRun, CompareRun, Measurements>(section, figures)
{
    /// <summary>What the summary says of it: what, value, beside.</summary>
    public virtual IEnumerable<IReadOnlyList<string>> InShort(Measurements numbers) => [];
}

/// <summary>What is compared.</summary>
internal static class Comparisons
{
    /// <summary>All comparisons, in the order of the report; new ones, since what they draw they may keep from what they measured.</summary>
    public static IReadOnlyList<Comparison> All =>
    [
        new SamplerComparison(),
        new SamplerPathsComparison(),
        new StartComparison(),
        new GridComparison(),
        new DistillationComparison(),
        new GuidanceComparison(),
        new GuidanceTruthComparison(),
        new VarianceComparison(),
        new LikelihoodComparison(),
        new BoundComparison(),
        new MemorisationComparison(),
    ];
}
