using BenchmarkDotNet.Attributes;
using Diffusion.Tensors;
using Fast = Diffusion.Tensors.Kernels;
using Textbook = Diffusion.Tensors.Reference;

namespace Diffusion.Benchmarks;

/// <summary>A convolution over sequences.</summary>
public sealed record ConvolutionSize(int Batch, int Length, int In, int Out, int Kernel, int Stride = 1, int Padding = 0) : ISize
{
    /// <inheritdoc/>
    public long FloatingPointOperations => Shape.FloatingPointOperations;

    /// <inheritdoc/>
    public long Elements => 0;

    internal Fast.Conv1dShape Shape => new(Batch, Length, In, Out, Kernel, Stride, Padding);

    /// <inheritdoc/>
    public override string ToString() => $"[{Batch}, {Length}, {In}] to {Out}, k{Kernel} s{Stride} p{Padding}";
}

/// <summary>A transposed convolution over sequences.</summary>
public sealed record TransposedConvolutionSize(int Batch, int Length, int In, int Out, int Kernel, int Stride = 1, int Padding = 0) : ISize
{
    /// <inheritdoc/>
    public long FloatingPointOperations => Shape.FloatingPointOperations;

    /// <inheritdoc/>
    public long Elements => 0;

    internal Fast.ConvTranspose1dShape Shape => new(Batch, Length, In, Out, Kernel, Stride, Padding);

    /// <inheritdoc/>
    public override string ToString() => $"[{Batch}, {Length}, {In}] to {Out}, k{Kernel} s{Stride} p{Padding}";
}

/// <summary>Conv1d, forward and gradients, of sizes that derived classes tell.</summary>
[CategoriesColumn]
public abstract class Conv1dKernels
{
    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public ConvolutionSize Size { get; set; } = null!;

    /// <summary>The sizes to run.</summary>
    public abstract IEnumerable<ConvolutionSize> SizeSource { get; }

    private protected Fast.Conv1dShape Shape { get; private set; }

    private protected Tensor<float> X { get; private set; } = null!;

    private protected Tensor<float> W { get; private set; } = null!;

    private protected Tensor<float> Bias { get; private set; } = null!;

    private protected Tensor<float> Y { get; private set; } = null!;

    private protected Tensor<float> DY { get; private set; } = null!;

    private protected Tensor<float> DX { get; private set; } = null!;

    private protected Tensor<float> DW { get; private set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Shape = Size.Shape;
        (X, W, Bias) = (Data.Normal(Shape.Input.Length, 1), Data.Normal(Shape.Weight.Length, 2), Data.Normal(Size.Out, 3));
        (Y, DY) = (Data.Zeros(Shape.Output.Length), Data.Normal(Shape.Output.Length, 4));
        (DX, DW) = (Data.Zeros(X.Length), Data.Zeros(W.Length));
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("forward")]
    public void Forward() => Fast.Conv1d.Forward<float>(Shape, X.Span, W.Span, Bias.Span, Y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("dx")]
    public void InputGradient() => Fast.Conv1d.InputGradient<float>(Shape, DY.Span, W.Span, DX.Span, accumulate: false);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("dW")]
    public void WeightGradient() => Fast.Conv1d.WeightGradient<float>(Shape, X.Span, DY.Span, DW.Span, accumulate: false);
}

/// <summary>Conv1d in the two-pixel network, and a longer one, beside the textbook's.</summary>
public class Convolutions : Conv1dKernels
{
    /// <inheritdoc/>
    public override IEnumerable<ConvolutionSize> SizeSource => Sizes.Of<ConvolutionSize>(
        [new(256, 2, 1, 64, 2), new(256, 1, 64, 128, 1), new(1, 256, 64, 64, 3, Padding: 1)],
        [new(4096, 2, 1, 64, 2), new(4096, 1, 64, 128, 1)]);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("forward")]
    public void ForwardReference() => Textbook.Conv1d.Forward<float>(Shape, X.Span, W.Span, Bias.Span, Y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("dx")]
    public void InputGradientReference() => Textbook.Conv1d.InputGradient<float>(Shape, DY.Span, W.Span, DX.Span, accumulate: false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("dW")]
    public void WeightGradientReference() => Textbook.Conv1d.WeightGradient<float>(Shape, X.Span, DY.Span, DW.Span, accumulate: false);
}

