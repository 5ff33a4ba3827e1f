using BenchmarkDotNet.Attributes;
using Diffusion.Tensors;
using Fast = Diffusion.Tensors.Kernels;
using Textbook = Diffusion.Tensors.Reference;

namespace Diffusion.Benchmarks;

/// <summary>Layer normalisation of rows, forward and backward.</summary>
[CategoriesColumn]
public class LayerNorms
{
    private Tensor<float> _x = null!, _gamma = null!, _beta = null!, _y = null!, _mean = null!, _rstd = null!, _dy = null!, _dx = null!, _dGamma = null!, _dBeta = null!;

    /// <summary>Rows of a transformer, and of a length off the vectors.</summary>
    public static IEnumerable<RowsSize> SizeSource => Sizes.Of<RowsSize>([new(512, 128), new(512, 101)], [new(16384, 128), new(4096, 768)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public RowsSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        int length = Size.Rows * Size.Columns;
        (_x, _dy, _y, _dx) = (Data.Normal(length, 1), Data.Normal(length, 2), Data.Zeros(length), Data.Zeros(length));
        (_gamma, _beta, _dGamma, _dBeta) = (Data.Normal(Size.Columns, 3), Data.Normal(Size.Columns, 4), Data.Zeros(Size.Columns), Data.Zeros(Size.Columns));
        (_mean, _rstd) = (Data.Zeros(Size.Rows), Data.Zeros(Size.Rows));
        Forward();
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("forward"), Moves(2)]
    public void Forward() => Fast.LayerNorm.Forward<float>(Size.Rows, Size.Columns, 1e-5f, _x.Span, _gamma.Span, _beta.Span, _y.Span, _mean.Span, _rstd.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("forward"), Moves(2)]
    public void ForwardReference() => Textbook.LayerNorm.Forward<float>(Size.Rows, Size.Columns, 1e-5f, _x.Span, _gamma.Span, _beta.Span, _y.Span, _mean.Span, _rstd.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("backward"), Moves(3)]
    public void Backward() => Fast.LayerNorm.Backward<float>(
        Size.Rows, Size.Columns, _x.Span, _gamma.Span, _mean.Span, _rstd.Span, _dy.Span, _dx.Span, false, _dGamma.Span, _dBeta.Span, false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("backward"), Moves(3)]
    public void BackwardReference() => Textbook.LayerNorm.Backward<float>(
        Size.Rows, Size.Columns, _x.Span, _gamma.Span, _mean.Span, _rstd.Span, _dy.Span, _dx.Span, false, _dGamma.Span, _dBeta.Span, false);
}
