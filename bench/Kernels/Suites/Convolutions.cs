using BenchmarkDotNet.Attributes;
using Diffusion.Tensors;
using Fast = Diffusion.Tensors.Kernels;
using Textbook = Diffusion.Tensors.Reference;

namespace Diffusion.Benchmarks;

/// <summary>A convolution over sequences; transposed, the other way.</summary>
public sealed record ConvolutionSize(int Batch, int Length, int In, int Out, int Kernel, int Stride = 1, int Padding = 0) : ISize
{
    /// <inheritdoc/>
    public long FloatingPointOperations => Direct.FloatingPointOperations;

    /// <inheritdoc/>
    public long Elements => 0;

    internal Fast.Conv1dShape Direct => new(Batch, Length, In, Out, Kernel, Stride, Padding);

    internal Fast.ConvTranspose1dShape Transposed => new(Batch, Length, In, Out, Kernel, Stride, Padding);

    /// <inheritdoc/>
    public override string ToString() => $"[{Batch}, {Length}, {In}] to {Out}, k{Kernel} s{Stride} p{Padding}";
}

/// <summary>Conv1d, forward and gradients.</summary>
[CategoriesColumn]
public class Convolutions
{
    private Fast.Conv1dShape _shape;
    private Tensor<float> _x = null!, _w = null!, _bias = null!, _y = null!, _dy = null!, _dx = null!, _dw = null!;

    /// <summary>The first two layers of the two-pixel network, a larger one short enough for the textbook, and the one of the comparison.</summary>
    public static IEnumerable<ConvolutionSize> SizeSource => Sizes.Of<ConvolutionSize>(
        [new(256, 2, 1, 64, 2), new(256, 1, 64, 128, 1), new(1, 256, 64, 64, 3, Padding: 1)], [new(4096, 2, 1, 64, 2), new(4096, 1, 64, 128, 1), new(16, 1024, 64, 64, 3, Padding: 1)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public ConvolutionSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _shape = Size.Direct;
        (_x, _w, _bias) = (Data.Normal(_shape.Input.Length, 1), Data.Normal(_shape.Weight.Length, 2), Data.Normal(_shape.OutChannels, 3));
        (_y, _dy) = (Data.Zeros(_shape.Output.Length), Data.Normal(_shape.Output.Length, 4));
        (_dx, _dw) = (Data.Zeros(_x.Length), Data.Zeros(_w.Length));
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("forward")]
    public void Forward() => Fast.Conv1d.Forward<float>(_shape, _x.Span, _w.Span, _bias.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("forward")]
    public void ForwardReference() => Textbook.Conv1d.Forward<float>(_shape, _x.Span, _w.Span, _bias.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("dx")]
    public void InputGradient() => Fast.Conv1d.InputGradient<float>(_shape, _dy.Span, _w.Span, _dx.Span, accumulate: false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("dx")]
    public void InputGradientReference() => Textbook.Conv1d.InputGradient<float>(_shape, _dy.Span, _w.Span, _dx.Span, accumulate: false);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("dW")]
    public void WeightGradient() => Fast.Conv1d.WeightGradient<float>(_shape, _x.Span, _dy.Span, _dw.Span, accumulate: false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("dW")]
    public void WeightGradientReference() => Textbook.Conv1d.WeightGradient<float>(_shape, _x.Span, _dy.Span, _dw.Span, accumulate: false);
}

/// <summary>ConvTranspose1d, forward and gradients.</summary>
[CategoriesColumn]
public class TransposedConvolutions
{
    private Fast.ConvTranspose1dShape _shape;
    private Tensor<float> _x = null!, _w = null!, _bias = null!, _y = null!, _dy = null!, _dx = null!, _dw = null!;

    /// <summary>The decoders of the two-pixel network, a larger one short enough for the textbook, and the one of the comparison.</summary>
    public static IEnumerable<ConvolutionSize> SizeSource => Sizes.Of<ConvolutionSize>(
        [new(256, 1, 128, 64, 1), new(256, 1, 128, 2, 1), new(1, 128, 64, 64, 4, 2, 1)], [new(4096, 1, 128, 64, 1), new(4096, 1, 128, 2, 1), new(16, 512, 64, 64, 4, 2, 1)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public ConvolutionSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _shape = Size.Transposed;
        (_x, _w, _bias) = (Data.Normal(_shape.Input.Length, 1), Data.Normal(_shape.Weight.Length, 2), Data.Normal(Size.Out, 3));
        (_y, _dy) = (Data.Zeros(_shape.Output.Length), Data.Normal(_shape.Output.Length, 4));
        (_dx, _dw) = (Data.Zeros(_x.Length), Data.Zeros(_w.Length));
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("forward")]
    public void Forward() => Fast.ConvTranspose1d.Forward<float>(_shape, _x.Span, _w.Span, _bias.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("forward")]
    public void ForwardReference() => Textbook.ConvTranspose1d.Forward<float>(_shape, _x.Span, _w.Span, _bias.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("dx")]
    public void InputGradient() => Fast.ConvTranspose1d.InputGradient<float>(_shape, _dy.Span, _w.Span, _dx.Span, accumulate: false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("dx")]
    public void InputGradientReference() => Textbook.ConvTranspose1d.InputGradient<float>(_shape, _dy.Span, _w.Span, _dx.Span, accumulate: false);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("dW")]
    public void WeightGradient() => Fast.ConvTranspose1d.WeightGradient<float>(_shape, _x.Span, _dy.Span, _dw.Span, accumulate: false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("dW")]
    public void WeightGradientReference() => Textbook.ConvTranspose1d.WeightGradient<float>(_shape, _x.Span, _dy.Span, _dw.Span, accumulate: false);
}
