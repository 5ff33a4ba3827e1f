namespace Diffusion.TwoPixel.Grade;

/// <summary>
/// The questions that a predictor of noise is asked: for every t from 1 to T points of q(x_t | label), as many of each label, asked first
/// without and then with their label. The rows follow from T and the seed, so a grader has them without the file. No points lie
/// elsewhere: what a network says where it was never trained tells nothing of it.
/// </summary>
internal sealed class GradeTable
{
    /// <summary>About so many rows, whatever T is.</summary>
    private const int Rows = 6000;

    /// <summary>The largest T: every step is asked for, with some points.</summary>
    public const int MostSteps = 1000;

    /// <summary>The largest seed: the file has it as a number of double precision.</summary>
    public const long MostSeed = 1L << 53;

    /// <summary>The groups of one t: without label (data of class 0, of class 1), label 0, label 1.</summary>
    public const int GroupsPerStep = 4;

    /// <summary>The columns of the file.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["T", "seed", "t", "label", "left", "right"];

    private readonly float[] _x;

    private GradeTable(int steps, ulong seed, int perGroup, float[] x) => (T, Seed, PerGroup, _x) = (steps, seed, perGroup, x);

    /// <summary>The number of steps.</summary>
    public int T { get; }

    /// <summary>The seed of the points.</summary>
    public ulong Seed { get; }

    /// <summary>The rows of one group, which follow each other.</summary>
    public int PerGroup { get; }

    /// <summary>The number of rows.</summary>
    public int Count => _x.Length / 2;

    /// <summary>The groups of rows, in the order of the file.</summary>
    public IEnumerable<(int T, int Label, int First)> Groups
    {
        get
        {
            for (int group = 0; group < GroupsPerStep * T; group++)
                yield return ((group / GroupsPerStep) + 1, LabelOf(group), group * PerGroup);
        }
    }

    /// <summary>The table of a T and a seed.</summary>
    public static GradeTable Of(int steps, ulong seed)
    {
        int perGroup = (Rows / (GroupsPerStep * steps)) + 1;
        float[] x = new float[2 * GroupsPerStep * steps * perGroup];
        var schedule = NoiseSchedule.Cosine(steps);
        var random = new RandomSource(seed).For(Purpose.Metrics);
        for (int group = 0; group < GroupsPerStep * steps; group++)
        {
            // Groups 0 and 2 of a step, and 1 and 3, have the same points.
            long stream = (2L * (group / GroupsPerStep)) + (group % 2);
            var (x0, _) = ExactNoise.Data.Conditional(group % 2).Sample<float>(perGroup, random.At(2 * stream));
            var noise = random.At((2 * stream) + 1).Normal<float>(x0.Shape);
            schedule.QSample(x0, [(group / GroupsPerStep) + 1.0], noise).Span.CopyTo(x.AsSpan(2 * group * perGroup));
        }

        return new GradeTable(steps, seed, perGroup, x);
    }

    /// <summary>The label that a group is asked with, -1 for none.</summary>
    public static int LabelOf(int group) => Math.Max(-1, (group % GroupsPerStep) - 2);

    /// <summary>The points of a group of rows.</summary>
    public double[] Points(int first) => [.. _x.Skip(2 * first).Take(2 * PerGroup).Select(value => (double)value)];

    /// <summary>A row as the file has it.</summary>
    public double[] Row(int row) => [T, Seed, (row / PerGroup / GroupsPerStep) + 1, LabelOf(row / PerGroup), _x[2 * row], _x[(2 * row) + 1]];

    /// <summary>The row that asks without a label for the point of a row with one.</summary>
    public int WithoutLabel(int row) => row - (2 * PerGroup);

    /// <summary>What a predictor says of all rows, two numbers each.</summary>
    public double[] Ask(NoiseOf predictor)
    {
        double[] answers = new double[2 * Count];
        foreach (var (t, label, first) in Groups)
            predictor(Points(first), t, label, answers.AsSpan(2 * first, 2 * PerGroup));
        return answers;
    }

    /// <summary>The least mean squared error per pixel that any predictor of the noise can have on each group: the mean of Var(eps | x_t) over its rows.</summary>
    public double[] LeastLosses()
    {
        double[] levels = GradeLevels.Right(T), losses = new double[GroupsPerStep * T], covariance = new double[4];
        var marginals = ExactNoise.Marginals(levels);
        foreach (var (t, label, first) in Groups)
        {
            // eps = (x_t - g x_0) / S, so its covariance given x_t is A / B times that of x_0.
            double[] x = Points(first);
            for (int i = 0; i < PerGroup; i++)
            {
                marginals[t][label + 1].PosteriorCovariance(x.AsSpan(2 * i, 2), covariance);
                losses[first / PerGroup] += levels[t] / (1 - levels[t]) * (covariance[0] + covariance[3]) / 2 / PerGroup;
            }
        }

        return losses;
    }
}
