namespace Diffusion.TwoPixel.Grade;

/// <summary>What the files of an implementation hold, checked.</summary>
internal static class GradeFiles
{
    // More ways of asking than this are rather a column that is taken for another.
    private const int MostGroups = 12, LeastOfPaths = 200;

    private static readonly string[] Noise = ["noise_left", "noise_right"], Point = ["left", "right"];

    /// <summary>The T and the seed of a file of predictions that has the columns of the table; null if it has not.</summary>
    /// <exception cref="InvalidDataException">Other columns, or values that no table has.</exception>
    public static (int T, ulong Seed)? TableOf(NumberFile file) => file.FormOf(Noise, [.. GradeTable.Columns, .. Noise]) == 0 ? null
        : (file.WholeAt(0, 0, 1, GradeTable.MostSteps, "T"), (ulong)SeedAt(file, 0));

    /// <summary>The predictions, two numbers for each row of the table.</summary>
    /// <exception cref="InvalidDataException">Another number of rows, or rows that are not those of the table; the message says where.</exception>
    public static double[] Predictions(NumberFile file, GradeTable table)
    {
        bool whole = TableOf(file) is not null;
        string asked = $"the table of T = {table.T} and seed {table.Seed}";
        if (file.Shape.Length != 2 || file.Rows != table.Count)
            throw new InvalidDataException($"{file.Path}: there are {file.Rows} rows; {asked} has {table.Count}, and every one is to be answered, in its order.");
        for (int row = 0; whole && row < file.Rows; row++)
        {
            double[] expected = table.Row(row);
            for (int column = 0; column < expected.Length; column++)
            {
                // Single precision, as a program may have computed.
                if (Math.Abs(file.At(row, column) - expected[column]) > 1e-5 * Math.Max(1, Math.Abs(expected[column])))
                    throw new InvalidDataException($"{file.Path}: {file.Where(row)} has {GradeTable.Columns[column]} {Number(file.At(row, column))}, where {asked} has {Number(expected[column])}; the rows stay as they are and in their order.");
            }
        }

        int skipped = file.Columns - 2;
        return [.. Enumerable.Range(0, file.Rows).SelectMany(row => new[] { file.At(row, skipped), file.At(row, skipped + 1) })];
    }

    /// <summary>Samples by label and w.</summary>
    /// <param name="file">Columns left, right, and label, w where it has them.</param>
    /// <param name="w">The w of rows that do not say it.</param>
    /// <exception cref="InvalidDataException">Other columns, or too few samples of a kind.</exception>
    public static IReadOnlyList<SampleGroup> Samples(NumberFile file, double w)
    {
        _ = file.FormOf(Point, [.. Point, "label"], [.. Point, "label", "w"]);
        TwoDimensions(file);
        var groups = Enumerable.Range(0, file.Rows).GroupBy(row => KindOf(file, row, 2, w)).OrderBy(group => group.Key)
            .Select(group => new SampleGroup(group.Key.Label, group.Key.W, [.. group.SelectMany(row => new[] { file.At(row, 0), file.At(row, 1) })])).ToList();
        CheckGroups(file, groups.ConvertAll(group => (group.Label, group.Guidance, group.Points.Length / 2)), GradeThresholds.LeastSamples);
        return groups;
    }

