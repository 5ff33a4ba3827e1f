using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Kernels;
using Diffusion.Tensors.Simd;
using NUnit.Framework;
using Fast = Diffusion.Tensors.Kernels.Elementwise;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>Functions of two and three numbers with broadcast operands, and their gradients, against loops over indices in double precision.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class BinaryFunctionTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly (Shape X, Shape Y)[] Shapes =
    [
        ([], []), ([7], [7]), ([5, 101], [101]), ([4, 3], [4, 1]), ([101], [5, 1]), ([2, 3, 7], [3, 1]), ([9, 2], [2]), ([3, 1, 600], [3, 4, 1]), ([2, 1, 3, 70], [5, 1, 70]),
        ([130, 64], [64]), ([130, 64], [130, 1]), ([20_001], [1]), ([1], [3, 700]), ([300, 3], [3]), ([0, 3], [3]), ([3], [2, 0, 3]), ([2, 1, 5, 1], [1, 3, 1, 4]), ([40, 5000], [1, 5000]),
    ];

    private static IEnumerable<TestCaseData> Functions() =>
    [
        Row<AddFunction<T>>("add", (x, y) => x + y, (_, _) => 1, (_, _) => 1),
        Row<SubtractFunction<T>>("subtract", (x, y) => x - y, (_, _) => 1, (_, _) => -1),
        Row<MultiplyFunction<T>>("multiply", (x, y) => x * y, (_, y) => y, (x, _) => x),
        Row<DivideFunction<T>>("divide", (x, y) => x / y, (_, y) => 1 / y, (x, y) => -x / (y * y)),
        Row<PowerFunction<T>>("power", Math.Pow, (x, y) => y * Math.Pow(x, y - 1), (x, y) => Math.Pow(x, y) * Math.Log(x)),
        Row<MaximumFunction<T>>("maximum", Math.Max, (x, y) => x > y ? 1 : x == y ? 0.5 : 0, (x, y) => y > x ? 1 : x == y ? 0.5 : 0),
        Row<MinimumFunction<T>>("minimum", Math.Min, (x, y) => x < y ? 1 : x == y ? 0.5 : 0, (x, y) => y < x ? 1 : x == y ? 0.5 : 0),
        Row<GreaterFunction<T>>("greater", (x, y) => x > y ? 1 : 0, (_, _) => 0, (_, _) => 0),
        Row<GreaterOrEqualFunction<T>>("greater or equal", (x, y) => x >= y ? 1 : 0, (_, _) => 0, (_, _) => 0),
        Row<EqualFunction<T>>("equal", (x, y) => x == y ? 1 : 0, (_, _) => 0, (_, _) => 0),
        Row<AddScaledFunction<T>>("add scaled", (x, y) => (0.5 * x) + y, (_, _) => 0.5, (_, _) => 1, new(T.CreateChecked(0.5))),
        Row<MoveFunction<T>>("move", (x, y) => (0.75 * y) + (0.25 * x), (_, _) => 0.25, (_, _) => 0.75, new(T.CreateChecked(0.25))),
        Row<SquaredDifferenceFunction<T>>("squared difference", (x, y) => (x - y) * (x - y), (x, y) => 2 * (x - y), (x, y) => 2 * (y - x)),
        Row<ExpDifferenceFunction<T>>("exp of a difference", (x, y) => Math.Exp(x - y), (x, y) => Math.Exp(x - y), (x, y) => -Math.Exp(x - y)),
        Row<SwishFunction>("x·σ(βx)", (x, b) => x * Sigmoid(b * x), (x, b) => Sigmoid(b * x) * (1 + (b * x * (1 - Sigmoid(b * x)))), (x, b) => x * x * Sigmoid(b * x) * (1 - Sigmoid(b * x))),
    ];

    [Test]
    public void Every_function_has_a_row()
    {
        var functions = typeof(IBinaryFunction<>).Assembly.GetTypes()
            .Where(type => type.IsValueType && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IBinaryFunction<>)));
        Assert.That(functions.Except(Functions().Select(row => row.Arguments[0]!.GetType().GetGenericArguments()).Select(types => types[1].IsNested ? types[1] : types[1].GetGenericTypeDefinition())), Is.Empty);
    }

    [TestCaseSource(nameof(Functions))]
    public void Values_and_gradients_agree_with_loops_over_indices(object row)
    {
        foreach (var (x, y) in Shapes)
            ((ICase)row).Compare(x, y);
    }

    // The bytes on which trainings depend: those of the base class library's loops.
    [Test]
    public void Arithmetic_has_the_bytes_of_the_base_class_library()
    {
        T factor = T.CreateChecked(-0.75), share = T.CreateChecked(0.1);
        foreach (int length in TestData.Lengths)
        {
            T[] x = TestData.Uniform<T>(length, 1), y = TestData.Uniform<T>(length, 2), before = TestData.Uniform<T>(length, 3);
            void Same(string name, Action<T[]> fast, Action<T[]> library)
            {
                T[] actual = [.. before], expected = [.. before];
                fast(actual);
                library(expected);
                Check.Same<T>(actual, expected, $"{name} of {length}");
            }

            Same("add", z => Fast.Add<T>(x, y, z), z => TensorPrimitives.Add<T>(x, y, z));
            Same("subtract", z => Fast.Subtract<T>(x, y, z), z => TensorPrimitives.Subtract<T>(x, y, z));
            Same("multiply", z => Fast.Multiply<T>(x, y, z), z => TensorPrimitives.Multiply<T>(x, y, z));
            Same("divide", z => Fast.Divide<T>(x, y, z), z => TensorPrimitives.Divide<T>(x, y, z));
            Same("scale", z => Fast.Scale(x, factor, z), z => TensorPrimitives.Multiply(x, factor, z));
            Same("add product", z => Fast.AddProduct<T>(x, y, z), z => TensorPrimitives.MultiplyAddEstimate<T>(x, y, z, z));
            Same("add scaled", z => Fast.AddScaled(x, factor, z), z => TensorPrimitives.MultiplyAddEstimate(x, factor, z, z));
            Same("move", z => Fast.MoveTowards(x, share, z), z => TensorPrimitives.Lerp(z, x, share, z));
        }
    }

    [Test]
    public void Choices_agree_with_loops_over_indices()
    {
        foreach (var (xShape, yShape) in Shapes)
        {
            var shape = Broadcasting.Common(xShape, yShape);
            T[] x = TestData.Uniform<T>(xShape.Length, 1), y = TestData.Uniform<T>(yShape.Length, 2), mask = [.. TestData.Uniform<T>(shape.Length, 3).Select(v => v > T.Zero ? T.One : T.Zero)];
            double[] a = new double[shape.Length], b = new double[shape.Length];
            Reference.Broadcasting.Expand<double>(xShape, shape, x.ToDouble(), a);
            Reference.Broadcasting.Expand<double>(yShape, shape, y.ToDouble(), b);
            var z = Guarded<T>.ForOutput(shape.Length);
            Fast.Map<WhereFunction<T>, T>(default, new Operand<T>(mask, shape), new(x, xShape), new(y, yShape), shape, z.Span);
            Check.Close(z, [.. mask.Select((m, i) => m > T.Zero ? a[i] : b[i])], 0, $"where of {xShape} and {yShape}");
        }
    }

    [Test]
    public void NaN_and_infinities_follow_PyTorch()
    {
        T nan = T.NaN, inf = T.PositiveInfinity;
        Assert.Multiple(() =>
        {
            foreach (var (x, y) in new[] { (nan, T.One), (T.One, nan), (nan, -inf), (inf, nan) })
            {
                Assert.That(Of<MaximumFunction<T>>(x, y), Is.NaN);
                Assert.That(Of<MinimumFunction<T>>(x, y), Is.NaN);
                Assert.That((Of<GreaterFunction<T>>(x, y), Of<GreaterOrEqualFunction<T>>(x, y), Of<EqualFunction<T>>(x, y)), Is.EqualTo((0.0, 0.0, 0.0)));
            }

            foreach (T x in new[] { inf, -inf, T.Zero })
                Assert.That((Of<GreaterOrEqualFunction<T>>(x, x), Of<EqualFunction<T>>(x, x), Of<GreaterFunction<T>>(x, x)), Is.EqualTo((1.0, 1.0, 0.0)));
            Assert.That((Of<MaximumFunction<T>>(-inf, inf), Of<MinimumFunction<T>>(-inf, inf)), Is.EqualTo((double.PositiveInfinity, double.NegativeInfinity)));
            Assert.That(Of<PowerFunction<T>>(-T.One - T.One, T.One + T.One + T.One), Is.EqualTo(-8));
            T[] any = [T.NaN, T.Zero, -T.One], powers = new T[3], slopes = new T[3];
            Fast.Map<PowFunction<T>, T>(new(T.Zero), any, powers);
            Fast.MapBackward<PowFunction<T>, T>(new(T.Zero), any, [T.One, T.One, T.One], slopes, accumulate: false);
            Assert.That((powers, slopes), Is.EqualTo((new[] { T.One, T.One, T.One }, new T[3])), "x^0 is 1 whatever x is");
        });
    }

    private static double Of<TFunction>(T x, T y)
        where TFunction : unmanaged, IBinaryFunction<T>
    {
        T[] z = new T[1];
        Fast.Map<TFunction, T>(default, [x], [y], z);
        return double.CreateChecked(z[0]);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static TestCaseData Row<TFunction>(string name, Func<double, double, double> value, Func<double, double, double> dx, Func<double, double, double> dy, TFunction function = default)
        where TFunction : unmanaged, IBinaryFunction<T> => new TestCaseData(new Case<TFunction>(name, value, dx, dy, function)).SetArgDisplayNames(name);

    private interface ICase
    {
        void Compare(Shape xShape, Shape yShape);
    }

    private sealed record Case<TFunction>(string Name, Func<double, double, double> Value, Func<double, double, double> DX, Func<double, double, double> DY, TFunction Function) : ICase
        where TFunction : unmanaged, IBinaryFunction<T>
    {
        public void Compare(Shape xShape, Shape yShape)
        {
            var shape = Broadcasting.Common(xShape, yShape);
            string what = $"{Name} of {xShape} and {yShape}";
            T[] x = TestData.Uniform<T>(xShape.Length, 1, 0.5, 2), y = TestData.Uniform<T>(yShape.Length, 2, 0.5, 2), dz = TestData.Uniform<T>(shape.Length, 3);
            double[] a = new double[shape.Length], b = new double[shape.Length];
            Reference.Broadcasting.Expand<double>(xShape, shape, x.ToDouble(), a);
            Reference.Broadcasting.Expand<double>(yShape, shape, y.ToDouble(), b);
            foreach (bool accumulate in (bool[])[false, true])
            {
                var z = accumulate ? new Guarded<T>(dz) : Guarded<T>.ForOutput(shape.Length);
                Operand<T> left = new(new Guarded<T>(x).Span, xShape), right = new(new Guarded<T>(y).Span, yShape), above = new(dz, shape);
                Fast.Map(Function, left, right, shape, z.Span, accumulate);
                Check.Close(z, [.. a.Select((_, i) => Value(a[i], b[i]) + (accumulate ? double.CreateChecked(dz[i]) : 0))], Tolerance.Function<T>(), what, floor: 1);

                var dx = accumulate ? new Guarded<T>(x) : Guarded<T>.ForOutput(x.Length);
                double[] expected = accumulate ? x.ToDouble() : new double[x.Length];
                Fast.GradientX(Function, left, right, above, dx.Span, accumulate);
                Reference.Broadcasting.Reduce<double>(xShape, shape, [.. a.Select((_, i) => double.CreateChecked(dz[i]) * DX(a[i], b[i]))], expected, accumulate: true);
                Check.Close(dx, expected, Tolerance.Function<T>() + Tolerance.Sum<T>(shape.Length), $"gradient of {what} by x, accumulate {accumulate}", floor: 1);

                var dy = accumulate ? new Guarded<T>(y) : Guarded<T>.ForOutput(y.Length);
                expected = accumulate ? y.ToDouble() : new double[y.Length];
                Fast.GradientY(Function, left, right, above, dy.Span, accumulate);
                Reference.Broadcasting.Reduce<double>(yShape, shape, [.. a.Select((_, i) => double.CreateChecked(dz[i]) * DY(a[i], b[i]))], expected, accumulate: true);
                Check.Close(dy, expected, Tolerance.Function<T>() + Tolerance.Sum<T>(shape.Length), $"gradient of {what} by y, accumulate {accumulate}", floor: 1);
            }
        }
    }

    /// <summary>x·σ(βx) with a β for each channel, as a contributor writes it: values and slopes; loops, broadcast and sums are the drivers'.</summary>
    private readonly struct SwishFunction : IBinaryFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value<TVector>(TVector x, TVector beta)
            where TVector : unmanaged, IVector<TVector, T> => x * VectorMath.Sigmoid<TVector, T>(beta * x);

        // σ(βx)·(1 + βx·(1 - σ(βx)))
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector DX<TVector>(TVector x, TVector beta)
            where TVector : unmanaged, IVector<TVector, T>
        {
            TVector one = VectorMath.Constant<TVector, T>(1), s = VectorMath.Sigmoid<TVector, T>(beta * x);
            return s * TVector.MultiplyAdd(beta * x, one - s, one);
        }

        // x²·σ(βx)·(1 - σ(βx))
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector DY<TVector>(TVector x, TVector beta)
            where TVector : unmanaged, IVector<TVector, T>
        {
            TVector s = VectorMath.Sigmoid<TVector, T>(beta * x);
            return x * x * s * (VectorMath.Constant<TVector, T>(1) - s);
        }
    }
}
