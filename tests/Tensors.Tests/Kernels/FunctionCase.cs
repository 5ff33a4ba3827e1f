using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>One function of one number: the kernel's struct, the textbook's f and f', and where to try it.</summary>
internal abstract record FunctionCase<T>(string Name, Func<double, double> Value, Func<double, double> Derivative, double From, double To)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public abstract bool DerivativeFromOutput { get; }

    public abstract void Map(ReadOnlySpan<T> x, Span<T> y);

    public abstract void MapBackward(ReadOnlySpan<T> kept, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate);

    public sealed override string ToString() => Name;

    /// <summary>
    /// Functions that are parts of other operations, and two to try the loop with whose derivatives are written in x and in y.
    /// Those that are operations have their rows in tests/Autograd.Tests/ElementTable.cs.
    /// </summary>
    public static IEnumerable<FunctionCase<T>> All()
    {
        T half = T.CreateChecked(0.5), two = T.CreateChecked(2);
        return
        [
            Row<SiluFunction<T>>("SiLU", default, Reference.Activations.Silu, Reference.Activations.SiluDerivative, -30, 30),
            Row<SigmoidFunction<T>>("sigmoid", default, Reference.Activations.Sigmoid, Reference.Activations.SigmoidDerivative, -30, 30),
            Row<RootFunction<T>>("root of squares", default, Reference.Activations.Sqrt, Reference.Activations.RootDerivative, 0, 20),
            Row<HuberFunction<T>>("Huber", new(half, T.One), r => Reference.Losses.Huber(r, 0.5, 1), r => Reference.Losses.HuberDerivative(r, 0.5, 1), -3, 3),
            Row<HuberFunction<T>>("smooth L1", new(half, two), r => Reference.Losses.Huber(r, 0.5, 2), r => Reference.Losses.HuberDerivative(r, 0.5, 2), -3, 3),
        ];
    }

    private static Typed<TFunction> Row<TFunction>(string name, TFunction function, Func<double, double> value, Func<double, double> derivative, double from, double to)
        where TFunction : unmanaged, IUnaryFunction<T> => new(name, function, value, derivative, from, to);

    private sealed record Typed<TFunction>(string Name, TFunction Struct, Func<double, double> Value, Func<double, double> Derivative, double From, double To)
        : FunctionCase<T>(Name, Value, Derivative, From, To)
        where TFunction : unmanaged, IUnaryFunction<T>
    {
        public override bool DerivativeFromOutput => TFunction.DerivativeFromOutput;

        public override void Map(ReadOnlySpan<T> x, Span<T> y) => Tensors.Kernels.Elementwise.Map<TFunction, T>(Struct, x, y);

        public override void MapBackward(ReadOnlySpan<T> kept, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate) =>
            Tensors.Kernels.Elementwise.MapBackward<TFunction, T>(Struct, kept, dy, dx, accumulate);
    }
}
