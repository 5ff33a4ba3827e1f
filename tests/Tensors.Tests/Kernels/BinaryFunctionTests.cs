using System.Numerics;
using Diffusion.Tensors.Kernels;
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

    // Parts of other operations, masks, and one to try the loops with; those that are operations have their rows in tests/Autograd.Tests/ElementTable.cs.
    private static IEnumerable<TestCaseData> Functions() =>
    [
        Row<MultiplyFunction<T>>("multiply", (x, y) => x * y, (_, y) => y, (x, _) => x),
        Row<GreaterFunction<T>>("greater", (x, y) => x > y ? 1 : 0, (_, _) => 0, (_, _) => 0),
        Row<GreaterOrEqualFunction<T>>("greater or equal", (x, y) => x >= y ? 1 : 0, (_, _) => 0, (_, _) => 0),
        Row<EqualFunction<T>>("equal", (x, y) => x == y ? 1 : 0, (_, _) => 0, (_, _) => 0),
        Row<AddScaledFunction<T>>("add scaled", (x, y) => (0.5 * x) + y, (_, _) => 0.5, (_, _) => 1, new(T.CreateChecked(0.5))),
        Row<MoveFunction<T>>("move", (x, y) => (0.75 * y) + (0.25 * x), (_, _) => 0.25, (_, _) => 0.75, new(T.CreateChecked(0.25))),
        Row<BinaryCrossEntropyFunction<T>>(
            "binary cross-entropy", (z, y) => Math.Log(1 + Math.Exp(z)) - (z * y), (z, y) => (1 / (1 + Math.Exp(-z))) - y, (z, _) => -z),
        Row<SquaredDifferenceFunction<T>>("squared difference", (x, y) => (x - y) * (x - y), (x, y) => 2 * (x - y), (x, y) => 2 * (y - x)),
        Row<ExpDifferenceFunction<T>>("exp of a difference", (x, y) => Math.Exp(x - y), (x, y) => Math.Exp(x - y), (x, y) => -Math.Exp(x - y)),
    ];

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
            var z = Guarded<T>.ForOutput(shape.Length);
            double[] expected = TestData.OtherGarbage(shape.Length);
            Fast.Map<WhereFunction<T>, T>(default, new Operand<T>(mask, shape), new(x, xShape), new(y, yShape), shape, z.Span);
            Reference.Elementwise.Map<double>((m, x, y) => m != 0 ? x : y, shape, xShape, yShape, shape, mask.ToDouble(), x.ToDouble(), y.ToDouble(), expected);
            Check.Close(z, expected, 0, $"where of {xShape} and {yShape}");
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
            double[] exactX = x.ToDouble(), exactY = y.ToDouble(), exactZ = dz.ToDouble();
            foreach (bool accumulate in (bool[])[false, true])
            {
                var z = accumulate ? new Guarded<T>(dz) : Guarded<T>.ForOutput(shape.Length);
                Operand<T> left = new(new Guarded<T>(x).Span, xShape), right = new(new Guarded<T>(y).Span, yShape), above = new(dz, shape);
                Fast.Map(Function, left, right, shape, z.Span, accumulate);
                double[] expected = accumulate ? dz.ToDouble() : TestData.OtherGarbage(shape.Length);
                Reference.Elementwise.Map(Value, xShape, yShape, shape, exactX, exactY, expected, accumulate);
                Check.Close(z, expected, Tolerance.Function<T>(), what, floor: 1);

                var dx = accumulate ? new Guarded<T>(x) : Guarded<T>.ForOutput(x.Length);
                expected = accumulate ? x.ToDouble() : TestData.OtherGarbage(x.Length);
                Fast.GradientX(Function, left, right, above, dx.Span, accumulate);
                Reference.Elementwise.GradientX(DX, xShape, yShape, shape, exactX, exactY, exactZ, expected, accumulate);
                Check.Close(dx, expected, Tolerance.Function<T>() + Tolerance.Sum<T>(shape.Length), $"gradient of {what} by x, accumulate {accumulate}", floor: 1);

                var dy = accumulate ? new Guarded<T>(y) : Guarded<T>.ForOutput(y.Length);
                expected = accumulate ? y.ToDouble() : TestData.OtherGarbage(y.Length);
                Fast.GradientY(Function, left, right, above, dy.Span, accumulate);
                Reference.Elementwise.GradientX((y, x) => DY(x, y), yShape, xShape, shape, exactY, exactX, exactZ, expected, accumulate);
                Check.Close(dy, expected, Tolerance.Function<T>() + Tolerance.Sum<T>(shape.Length), $"gradient of {what} by y, accumulate {accumulate}", floor: 1);
            }
        }
    }
}
