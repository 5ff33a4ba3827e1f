namespace Diffusion.Peers.Cases;

/// <summary>How far the numbers of both sides are apart: for each tensor the largest difference over the largest element.</summary>
internal sealed class Comparison
{
    private readonly List<(string What, double Error, double Tolerance)> _entries = [];

    public bool Passed => _entries.Count > 0 && _entries.All(entry => entry.Error <= entry.Tolerance);

    /// <summary>The entry that is nearest to its tolerance, or farthest beyond.</summary>
    public (string What, double Error, double Tolerance) Worst =>
        _entries.MaxBy(entry => double.IsNaN(entry.Error) ? double.PositiveInfinity : entry.Error / entry.Tolerance);

    public Comparison Add(string what, ReadOnlySpan<float> ours, ReadOnlySpan<float> libtorch, double tolerance)
    {
        double error = ours.Length == libtorch.Length ? 0 : double.PositiveInfinity, largest = 0;
        for (int i = 0; i < Math.Min(ours.Length, libtorch.Length); i++)
        {
            double difference = Math.Abs((double)ours[i] - libtorch[i]);
            error = difference <= error ? error : difference;
            largest = Math.Max(largest, Math.Abs(libtorch[i]));
        }

        _entries.Add((what, error == 0 ? 0 : error / largest, tolerance));
        return this;
    }

    /// <summary>An error that was worked out elsewhere.</summary>
    public Comparison Add(string what, double error, double tolerance)
    {
        _entries.Add((what, error, tolerance));
        return this;
    }

    public override string ToString() => $"{Worst.What}: error {Worst.Error:E1}, tolerance {Worst.Tolerance:E0}";
}