    /// <summary>Trajectories by label and w: CSV as <c>sample --trajectory</c> writes it, or NPY [T + 1, N, 2 to 4], from the start on.</summary>
    /// <exception cref="InvalidDataException">Other columns, states that are missing or in another order, or too few points.</exception>
    public static IReadOnlyList<TrajectoryGroup> Trajectories(NumberFile file, int steps, double w)
    {
        bool npy = file.Shape.Length == 3;
        string[] head = npy ? [] : ["step", "t"];
        _ = file.FormOf([.. head, .. Point], [.. head, .. Point, "label"], [.. head, .. Point, "label", "w"]);
        int states = npy ? file.Shape[0] : (int)Math.Min(int.MaxValue, file.Values.Chunk(file.Columns).Max(row => Math.Abs(row[0])) + 1);
        if (states != steps + 1 || file.Rows % states != 0)
            throw new InvalidDataException($"{file.Path}: there are {states} states in {file.Rows} rows; with T = {steps} there are {steps + 1} of each point, from x_T to x_0. A loop that leaves a step out has fewer.");
        int count = file.Rows / states, at = head.Length;
        for (int row = 0; row < file.Rows; row++)
        {
            if (!npy && (file.At(row, 0) != row / count || file.At(row, 1) != steps - (row / count)))
                throw new InvalidDataException($"{file.Path}: {file.Where(row)} has step {Number(file.At(row, 0))} and t {Number(file.At(row, 1))}; accepted there is step {row / count} and t {steps - (row / count)}: all points of the start, then all after each step, in one order.");
            if (KindOf(file, row, at + 2, w) != KindOf(file, row % count, at + 2, w))
                throw new InvalidDataException($"{file.Path}: {file.Where(row)} has another label or w than the same point at the start; a point keeps them.");
        }

        var groups = Enumerable.Range(0, count).GroupBy(point => KindOf(file, point, at + 2, w)).OrderBy(group => group.Key).Select(group => new TrajectoryGroup(
            group.Key.Label, group.Key.W,
            [.. Enumerable.Range(0, states).Select(t => group.SelectMany(point => new[] { file.At(((steps - t) * count) + point, at), file.At(((steps - t) * count) + point, at + 1) }).ToArray())])).ToList();
        CheckGroups(file, groups.ConvertAll(group => (group.Label, group.Guidance, group.States[0].Length / 2)), LeastOfPaths);
        return groups;
    }

    /// <summary>Samples from the noise of the noise file.</summary>
    /// <exception cref="InvalidDataException">Other columns, or another number of points.</exception>
    public static double[] Coupled(NumberFile file)
    {
        _ = file.FormOf(Point);
        TwoDimensions(file);
        return file.Rows == CoupledGrade.Points ? file.Values
            : throw new InvalidDataException($"{file.Path}: there are {file.Rows} points; the noise file is for {CoupledGrade.Points}, and each has a sample, in its order.");
    }

    /// <summary>The labels of batches.</summary>
    /// <exception cref="InvalidDataException">Other columns, or too few.</exception>
    public static IReadOnlyList<int[]> Labels(NumberFile file)
    {
        _ = file.FormOf(["batch", "label"]);
        TwoDimensions(file);
        var batches = Enumerable.Range(0, file.Rows).GroupBy(row => file.WholeAt(row, 0, 0, int.MaxValue, "batch"), row => file.WholeAt(row, 1, -1, 1, "label")).Select(batch => batch.ToArray()).ToList();
        return batches.Count >= LabelGrade.LeastBatches && batches.All(batch => batch.Length >= LabelGrade.LeastSize) ? batches
            : throw new InvalidDataException($"{file.Path}: there are {batches.Count} batches, the smallest of {batches.Min(batch => batch.Length)} labels; accepted are at least {LabelGrade.LeastBatches} of at least {LabelGrade.LeastSize}.");
    }

    private static (int Label, double W) KindOf(NumberFile file, int row, int column, double w)
    {
        int label = file.Columns > column ? file.WholeAt(row, column, -1, 1, "label") : DenoiserArguments.NoLabel;
        return (label, label < 0 ? 0 : file.Columns > column + 1 ? file.At(row, column + 1) : w);
    }

    private static void CheckGroups(NumberFile file, List<(int Label, double W, int Count)> groups, int least)
    {
        if (groups.Count > MostGroups)
            throw new InvalidDataException($"{file.Path}: there are {groups.Count} pairs of label and w; accepted are at most {MostGroups}.");
        foreach (var (label, w, count) in groups.Where(group => group.Count < least))
            throw new InvalidDataException($"{file.Path}: there are {count} points of label {label}{(label < 0 ? "" : $", w = {Number(w)}")}; accepted are at least {least} of each kind.");
    }

    private static void TwoDimensions(NumberFile file)
    {
        if (file.Shape.Length != 2)
            throw new InvalidDataException($"{file.Path}: the shape is ({string.Join(", ", file.Shape)}); accepted are two dimensions.");
    }

    private static double SeedAt(NumberFile file, int row)
    {
        double value = file.At(row, 1);
        return value >= 0 && value <= GradeTable.MostSeed && value == Math.Floor(value) ? value
            : throw new InvalidDataException($"{file.Path}: {file.Where(row)} has seed {Number(value)}; accepted is a whole number from 0 to {GradeTable.MostSeed}.");
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
