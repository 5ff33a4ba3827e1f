namespace Diffusion.TwoPixel.Grade;

/// <summary>A usual slip, by the name under which reports know it.</summary>
/// <param name="Number">Its number in docs/grading.md.</param>
/// <param name="Key">Its name in grade.json.</param>
/// <param name="Name">What is wrong, in words.</param>
internal sealed record Slip(int Number, string Key, string Name)
{
    public static readonly Slip
        LastNoise = new(1, "noise-at-last-step", "noise is added in the last step"),
        Alpha = new(2, "alpha-for-alpha-bar", "alpha stands for alpha-bar"),
        NotSquared = new(3, "cosine-not-squared", "the square of the cosine is missing"),
        NotClipped = new(4, "beta-not-clipped", "beta is not clipped at 0.999"),
        Guidance = new(5, "guidance-off-by-one", "w is off by one: w + 1 for w, or a scale that means w + 1"),
        Labels = new(6, "labels-swapped", "the labels are swapped"),
        OffByOne = new(7, "t-off-by-one", "t is off by one"),
        NotScaled = new(8, "t-not-scaled", "t is not scaled as the network knows it"),
        OneTable = new(9, "one-table-of-betas", "the betas are not those of this T"),
        BatchDropping = new(10, "labels-dropped-by-batch", "labels are dropped for whole batches"),
        Upper = new(11, "upper-variance", "the upper variance beta stands for the posterior's"),
        Pixels = new(12, "pixels-swapped", "the two pixels are swapped"),
        NoLabels = new(13, "labels-not-seen", "the label makes no difference");

    /// <summary>All of them, by number.</summary>
    public static IReadOnlyList<Slip> All { get; } =
        [LastNoise, Alpha, NotSquared, NotClipped, Guidance, Labels, OffByOne, NotScaled, OneTable, BatchDropping, Upper, Pixels, NoLabels];

    /// <summary>Such as <c>(6) the labels are swapped</c>.</summary>
    public override string ToString() => $"({Number}) {Name}";
}
