using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Diffusion.Benchmarks;

/// <summary>How much a benchmark gets done in a second: GFLOP/s where it computes, GB/s where it moves memory.</summary>
internal class RateColumn : IColumn
{
    public virtual string Id => "Rate";

    public virtual string ColumnName => "Rate";

    public virtual string Legend => "GFLOP/s (multiplications and additions), or GB/s (read and written)";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics || benchmarkCase.Parameters.Items.Select(item => item.Value).OfType<ISize>().FirstOrDefault() is not { } size)
            return "";
        double seconds = statistics.Mean * 1e-9;
        double bytes = sizeof(float) * (double)size.Elements * (benchmarkCase.Descriptor.WorkloadMethod.GetCustomAttribute<MovesAttribute>()?.Times ?? 0);
        return Value(size.FloatingPointOperations / seconds, bytes / seconds, bytes);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    protected virtual string Value(double operations, double bytesPerSecond, double bytes) =>
        operations > 0 ? string.Create(CultureInfo.InvariantCulture, $"{operations / 1e9:F1} GFLOP/s")
        : bytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytesPerSecond / 1e9:F1} GB/s")
        : "";
}

/// <summary>The rate as a share of what the machine can do: of fused multiply-adds, or of copying memory of the same size.</summary>
internal sealed class ShareColumn(MachinePeak machine) : RateColumn
{
    public override string Id => "Of peak";

    public override string ColumnName => "Of peak";

    public override string Legend => "The rate as a share of the measured peak: of fused multiply-adds on registers, or of copying as many bytes";

    protected override string Value(double operations, double bytesPerSecond, double bytes) =>
        operations > 0 ? string.Create(CultureInfo.InvariantCulture, $"{operations / machine.FloatingPointOperations:P0}")
        : bytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytesPerSecond / machine.CopyBytesPerSecond(bytes):P0}")
        : "";
}
