using BenchmarkDotNet.Attributes;
using Diffusion.Tensors;
using Fast = Diffusion.Tensors.Kernels;
using Textbook = Diffusion.Tensors.Reference;

namespace Diffusion.Benchmarks;

/// <summary>[N, S, C] in G groups.</summary>
public sealed record GroupNormSize(int Batch, int Positions, int Channels, int Groups) : ISize
{
    /// <inheritdoc/>
    public long FloatingPointOperations => 0;

    /// <inheritdoc/>
    public long Elements => (long)Batch * Positions * Channels;

    /// <inheritdoc/>
    public override string ToString() => $"[{Batch}, {Positions}, {Channels}] / {Groups}";
}

/// <summary>GroupNorm with SiLU, forward and backward.</summary>
[CategoriesColumn]
public class GroupNorms
{
    private Fast.GroupNormShape _shape;
    private Tensor<float> _x = null!, _gamma = null!, _beta = null!, _y = null!, _mean = null!, _rstd = null!, _dy = null!, _dx = null!, _dGamma = null!, _dBeta = null!;

    /// <summary>The two-pixel network's, and one of the MNIST network's.</summary>
    public static IEnumerable<GroupNormSize> SizeSource =>
        Sizes.Of<GroupNormSize>([new(256, 1, 64, 4), new(256, 1, 128, 32)], [new(4096, 1, 64, 4), new(4096, 1, 128, 32), new(64, 784, 32, 8)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public GroupNormSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _shape = new(Size.Batch, Size.Positions, Size.Channels, Size.Groups);
        (_x, _dy) = (Data.Normal(_shape.Length, 1), Data.Normal(_shape.Length, 2));
        (_gamma, _beta) = (Data.Normal(Size.Channels, 3), Data.Normal(Size.Channels, 4));
        (_y, _dx, _mean, _rstd) = (Data.Zeros(_shape.Length), Data.Zeros(_shape.Length), Data.Zeros(_shape.Statistics), Data.Zeros(_shape.Statistics));
        (_dGamma, _dBeta) = (Data.Zeros(Size.Channels), Data.Zeros(Size.Channels));
        Forward();
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("forward"), Moves(2)]
    public void Forward() => Fast.GroupNorm.Forward<float>(_shape, 1e-5f, true, _x.Span, _gamma.Span, _beta.Span, _y.Span, _mean.Span, _rstd.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("forward"), Moves(2)]
    public void ForwardReference() => Textbook.GroupNorm.Forward<float>(
        Size.Batch, Size.Positions, Size.Channels, Size.Groups, 1e-5f, true, _x.Span, _gamma.Span, _beta.Span, _y.Span, _mean.Span, _rstd.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("backward"), Moves(3)]
    public void Backward() => Fast.GroupNorm.Backward<float>(
        _shape, 1e-5f, true, _x.Span, _gamma.Span, _beta.Span, _mean.Span, _rstd.Span, _dy.Span, _dx.Span, false, _dGamma.Span, _dBeta.Span, false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("backward"), Moves(3)]
    public void BackwardReference() => Textbook.GroupNorm.Backward<float>(
        Size.Batch, Size.Positions, Size.Channels, Size.Groups, true,
        _x.Span, _gamma.Span, _beta.Span, _mean.Span, _rstd.Span, _dy.Span, _dx.Span, false, _dGamma.Span, _dBeta.Span, false);
}

/// <summary>A matrix, row by row.</summary>
public sealed record RowsSize(int Rows, int Columns) : ISize
{
    /// <inheritdoc/>
    public long FloatingPointOperations => 0;

    /// <inheritdoc/>
    public long Elements => (long)Rows * Columns;

    /// <inheritdoc/>
    public override string ToString() => $"[{Rows}, {Columns}]";
}

/// <summary>Softmax along rows, forward and backward.</summary>
[CategoriesColumn]
public class Softmaxes
{
    private Tensor<float> _x = null!, _y = null!, _dy = null!, _dx = null!;

    /// <summary>Attention over 14 x 14 positions, and longer rows.</summary>
    public static IEnumerable<RowsSize> SizeSource => Sizes.Of<RowsSize>([new(196, 196)], [new(512, 512)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public RowsSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        int length = Size.Rows * Size.Columns;
        (_x, _dy, _y, _dx) = (Data.Normal(length, 1), Data.Normal(length, 2), Data.Zeros(length), Data.Zeros(length));
        Forward();
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("forward"), Moves(2)]
    public void Forward() => Fast.Softmax.Forward<float>(Size.Rows, Size.Columns, false, _x.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("forward"), Moves(2)]
    public void ForwardReference() => Textbook.Softmax.Forward<float>(Size.Rows, Size.Columns, false, _x.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("backward"), Moves(3)]
    public void Backward() => Fast.Softmax.Backward<float>(Size.Rows, Size.Columns, false, _y.Span, _dy.Span, _dx.Span, false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("backward"), Moves(3)]
    public void BackwardReference() => Textbook.Softmax.Backward<float>(Size.Rows, Size.Columns, false, _y.Span, _dy.Span, _dx.Span, false);
}

/// <summary>Softmax of a whole batch of attention: too large for the textbook, whose backward pass is a Jacobian for each row.</summary>
[CategoriesColumn]
public class LargeSoftmaxes
{
    private Tensor<float> _x = null!, _y = null!, _dy = null!, _dx = null!;

    /// <summary>The size that is compared with libtorch.</summary>
    public static IEnumerable<RowsSize> SizeSource => Sizes.Of<RowsSize>([], new RowsSize(256 * 196, 196));

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public RowsSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        int length = Size.Rows * Size.Columns;
        (_x, _dy, _y, _dx) = (Data.Normal(length, 1), Data.Normal(length, 2), Data.Zeros(length), Data.Zeros(length));
        Forward();
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("forward"), Moves(2)]
    public void Forward() => Fast.Softmax.Forward<float>(Size.Rows, Size.Columns, false, _x.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("backward"), Moves(3)]
    public void Backward() => Fast.Softmax.Backward<float>(Size.Rows, Size.Columns, false, _y.Span, _dy.Span, _dx.Span, false);
}
