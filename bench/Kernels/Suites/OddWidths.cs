using BenchmarkDotNet.Attributes;
using Diffusion.Tensors;
using Diffusion.Tensors.Threading;
using Fast = Diffusion.Tensors.Kernels;

namespace Diffusion.Benchmarks;

/// <summary>Rows of so many numbers, of which the first begins so many after a cache line.</summary>
public sealed record RowWidth(int Columns, int Shift) : ISize
{
    /// <summary>Rows that fit into the second-level cache, a few tensors of them.</summary>
    public const int Rows = 256;

    /// <inheritdoc/>
    public long FloatingPointOperations => 0;

    /// <inheritdoc/>
    public long Elements => (long)Rows * Columns;

    /// <inheritdoc/>
    public override string ToString() => Shift == 0 ? $"{Columns}" : $"{Columns}, {sizeof(float) * Shift} bytes off";
}

/// <summary>
/// What an odd width costs: rates (numbers in a second) at 101 columns beside 128. At 101 two things come together: the last vector of a row reaches back, and
/// vectors cross cache lines. 128 columns that begin 4 bytes off have the second alone.
/// </summary>
public class OddWidths
{
    private const int Rows = RowWidth.Rows;

    private Tensor<float> _x = null!, _y = null!, _z = null!, _large = null!, _columns = null!;
    private int[] _index = [];
    private int _threads;
    private Fast.GroupNormShape _points, _images;
    private Fast.UpsampleShape _upsample;

    /// <summary>Whole vectors; the same off the lines; 101.</summary>
    public static IEnumerable<RowWidth> SizeSource => [new(128, 0), new(128, 1), new(101, 0)];

    /// <summary>The width.</summary>
    [ParamsSource(nameof(SizeSource))]
    public RowWidth Size { get; set; } = null!;

    private int Length => Rows * Size.Columns;

    private Span<float> X => Of(_x, Length);

    private Span<float> Y => Of(_y, Length);

    private Span<float> Z => Of(_z, Length);

    private Span<float> Mean => _columns.Span.Slice(6 * 1024, Rows * Size.Columns);

    private Span<float> Deviation => _columns.Span.Slice((6 * 1024) + (Rows * 128), Rows * Size.Columns);

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        // With one thread: what another has just written is a matter of its own.
        _threads = Workers.ThreadCount;
        Workers.ThreadCount = 1;
        (_x, _y, _z, _large) = (Data.Normal(Length + 1, 1), Data.Normal(Length + 1, 2), Data.Zeros(Length + 1), Data.Zeros((4 * Length) + 1));
        _columns = Data.Normal((6 * 1024) + (2 * Rows * 128), 3);
        _index = Data.Indices(Rows, Rows);
        _points = new(Rows, 1, Size.Columns, Size.Columns);
        _images = new(1, Rows, Size.Columns, Size.Columns);
        _upsample = new(1, (16, Rows / 16), Size.Columns, 2);
        GroupNorm();
    }

    /// <summary>Gives the threads back.</summary>
    [GlobalCleanup]
    public void Cleanup() => Workers.ThreadCount = _threads;

    /// <summary>Softmax.</summary>
    [Benchmark, Moves(2)]
    public void Softmax() => Fast.Softmax.Forward<float>(Rows, Size.Columns, false, X, Z);

    /// <summary>Its gradient.</summary>
    [Benchmark, Moves(3)]
    public void SoftmaxGradient() => Fast.Softmax.Backward<float>(Rows, Size.Columns, false, X, Y, Z, false);

    /// <summary>Group normalisation without an activation, over many positions.</summary>
    [Benchmark, Moves(2)]
    public void GroupNorm() => Forward(_images, false);

    /// <summary>Its gradient.</summary>
    [Benchmark, Moves(3)]
    public void GroupNormGradient() => Backward(_images, false);

    /// <summary>The gradient with SiLU, at one position.</summary>
    [Benchmark, Moves(3)]
    public void GroupNormSiluGradientOfPoints() => Backward(_points, true);

    /// <summary>Up-sampling by 2; the elements are those of the small image.</summary>
    [Benchmark, Moves(5)]
    public void Upsample() => Fast.UpsampleNearest.Forward<float>(_upsample, X, Of(_large, 4 * Length));

    /// <summary>Its gradient.</summary>
    [Benchmark, Moves(5)]
    public void UpsampleGradient() => Fast.UpsampleNearest.Backward<float>(_upsample, Of(_large, 4 * Length), X, false);

    /// <summary>All rows added.</summary>
    [Benchmark, Moves(1)]
    public void SumRows() => Fast.Reductions.SumRows<float>(Rows, Size.Columns, X, _columns.Span[..Size.Columns], false);

    /// <summary>Rows picked by index.</summary>
    [Benchmark, Moves(2)]
    public void IndexSelect() => Fast.IndexMap.Select<float>(new(1, Rows, Size.Columns), _index, X, Z);

    /// <summary>Rows added by index.</summary>
    [Benchmark, Moves(3)]
    public void ScatterAdd() => Fast.IndexMap.SelectAdd<float>(new(1, Rows, Size.Columns), _index, X, Z);

    private Span<float> Of(Tensor<float> tensor, int length) => tensor.Span.Slice(Size.Shift, length);

    private Span<float> Parameter(int at) => _columns.Span.Slice(1024 * at, Size.Columns);

    private void Forward(Fast.GroupNormShape shape, bool silu) =>
        Fast.GroupNorm.Forward<float>(shape, 1e-5f, silu, X, Parameter(1), Parameter(2), Z, Mean[..shape.Statistics], Deviation[..shape.Statistics]);

    private void Backward(Fast.GroupNormShape shape, bool silu) => Fast.GroupNorm.Backward<float>(
        shape, 1e-5f, silu, X, Parameter(1), Parameter(2), Mean[..shape.Statistics], Deviation[..shape.Statistics], Y, Z, false, Parameter(3), Parameter(4), false);
}
