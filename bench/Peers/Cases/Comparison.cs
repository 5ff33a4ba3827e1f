namespace Diffusion.Peers.Cases;

/// <summary>
/// Whether the numbers are right: for each tensor the largest error over the largest element. Each side is judged by itself
/// against double precision where a case has it, so that it is known who is wrong; else both are compared with each other.
/// </summary>
internal sealed class Comparison
{
    /// <summary>The name of our side.</summary>
    public const string Ours = "ours";

    private readonly List<(string Side, string What, double Error, double Tolerance)> _entries = [];

    /// <summary>The side, ours or a way of libtorch, whose first number is made wrong on purpose: a control that the right one is named.</summary>
    public static string? Spoiled { get; set; }

    /// <summary>Whether our numbers are right, or, where only both are compared, the same.</summary>
    public bool Passed => Entries(Ours).Any() && Entries(Ours).All(IsRight);

    /// <summary>The entry of ours that is nearest to its tolerance, or farthest beyond.</summary>
    public (string What, double Error, double Tolerance) Worst => WorstOf(Ours);

    /// <summary>The ways of libtorch whose numbers are wrong, and what is.</summary>
    public IReadOnlyDictionary<string, string> Wrong => _entries.Where(entry => entry.Side != Ours && !IsRight(entry))
        .Select(entry => entry.Side).Distinct().ToDictionary(side => side, side => Text(WorstOf(side)));

    /// <summary>The largest error of a way of libtorch against double precision; null where the case has none.</summary>
    public double? ErrorOf(string way) => Entries(way).Any() ? WorstOf(way).Error : null;

    /// <summary>Compares both sides with each other.</summary>
    public Comparison Add(string what, ReadOnlySpan<float> ours, ReadOnlySpan<float> libtorch, double tolerance)
    {
        double[] exact = new double[libtorch.Length];
        for (int i = 0; i < exact.Length; i++)
            exact[i] = libtorch[i];
        return Judge(Ours, what, ours, exact, tolerance);
    }

    /// <summary>Judges one side, ours or a way of libtorch by its name, against double precision.</summary>
    public Comparison Judge(string side, string what, ReadOnlySpan<float> numbers, ReadOnlySpan<double> exact, double tolerance)
    {
        double error = numbers.Length == exact.Length ? 0 : double.PositiveInfinity, largest = 0;
        for (int i = 0; i < Math.Min(numbers.Length, exact.Length); i++)
        {
            double number = i == 0 && side == Spoiled ? (2.0 * numbers[i]) + 1 : numbers[i];
            double difference = Math.Abs(number - exact[i]);
            error = difference <= error ? error : difference;
            largest = Math.Max(largest, Math.Abs(exact[i]));
        }

        return Add(side, what, error == 0 ? 0 : error / largest, tolerance);
    }

    /// <summary>An error of both sides that was worked out elsewhere.</summary>
    public Comparison Add(string what, double error, double tolerance) => Add(Ours, what, error, tolerance);

    public override string ToString() => Text(Worst);

    private static string Text((string What, double Error, double Tolerance) entry) => $"{entry.What}: error {entry.Error:E1}, tolerance {entry.Tolerance:E0}";

    private static bool IsRight((string Side, string What, double Error, double Tolerance) entry) => entry.Error <= entry.Tolerance;

    private Comparison Add(string side, string what, double error, double tolerance)
    {
        _entries.Add((side, what, error, tolerance));
        return this;
    }

    private IEnumerable<(string Side, string What, double Error, double Tolerance)> Entries(string side) => _entries.Where(entry => entry.Side == side);

    private (string What, double Error, double Tolerance) WorstOf(string side)
    {
        var (_, what, error, tolerance) = Entries(side).MaxBy(entry => double.IsNaN(entry.Error) ? double.PositiveInfinity : entry.Error / entry.Tolerance);
        return (what, error, tolerance);
    }
}
