using System.Reflection;
using BenchmarkDotNet.Attributes;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Benchmarks;

/// <summary>A function of one or two numbers, of as many as a layer of the two-pixel network has, and one more, off the vector's width.</summary>
public sealed record FunctionOfMany(string Name) : ISize
{
    /// <summary>How many numbers.</summary>
    public const int Length = (256 * 128) + 1;

    /// <inheritdoc/>
    public long FloatingPointOperations => 0;

    /// <inheritdoc/>
    public long Elements => Length;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Every function that the loops over elements run, found by reflection: a new one is here by itself (<c>--filter '*Functions*Swish*'</c>).</summary>
public class Functions
{
    private static readonly Dictionary<string, MethodInfo> Loops = typeof(IUnaryFunction<>).Assembly.GetTypes()
        .Where(type => type.IsValueType && type.Name.EndsWith("Function`1", StringComparison.Ordinal) && !type.GetInterfaces().Any(i => i.GetGenericTypeDefinition() == typeof(ITernaryFunction<>)))
        .ToDictionary(type => type.Name.Replace("Function`1", "", StringComparison.Ordinal), type => typeof(Functions)
            .GetMethod(type.GetInterfaces().Any(i => i.GetGenericTypeDefinition() == typeof(IUnaryFunction<>)) ? nameof(OfOne) : nameof(OfTwo), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type.MakeGenericType(typeof(float))));

    private readonly Tensor<float> _x = Data.Normal(FunctionOfMany.Length, 1), _y = Data.Normal(FunctionOfMany.Length, 2), _z = Data.Zeros(FunctionOfMany.Length);
    private Loop _value = null!, _slope = null!;

    private delegate void Loop(Tensor<float> x, Tensor<float> y, Span<float> z);

    /// <summary>All of them.</summary>
    public static IEnumerable<FunctionOfMany> All => Loops.Keys.Order(StringComparer.Ordinal).Select(name => new FunctionOfMany(name));

    /// <summary>The one that is measured.</summary>
    [ParamsSource(nameof(All))]
    public FunctionOfMany Function { get; set; } = null!;

    /// <summary>Finds its loops.</summary>
    [GlobalSetup]
    public void Setup() => (_value, _slope) = ((Loop, Loop))Loops[Function.Name].Invoke(null, null)!;

    /// <summary>f(x), or f(x, y).</summary>
    [Benchmark, Moves(2)]
    public void Value() => _value(_x, _y, _z.Span);

    /// <summary>dy·f', or what a gradient by x is.</summary>
    [Benchmark, Moves(3)]
    public void Slope() => _slope(_x, _y, _z.Span);

    private static (Loop Value, Loop Slope) OfOne<TFunction>()
        where TFunction : unmanaged, IUnaryFunction<float> => (
            (x, _, z) => Elementwise.Map<TFunction, float>(default, x.Span, z), (x, y, z) => Elementwise.MapBackward<TFunction, float>(default, x.Span, y.Span, z, false));

    private static (Loop Value, Loop Slope) OfTwo<TFunction>()
        where TFunction : unmanaged, IBinaryFunction<float> => (
            (x, y, z) => Elementwise.Map<TFunction, float>(default, x.Span, y.Span, z), (x, y, z) => Elementwise.GradientX<TFunction, float>(default, x, y, y, z, false));
}
