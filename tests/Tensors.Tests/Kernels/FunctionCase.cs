using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>One function of one number: the kernel's struct, the textbook's f and f', and where to try it.</summary>
internal abstract record FunctionCase<T>(string Name, Func<double, double> Value, Func<double, double> Derivative, double From, double To)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The struct that is tested.</summary>
    public abstract Type Function { get; }

    public abstract bool DerivativeFromOutput { get; }

    public abstract void Map(ReadOnlySpan<T> x, Span<T> y);

    public abstract void MapBackward(ReadOnlySpan<T> kept, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate);

    public sealed override string ToString() => Name;

    /// <summary>All functions; a new one gets a row here, and a test says so if it does not.</summary>
    public static IEnumerable<FunctionCase<T>> All()
    {
        T half = T.CreateChecked(0.5), two = T.CreateChecked(2);
        return
        [
            Row<SiluFunction<T>>("SiLU", default, Reference.Activations.Silu, Reference.Activations.SiluDerivative, -30, 30),
            Row<ReluFunction<T>>("ReLU", default, Reference.Activations.Relu, Reference.Activations.ReluDerivative, -3, 3),
            Row<GeluFunction<T>>("GELU", default, Reference.Activations.Gelu, Reference.Activations.GeluDerivative, -9, 9),
            Row<SigmoidFunction<T>>("sigmoid", default, Reference.Activations.Sigmoid, Reference.Activations.SigmoidDerivative, -30, 30),
            Row<TanhFunction<T>>("tanh", default, Reference.Activations.Tanh, Reference.Activations.TanhDerivative, -4, 4),
            Row<TanhFunction<T>>("tanh of small numbers", default, Reference.Activations.Tanh, Reference.Activations.TanhDerivative, -1e-3, 1e-3),
            Row<ExpFunction<T>>("exp", default, Reference.Activations.Exp, Reference.Activations.Exp, -80, 80),
            Row<LogFunction<T>>("log", default, Reference.Activations.Log, Reference.Activations.LogDerivative, 1e-6, 20),
            Row<SqrtFunction<T>>("sqrt", default, Reference.Activations.Sqrt, Reference.Activations.SqrtDerivative, 1e-6, 20),
            Row<SinFunction<T>>("sin", default, Reference.Activations.Sin, Reference.Activations.Cos, -9, 9),
            Row<CosFunction<T>>("cos", default, Reference.Activations.Cos, Reference.Activations.CosDerivative, -9, 9),
            Row<RootFunction<T>>("root of squares", default, Reference.Activations.Sqrt, Reference.Activations.RootDerivative, 0, 20),
            Row<ReciprocalFunction<T>>("reciprocal", default, Reference.Activations.Reciprocal, Reference.Activations.ReciprocalDerivative, 0.5, 9),
            Row<ScaleFunction<T>>("scale", new(half), x => 0.5 * x, _ => 0.5, -3, 3),
            Row<ShiftFunction<T>>("shift", new(half), x => 0.5 + x, _ => 1, -3, 3),
            Row<PowFunction<T>>("square by a power", new(two), x => Reference.Activations.Pow(x, 2), x => Reference.Activations.PowDerivative(x, 2), -3, 3),
            Row<PowFunction<T>>("power of 2.5", new(two + half), x => Reference.Activations.Pow(x, 2.5), x => Reference.Activations.PowDerivative(x, 2.5), 0.1, 3),
            Row<SoftplusFunction<T>>("softplus", default, Reference.Activations.Softplus, Reference.Activations.Sigmoid, -30, 30),
            Row<LogSigmoidFunction<T>>("log-sigmoid", default, Reference.Activations.LogSigmoid, Reference.Activations.LogSigmoidDerivative, -30, 30),
            Row<LeakyReluFunction<T>>("leaky ReLU", new(half), x => Reference.Activations.LeakyRelu(x, 0.5), x => Reference.Activations.LeakyReluDerivative(x, 0.5), -3, 3),
            Row<EluFunction<T>>("ELU", new(two), x => Reference.Activations.Elu(x, 2), x => Reference.Activations.EluDerivative(x, 2), -9, 3),
            Row<ClampFunction<T>>("clamp", new(-half, two), x => Reference.Activations.Clamp(x, -0.5, 2), x => Reference.Activations.ClampDerivative(x, -0.5, 2), -3, 3),
            Row<SquaredFunction<T>>("squared", default, Reference.Losses.Squared, Reference.Losses.SquaredDerivative, -3, 3),
            Row<AbsoluteFunction<T>>("absolute", default, Reference.Losses.Absolute, Reference.Losses.AbsoluteDerivative, -3, 3),
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
        public override Type Function => typeof(TFunction).GetGenericTypeDefinition();

        public override bool DerivativeFromOutput => TFunction.DerivativeFromOutput;

        public override void Map(ReadOnlySpan<T> x, Span<T> y) => Tensors.Kernels.Elementwise.Map<TFunction, T>(Struct, x, y);

        public override void MapBackward(ReadOnlySpan<T> kept, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate) =>
            Tensors.Kernels.Elementwise.MapBackward<TFunction, T>(Struct, kept, dy, dx, accumulate);
    }
}
