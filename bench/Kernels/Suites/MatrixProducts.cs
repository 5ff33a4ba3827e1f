using BenchmarkDotNet.Attributes;
using Diffusion.Tensors;
using Fast = Diffusion.Tensors.Kernels;
using Textbook = Diffusion.Tensors.Reference;

namespace Diffusion.Benchmarks;

/// <summary>C [M, N] = A [M, K]·B [K, N], either of which may be stored transposed.</summary>
public sealed record MatrixSize(int M, int N, int K, string Form = "A·B") : ISize
{
    /// <inheritdoc/>
    public long FloatingPointOperations => 2L * M * N * K;

    /// <inheritdoc/>
    public long Elements => 0;

    internal bool TransposeA => Form.StartsWith("A'", StringComparison.Ordinal);

    internal bool TransposeB => Form.EndsWith('\'');

    /// <inheritdoc/>
    public override string ToString() => $"{Form} {M}x{N}x{K}";
}

/// <summary>Matrix products of the sizes of the two-pixel network, and small cubes, beside the textbook's.</summary>
public class MatrixProducts
{
    private Tensor<float> _a = null!, _b = null!, _c = null!;

    /// <summary>A layer forward (batch 256), its input's gradient, its weight's gradient; cubes; the last linear map with two outputs.</summary>
    public static IEnumerable<MatrixSize> SizeSource => Sizes.Of<MatrixSize>(
        [new(64, 64, 64), new(128, 128, 128), new(256, 128, 64), new(256, 64, 128, "A·B'"), new(64, 128, 256, "A'·B"), new(256, 2, 128)],
        [new(256, 256, 256), new(4096, 128, 64), new(4096, 64, 128, "A·B'"), new(64, 128, 4096, "A'·B"), new(4096, 2, 128), new(50, 128, 128)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public MatrixSize Size { get; set; } = null!;

    /// <summary>Makes the matrices.</summary>
    [GlobalSetup]
    public void Setup() => (_a, _b, _c) = (Data.Normal(Size.M * Size.K, 1), Data.Normal(Size.K * Size.N, 2), Data.Zeros(Size.M * Size.N));

    /// <summary>Ours.</summary>
    [Benchmark]
    public void Product() => Fast.MatrixProduct.Multiply<float>(Size.M, Size.N, Size.K, _a.Span, Size.TransposeA, _b.Span, Size.TransposeB, _c.Span);

    /// <summary>Three loops.</summary>
    [Benchmark(Baseline = true)]
    public void Reference() => Textbook.MatrixProduct.Multiply<float>(Size.M, Size.N, Size.K, _a.Span, Size.TransposeA, _b.Span, Size.TransposeB, _c.Span);
}

/// <summary>Matrix products too large for three loops.</summary>
public class LargeMatrixProducts
{
    private Tensor<float> _a = null!, _b = null!, _c = null!;

    /// <summary>Cubes, and tall ones as convolutions have them.</summary>
    public static IEnumerable<MatrixSize> SizeSource =>
        Sizes.Of<MatrixSize>([new(512, 512, 512)], [new(1024, 1024, 1024), new(2048, 2048, 2048), new(100352, 32, 288), new(12544, 64, 576)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public MatrixSize Size { get; set; } = null!;

    /// <summary>Makes the matrices.</summary>
    [GlobalSetup]
    public void Setup() => (_a, _b, _c) = (Data.Normal(Size.M * Size.K, 1), Data.Normal(Size.K * Size.N, 2), Data.Zeros(Size.M * Size.N));

    /// <summary>Ours.</summary>
    [Benchmark]
    public void Product() => Fast.MatrixProduct.Multiply<float>(Size.M, Size.N, Size.K, _a.Span, Size.TransposeA, _b.Span, Size.TransposeB, _c.Span);
}
