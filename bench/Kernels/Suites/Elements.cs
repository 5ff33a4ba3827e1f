using BenchmarkDotNet.Attributes;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Fast = Diffusion.Tensors.Kernels;
using Textbook = Diffusion.Tensors.Reference;

namespace Diffusion.Benchmarks;

/// <summary>Some numbers.</summary>
public sealed record LengthSize(int Length) : ISize
{
    /// <inheritdoc/>
    public long FloatingPointOperations => 0;

    /// <inheritdoc/>
    public long Elements => Length;

    /// <inheritdoc/>
    public override string ToString() => $"{Length}";
}

/// <summary>Functions of each element.</summary>
[CategoriesColumn]
public class Activations
{
    private Tensor<float> _x = null!, _y = null!, _dy = null!;

    /// <summary>A layer of the two-pixel network, one off the vector's width, and a million.</summary>
    public static IEnumerable<LengthSize> SizeSource => Sizes.Of<LengthSize>([new(256 * 128), new((256 * 128) + 1)], [new(1 << 20)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public LengthSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup() => (_x, _dy, _y) = (Data.Normal(Size.Length, 1), Data.Normal(Size.Length, 2), Data.Zeros(Size.Length));

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("SiLU"), Moves(2)]
    public void Silu() => Fast.Elementwise.Map<Fast.SiluFunction<float>, float>(default, _x.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("SiLU"), Moves(2)]
    public void SiluReference() => Textbook.Elementwise.Map<float>(Textbook.Activations.Silu, _x.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("SiLU backward"), Moves(3)]
    public void SiluBackward() => Fast.Elementwise.MapBackward<Fast.SiluFunction<float>, float>(default, _x.Span, _dy.Span, _y.Span, false);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("SiLU backward"), Moves(3)]
    public void SiluBackwardReference() => Textbook.Elementwise.MapBackward<float>(Textbook.Activations.SiluDerivative, _x.Span, _dy.Span, _y.Span, false);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("exp"), Moves(2)]
    public void Exp() => Fast.Elementwise.Map<Fast.ExpFunction<float>, float>(default, _x.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("exp"), Moves(2)]
    public void ExpReference() => Textbook.Elementwise.Map<float>(Textbook.Activations.Exp, _x.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("sigmoid"), Moves(2)]
    public void Sigmoid() => Fast.Elementwise.Map<Fast.SigmoidFunction<float>, float>(default, _x.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("sigmoid"), Moves(2)]
    public void SigmoidReference() => Textbook.Elementwise.Map<float>(Textbook.Activations.Sigmoid, _x.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("tanh"), Moves(2)]
    public void Tanh() => Fast.Elementwise.Map<Fast.TanhFunction<float>, float>(default, _x.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("tanh"), Moves(2)]
    public void TanhReference() => Textbook.Elementwise.Map<float>(Textbook.Activations.Tanh, _x.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("GELU"), Moves(2)]
    public void Gelu() => Fast.Elementwise.Map<Fast.GeluFunction<float>, float>(default, _x.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("GELU"), Moves(2)]
    public void GeluReference() => Textbook.Elementwise.Map<float>(Textbook.Activations.Gelu, _x.Span, _y.Span);

    /// <summary>Ours.</summary>
    [Benchmark, BenchmarkCategory("add"), Moves(3)]
    public void Add() => Fast.Elementwise.Add<float>(_x.Span, _dy.Span, _y.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("add"), Moves(3)]
    public void AddReference() => Textbook.Elementwise.Add<float>(_x.Span, _dy.Span, _y.Span);
}

/// <summary>A step of Adam over one tensor.</summary>
public class Adams
{
    private Tensor<float> _w = null!, _g = null!, _m = null!, _v = null!;

    /// <summary>A weight of the two-pixel network, and two million.</summary>
    public static IEnumerable<LengthSize> SizeSource => Sizes.Of<LengthSize>([new(128 * 64)], [new(2_000_000)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public LengthSize Size { get; set; } = null!;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup() => (_w, _g, _m, _v) = (Data.Normal(Size.Length, 1), Data.Normal(Size.Length, 2), Data.Zeros(Size.Length), Data.Zeros(Size.Length));

    /// <summary>Ours: four tensors are read and three written.</summary>
    [Benchmark, Moves(7)]
    public void Step() => Fast.Adam.Step(new Fast.AdamStep<float>(1e-3f, 0.9f, 0.1f, 0.999f, 0.001f, 1e-8f, 10f, 1000f, 1, 0, 1), _w.Span, _g.Span, _m.Span, _v.Span);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), Moves(7)]
    public void Reference() => Textbook.Adam.Step<float>(1, 1e-3f, 0.9f, 0.999f, 1e-8f, 0, 0, _w.Span, _g.Span, _m.Span, _v.Span);
}

/// <summary>Random numbers.</summary>
[CategoriesColumn]
public class RandomNumbers
{
    private Tensor<float> _x = null!;
    private RandomStream _stream;

    /// <summary>The noise of a batch of the two-pixel study, and a million.</summary>
    public static IEnumerable<LengthSize> SizeSource => Sizes.Of<LengthSize>([new(10_000)], [new(1 << 20)]);

    /// <summary>The size.</summary>
    [ParamsSource(nameof(SizeSource))]
    public LengthSize Size { get; set; } = null!;

    /// <summary>Makes the tensor.</summary>
    [GlobalSetup]
    public void Setup() => (_x, _stream) = (Data.Zeros(Size.Length), new RandomSource(3).At(0).For(Purpose.Noise));

    /// <summary>One long sample.</summary>
    [Benchmark, BenchmarkCategory("normal"), Moves(1)]
    public void Normal() => _stream.Normal(_x.Span, Size.Length);

    /// <summary>Samples of two numbers.</summary>
    [Benchmark, BenchmarkCategory("normal"), Moves(1)]
    public void NormalPairs() => _stream.Normal(_x.Span, 2);

    /// <summary>The textbook's, one long sample.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("normal"), Moves(1)]
    public void NormalReference()
    {
        ReadOnlySpan<uint> counter = [0, 0, _stream.Counter2, _stream.Counter3], key = [_stream.Key0, _stream.Key1];
        for (int i = 0; i < _x.Length; i++)
            _x.Span[i] = Textbook.Philox.Normal<float>(counter, key, i);
    }

    /// <summary>One long sample.</summary>
    [Benchmark, BenchmarkCategory("uniform"), Moves(1)]
    public void Uniform() => _stream.Uniform(_x.Span, Size.Length);

    /// <summary>The textbook's.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("uniform"), Moves(1)]
    public void UniformReference()
    {
        ReadOnlySpan<uint> counter = [0, 0, _stream.Counter2, _stream.Counter3], key = [_stream.Key0, _stream.Key1];
        for (int i = 0; i < _x.Length; i++)
            _x.Span[i] = Textbook.Philox.Uniform<float>(counter, key, i);
    }
}
