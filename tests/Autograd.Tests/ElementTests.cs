using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using Diffusion.Tensors.Tests;
using NUnit.Framework;
using Plain = Diffusion.Tensors.Reference.Elementwise;

namespace Diffusion.Autograd.Tests;

/// <summary>Every row of <see cref="ElementTable"/> against its textbook, in float and double: values, gradients, special values, numbers of threads.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class ElementTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly (Shape X, Shape Y)[] Shapes =
    [
        ([], []), ([7], [7]), ([5, 101], [101]), ([4, 3], [4, 1]), ([101], [5, 1]), ([2, 3, 7], [3, 1]), ([9, 2], [2]), ([3, 1, 600], [3, 4, 1]), ([2, 1, 3, 70], [5, 1, 70]),
        ([130, 64], [64]), ([130, 64], [130, 1]), ([20_001], [1]), ([1], [3, 700]), ([300, 3], [3]), ([0, 3], [3]), ([3], [2, 0, 3]), ([2, 1, 5, 1], [1, 3, 1, 4]), ([40, 5000], [1, 5000]),
    ];

    // The last arguments at which e^x is normal, and not infinite or 0, in either number type.
    private static readonly double[] Special =
    [
        0, 1, 2.5, 1e-40, 5e-324, 1e30, 88.72283, 88.72284, 87.33655, 103.97209, 709.782712893384, 709.7827128933841, 708.3964185322642, 745.1332191019412, double.PositiveInfinity, double.NaN,
    ];

    private static IEnumerable<TestCaseData> Rows() => ElementTable.Rows<T>().Select(row => new TestCaseData(row).SetArgDisplayNames(row.Name));

    [TestCaseSource(nameof(Rows))]
    public void Values_and_gradients_agree_with_the_textbook(object of)
    {
        var row = (ElementRow<T>)of;
        (Shape X, Shape Y)[] shapes = row.DY is null ? Array.ConvertAll<int, (Shape, Shape)>(TestData.Lengths, length => ([length], [length])) : Shapes;
        foreach (var range in ((double, double)[])[row.X, .. row.AlsoX])
        {
            foreach (var (x, y) in shapes)
                Compare(row with { X = range }, x, y);
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void NaN_stays_NaN_in_whole_vectors_and_at_the_end(object of)
    {
        var row = (ElementRow<T>)of;
        Tensor<T> x = row.Draw([37], 1), y = row.Draw([37], 2, second: true);
        x.Span[3] = x.Span[36] = T.NaN;
        var z = row.Call(x, y).Value;
        Assert.That(Enumerable.Range(0, 37).Where(i => T.IsNaN(z.Span[i])), Is.EqualTo([3, 36]));
    }

    // What kind of number comes out: a finite one, an infinity, or none.
    [TestCaseSource(nameof(Rows))]
    public void Special_values_are_of_the_kind_that_they_should_be(object of)
    {
        var row = (ElementRow<T>)of;
        T[] special = [.. Special.Concat(Special.Select(x => -x)).Select(T.CreateTruncating)];
        var (xs, ys) = (Tensor<T>.From([special.Length, 1], special), Tensor<T>.From([special.Length], special));
        var result = row.Call(xs.BroadcastTo([special.Length, special.Length]), ys).Value;
        var wrong = new List<string>();
        for (int i = 0; i < result.Length; i++)
        {
            double x = double.CreateChecked(special[i / special.Length]), y = double.CreateChecked(special[i % special.Length]), value = double.CreateChecked(result.Span[i]);
            double expected = double.CreateChecked(T.CreateTruncating(row.Value(x, y)));
            if (!(double.IsFinite(value) ? 0 : value).Equals(double.IsFinite(expected) ? 0 : expected))
                wrong.Add($"{row.Name} of {x:R}, {y:R} is {value:R}, not {expected:R}");
        }

        Assert.That(wrong, Is.Empty);
    }

    [TestCaseSource(nameof(Rows))]
    public void One_two_and_three_threads_give_the_same_bits(object of)
    {
        var row = (ElementRow<T>)of;
        T[] Run(int threads)
        {
            using var scope = new ThreadCountScope(threads);
            using var tape = Tape<T>.Start();
            Variable<T> x = tape.Variable(row.Draw([500, 101], 1), true), y = tape.Variable(row.Draw([101], 2, second: true), true), z = row.Call(x, y);
            tape.Backward(z, Tensor<T>.From([500, 101], TestData.Uniform<T>(500 * 101, 3)));
            return [.. z.Value.Span, .. x.Gradient!.Span, .. row.DY is null ? default : y.Gradient!.Span];
        }

        T[] alone = Run(1);
        for (int repeat = 0; repeat < 3; repeat++)
        {
            Check.Same<T>(Run(2), alone, "2 threads against 1");
            Check.Same<T>(Run(3), alone, "3 threads against 1");
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void Shapes_that_do_not_go_together_are_named(object of)
    {
        var row = (ElementRow<T>)of;
        if (row.DY is not null)
            Assert.That(() => row.Call(Tensor<T>.Zeros([2, 3]), Tensor<T>.Zeros([2, 4])), Throws.ArgumentException.With.Message.Contains("[2, 3] and [2, 4] cannot be broadcast"));
    }

    [Test]
    public void Every_function_has_a_row()
    {
        var seen = new HashSet<string>();
        foreach (var row in ElementTable.Rows<T>())
        {
            using var tape = Tape<T>.Start();
            var x = tape.Variable(row.Draw([3], 1), requiresGradient: true);
            _ = row.Call(x, x);
            Library.Collect(tape, seen);
        }

        Assert.That(Library.ElementFunctions.Select(type => type.Name).Except(seen), Is.Empty, "functions that no row runs; give each a row in ElementTable");
    }

    private static void Compare(ElementRow<T> row, Shape xShape, Shape yShape)
    {
        var shape = Broadcasting.Common(xShape, yShape);
        string what = row.DY is null ? $"{row.Name} of {xShape}" : $"{row.Name} of {xShape} and {yShape}";
        T[] x = TestData.Uniform<T>(xShape.Length, 1, row.X.From, row.X.To), y = row.Draw(yShape, 2, second: true).Span.ToArray(), dz = TestData.Uniform<T>(shape.Length, 3);
        if (row.IsChoice)
            (x, y) = (Array.ConvertAll(x, Coarse), Array.ConvertAll(y, Coarse));
        double[] exactX = x.ToDouble(), exactY = y.ToDouble(), z = TestData.OtherGarbage(shape.Length);
        using var tape = Tape<T>.Start();
        Variable<T> vx = tape.Variable(Tensor<T>.From(xShape, x), requiresGradient: true), vy = tape.Variable(Tensor<T>.From(yShape, y), requiresGradient: true);
        foreach (bool accumulate in (bool[])[false, true])
        {
            double[] dx = accumulate ? vx.Gradient!.Span.ToArray().ToDouble() : TestData.OtherGarbage(x.Length), dy = accumulate && row.DY is not null ? vy.Gradient!.Span.ToArray().ToDouble() : TestData.OtherGarbage(y.Length);
            var result = row.Call(vx, vy);
            tape.Backward(result, Tensor<T>.From(shape, dz));
            Plain.Map(row.Value, xShape, yShape, shape, exactX, exactY, z);
            Check.Close<T>(result.Value.Span, z, Tolerance.Function<T>(), what, row.DY is null ? Tolerance.ValueFloor(row.Name) : 1);

            double tolerance = Tolerance.Function<T>() + (row.DY is null ? 0 : Tolerance.Sum<T>(shape.Length));
            Plain.GradientX(row.DX, xShape, yShape, shape, exactX, exactY, dz.ToDouble(), dx, accumulate);
            Check.Close<T>(vx.Gradient!.Span, dx, tolerance, $"gradient of {what} by x, accumulate {accumulate}", Tolerance.GradientFloor(row.Name));
            if (row.DY is null)
                continue;
            Plain.GradientX((y, x) => row.DY(x, y), yShape, xShape, shape, exactY, exactX, dz.ToDouble(), dy, accumulate);
            Check.Close<T>(vy.Gradient!.Span, dy, tolerance, $"gradient of {what} by y, accumulate {accumulate}", Tolerance.GradientFloor(row.Name));
        }
    }

    // Such that some x and y are the same.
    private static T Coarse(T number) => T.Round(number * T.CreateChecked(4)) / T.CreateChecked(4);
}
