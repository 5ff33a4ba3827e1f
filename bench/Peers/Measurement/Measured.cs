namespace Diffusion.Peers.Measurement;

/// <summary>One pair of blocks, ours and then libtorch's: microseconds for one call, the median of the block.</summary>
internal readonly record struct Pair(double Ours, double Libtorch)
{
    public double Ratio => Libtorch / Ours;
}

/// <summary>What one process measured of one case with one number of threads.</summary>
internal sealed record Measured
{
    public required string Case { get; init; }

    public required int Threads { get; init; }

    public IReadOnlyList<Pair> Pairs { get; init; } = [];

    /// <summary>Medians of ONNX Runtime's blocks in microseconds, each of which followed a pair; none where the case has no such side.</summary>
    public IReadOnlyList<double> Onnx { get; init; } = [];

    /// <summary>The fastest single call of each side in microseconds.</summary>
    public Pair Minimum { get; init; }

    /// <summary>The way of libtorch that was the fastest here, and so was measured.</summary>
    public string Variant { get; init; } = "";

    public bool OursPreallocated { get; init; }

    public bool LibtorchPreallocated { get; init; }

    /// <summary>A first estimate of every way of libtorch, in microseconds.</summary>
    public IReadOnlyDictionary<string, double> Variants { get; init; } = new Dictionary<string, double>();

    /// <summary>The estimate of the network that was rewritten for libtorch, where there is one.</summary>
    public double? Rewritten { get; init; }

    /// <summary>Managed bytes that a call of ours allocates.</summary>
    public double AllocatedBytes { get; init; }

    /// <summary>The share of the processors that other processes had meanwhile.</summary>
    public double Others { get; init; }

    public bool Passed { get; init; }

    /// <summary>The ways of libtorch whose numbers are wrong, and what is: they do not count, unless all are.</summary>
    public IReadOnlyDictionary<string, string> Wrong { get; init; } = new Dictionary<string, string>();

    /// <summary>The largest error of the measured way against double precision; null where the case compares both sides with each other only.</summary>
    public double? LibtorchError { get; init; }

    /// <summary>The entry of the check that is nearest to its tolerance; or what went wrong.</summary>
    public string Check { get; init; } = "";

    public double Error { get; init; }

    public double Tolerance { get; init; }
}
