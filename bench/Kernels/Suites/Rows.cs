using BenchmarkDotNet.Attributes;
using Diffusion.Tensors;
using Fast = Diffusion.Tensors.Kernels;
using Textbook = Diffusion.Tensors.Reference;

namespace Diffusion.Benchmarks;

/// <summary>Rows added to samples by index, their gradient, and sums of rows: what conditioning and biases need.</summary>
[CategoriesColumn]
public class RowKernels
{
    private const int TableRows = 50;

    private Tensor<float> _x = null!, _y = null!, _table = null!, _sum = null!;
    private int[] _index = [];

    /// <summary>Layers of the two-pixel network.</summary>
    public static IEnumerable<RowsSize> SizeSource => Sizes.Of<RowsSize>([new(256, 64), new(256, 128)], [new(4096, 128)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public RowsSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        int length = Size.Rows * Size.Columns;
        (_x, _y, _table, _sum) = (Data.Normal(length, 1), Data.Zeros(length), Data.Normal(TableRows * Size.Columns, 2), Data.Zeros(Size.Columns));
        _index = Data.Indices(Size.Rows, TableRows);
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("add rows"), Moves(2)]
    public void AddRows() => Fast.Gather.AddRows<float>(1, Size.Columns, _x.Span, _table.Span, _index, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("add rows"), Moves(2)]
    public void AddRowsReference() => Textbook.Gather.AddRows<float>(1, Size.Columns, _x.Span, _table.Span, _index, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("scatter"), Moves(1)]
    public void ScatterAdd() => Fast.Gather.ScatterAdd<float>(1, Size.Columns, _x.Span, _index, _table.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("scatter"), Moves(1)]
    public void ScatterAddReference() => Textbook.Gather.ScatterAdd<float>(1, Size.Columns, _x.Span, _index, _table.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("sum of rows"), Moves(1)]
    public void SumRows() => Fast.Reductions.SumRows<float>(Size.Rows, Size.Columns, _x.Span, _sum.Span, accumulate: false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("sum of rows"), Moves(1)]
    public void SumRowsReference() => Textbook.Reductions.SumRows<float>(Size.Rows, Size.Columns, _x.Span, _sum.Span, accumulate: false);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("sum"), Moves(1)]
    public float Sum() => Fast.Reductions.Sum<float>(_x.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("sum"), Moves(1)]
    public float SumReference() => Textbook.Reductions.Sum<float>(_x.Span);
}
