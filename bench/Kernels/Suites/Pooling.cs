using BenchmarkDotNet.Attributes;
using Diffusion.Tensors;
using Fast = Diffusion.Tensors.Kernels;
using Textbook = Diffusion.Tensors.Reference;

namespace Diffusion.Benchmarks;

/// <summary>Images [N, H, W, C] with H = W.</summary>
public sealed record ImagesSize(int Batch, int Side, int Channels) : ISize
{
    /// <inheritdoc/>
    public long FloatingPointOperations => 0;

    /// <inheritdoc/>
    public long Elements => (long)Batch * Side * Side * Channels;

    /// <inheritdoc/>
    public override string ToString() => $"[{Batch}, {Side}, {Side}, {Channels}]";
}

/// <summary>Pooling by windows of 2 x 2, forward and backward. The small image counts as a quarter of the large one.</summary>
[CategoriesColumn]
public class Poolings
{
    private Fast.Pool2dShape _shape;
    private Size2d _side;
    private Tensor<float> _x = null!, _y = null!, _place = null!, _dy = null!, _dx = null!;

    /// <summary>The classifier's, and one of few channels.</summary>
    public static IEnumerable<ImagesSize> SizeSource => Sizes.Of<ImagesSize>([new(8, 28, 16), new(8, 14, 32)], [new(128, 28, 16), new(128, 14, 32), new(64, 28, 3)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public ImagesSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _shape = new(Size.Batch, Size.Side, Size.Side, Size.Channels, 2);
        _side = Size.Side;
        (_x, _dy) = (Data.Normal(_shape.Input.Length, 1), Data.Normal(_shape.Output.Length, 2));
        (_y, _place, _dx) = (Data.Zeros(_shape.Output.Length), Data.Zeros(_shape.Output.Length), Data.Zeros(_shape.Input.Length));
        Max();
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("max"), Moves(1)]
    public void Max() => Fast.MaxPool2d.Forward<float>(_shape, _x.Span, _y.Span, _place.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("max"), Moves(1)]
    public void MaxReference() => Textbook.MaxPool2d.Forward<float>(Size.Batch, _side, Size.Channels, 2, 2, 0, _x.Span, _y.Span, _place.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("max gradient"), Moves(1)]
    public void MaxBackward() => Fast.MaxPool2d.Backward<float>(_shape, _place.Span, _dy.Span, _dx.Span, false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("max gradient"), Moves(1)]
    public void MaxBackwardReference() => Textbook.MaxPool2d.Backward<float>(Size.Batch, _side, Size.Channels, 2, 2, 0, _place.Span, _dy.Span, _dx.Span, false);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("average"), Moves(1)]
    public void Average() => Fast.AvgPool2d.Forward<float>(_shape, true, _x.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("average"), Moves(1)]
    public void AverageReference() => Textbook.AvgPool2d.Forward<float>(Size.Batch, _side, Size.Channels, 2, 2, 0, true, _x.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("average gradient"), Moves(1)]
    public void AverageBackward() => Fast.AvgPool2d.Backward<float>(_shape, true, _dy.Span, _dx.Span, false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("average gradient"), Moves(1)]
    public void AverageBackwardReference() => Textbook.AvgPool2d.Backward<float>(Size.Batch, _side, Size.Channels, 2, 2, 0, true, _dy.Span, _dx.Span, false);
}

/// <summary>Nearest up-sampling by 2, forward and backward; sizes are of the large image.</summary>
[CategoriesColumn]
public class Upsamplings
{
    private Fast.UpsampleShape _shape;
    private Tensor<float> _x = null!, _y = null!;

    /// <summary>To 28 and 14 pixels.</summary>
    public static IEnumerable<ImagesSize> SizeSource => Sizes.Of<ImagesSize>([new(8, 28, 32), new(8, 14, 64)], [new(64, 28, 32), new(64, 14, 64)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public ImagesSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _shape = new(Size.Batch, Size.Side / 2, Size.Channels, 2);
        (_x, _y) = (Data.Normal(_shape.Input.Length, 1), Data.Normal(_shape.Output.Length, 2));
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("forward"), Moves(1)]
    public void Forward() => Fast.UpsampleNearest.Forward<float>(_shape, _x.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("forward"), Moves(1)]
    public void ForwardReference() => Textbook.UpsampleNearest.Forward<float>(Size.Batch, Size.Side / 2, Size.Channels, 2, _x.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("backward"), Moves(1)]
    public void Backward() => Fast.UpsampleNearest.Backward<float>(_shape, _y.Span, _x.Span, false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("backward"), Moves(1)]
    public void BackwardReference() => Textbook.UpsampleNearest.Backward<float>(Size.Batch, Size.Side / 2, Size.Channels, 2, _y.Span, _x.Span, false);
}