/// <summary>Conv1d of the size that is compared with libtorch: too large for the textbook.</summary>
public class LargeConvolutions : Conv1dKernels
{
    /// <inheritdoc/>
    public override IEnumerable<ConvolutionSize> SizeSource => Sizes.Of<ConvolutionSize>([], new ConvolutionSize(16, 1024, 64, 64, 3, Padding: 1));
}

/// <summary>ConvTranspose1d, forward and gradients, of sizes that derived classes tell.</summary>
[CategoriesColumn]
public abstract class ConvTranspose1dKernels
{
    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public TransposedConvolutionSize Size { get; set; } = null!;

    /// <summary>The sizes to run.</summary>
    public abstract IEnumerable<TransposedConvolutionSize> SizeSource { get; }

    private protected Fast.ConvTranspose1dShape Shape { get; private set; }

    private protected Tensor<float> X { get; private set; } = null!;

    private protected Tensor<float> W { get; private set; } = null!;

    private protected Tensor<float> Bias { get; private set; } = null!;

    private protected Tensor<float> Y { get; private set; } = null!;

    private protected Tensor<float> DY { get; private set; } = null!;

    private protected Tensor<float> DX { get; private set; } = null!;

    private protected Tensor<float> DW { get; private set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Shape = Size.Shape;
        (X, W, Bias) = (Data.Normal(Shape.Input.Length, 1), Data.Normal(Shape.Weight.Length, 2), Data.Normal(Size.Out, 3));
        (Y, DY) = (Data.Zeros(Shape.Output.Length), Data.Normal(Shape.Output.Length, 4));
        (DX, DW) = (Data.Zeros(X.Length), Data.Zeros(W.Length));
    }

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("forward")]
    public void Forward() => Fast.ConvTranspose1d.Forward<float>(Shape, X.Span, W.Span, Bias.Span, Y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("dx")]
    public void InputGradient() => Fast.ConvTranspose1d.InputGradient<float>(Shape, DY.Span, W.Span, DX.Span, accumulate: false);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("dW")]
    public void WeightGradient() => Fast.ConvTranspose1d.WeightGradient<float>(Shape, X.Span, DY.Span, DW.Span, accumulate: false);
}

/// <summary>ConvTranspose1d in the two-pixel network, and a longer one, beside the textbook's.</summary>
public class TransposedConvolutions : ConvTranspose1dKernels
{
    /// <inheritdoc/>
    public override IEnumerable<TransposedConvolutionSize> SizeSource => Sizes.Of<TransposedConvolutionSize>(
        [new(256, 1, 128, 64, 1), new(256, 1, 128, 2, 1), new(1, 128, 64, 64, 4, 2, 1)],
        [new(4096, 1, 128, 64, 1), new(4096, 1, 128, 2, 1)]);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("forward")]
    public void ForwardReference() => Textbook.ConvTranspose1d.Forward<float>(Shape, X.Span, W.Span, Bias.Span, Y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("dx")]
    public void InputGradientReference() => Textbook.ConvTranspose1d.InputGradient<float>(Shape, DY.Span, W.Span, DX.Span, accumulate: false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("dW")]
    public void WeightGradientReference() => Textbook.ConvTranspose1d.WeightGradient<float>(Shape, X.Span, DY.Span, DW.Span, accumulate: false);
}

/// <summary>ConvTranspose1d of the size that is compared with libtorch: too large for the textbook.</summary>
public class LargeTransposedConvolutions : ConvTranspose1dKernels
{
    /// <inheritdoc/>
    public override IEnumerable<TransposedConvolutionSize> SizeSource => Sizes.Of<TransposedConvolutionSize>([], new TransposedConvolutionSize(16, 512, 64, 64, 4, 2, 1));
}
