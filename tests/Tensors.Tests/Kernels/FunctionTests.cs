using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class FunctionTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static IEnumerable<TestCaseData> Cases() => FunctionCase<T>.All().Select(row => new TestCaseData(row).SetArgDisplayNames(row.Name));

    [Test]
    public void Every_function_has_a_row()
    {
        var functions = typeof(IUnaryFunction<>).Assembly.GetTypes()
            .Where(type => type.IsValueType && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IUnaryFunction<>)));
        Assert.That(functions.Except(FunctionCase<T>.All().Select(row => row.Function)), Is.Empty);
    }

    [TestCaseSource(nameof(Cases))]
    public void Values_agree_with_the_reference(object row) => Each((FunctionCase<T>)row, (function, x) =>
    {
        var y = Guarded<T>.ForOutput(x.Length);
        function.Map(new Guarded<T>(x).Span, y.Span);
        double[] expected = new double[x.Length];
        Reference.Elementwise.Map(function.Value, x.ToDouble(), expected);
        Check.Close(y, expected, Tolerance.Function<T>(), $"{function.Name} of {x.Length} numbers", Tolerance.ValueFloor(function.Name));

        var inPlace = new Guarded<T>(x);
        function.Map(inPlace.Span, inPlace.Span);
        inPlace.Verify(function.Name);
        Check.Same<T>(inPlace.Span, y.Span, $"{function.Name} in place");
    });

    [TestCaseSource(nameof(Cases))]
    public void Gradients_agree_with_the_reference(object row) => Each((FunctionCase<T>)row, (function, x) =>
    {
        T[] dy = TestData.Uniform<T>(x.Length, 2), before = TestData.Uniform<T>(x.Length, 3), kept = x;
        if (function.DerivativeFromOutput)
            function.Map(x, kept = new T[x.Length]);
        foreach (bool accumulate in (bool[])[false, true])
        {
            var dx = accumulate ? new Guarded<T>(before) : Guarded<T>.ForOutput(x.Length);
            double[] expected = accumulate ? before.ToDouble() : TestData.OtherGarbage(x.Length);
            function.MapBackward(new Guarded<T>(kept).Span, new Guarded<T>(dy).Span, dx.Span, accumulate);
            Reference.Elementwise.MapBackward(function.Derivative, x.ToDouble(), dy.ToDouble(), expected, accumulate);

            Check.Close(dx, expected, Tolerance.Function<T>(), $"Gradient of {function.Name} of {x.Length} numbers, accumulate {accumulate}", Tolerance.GradientFloor(function.Name));
        }
    });

    [TestCaseSource(nameof(Cases))]
    public void NaN_stays_NaN_in_whole_vectors_and_at_the_end(object row)
    {
        var function = (FunctionCase<T>)row;
        T[] x = TestData.Uniform<T>(37, 1, function.From, function.To), y = new T[37];
        x[3] = x[36] = T.NaN;
        function.Map(x, y);
        Assert.That(Enumerable.Range(0, 37).Where(i => T.IsNaN(y[i])), Is.EqualTo([3, 36]));
    }

    [Test]
    public void Wrong_lengths_are_named()
    {
        var function = FunctionCase<T>.All().First();
        Assert.Multiple(() =>
        {
            Assert.That(() => function.Map(new T[3], new T[4]), Throws.ArgumentException.With.Message.Contains("3 elements beside 4"));
            Assert.That(() => function.MapBackward(new T[4], new T[3], new T[4], false), Throws.ArgumentException.With.Message.Contains("3 elements beside 4"));
            Assert.That(() => function.MapBackward(new T[3], new T[4], new T[4], false), Throws.ArgumentException.With.Message.Contains("3 elements beside 4"));
        });
    }

    private static void Each(FunctionCase<T> function, Action<FunctionCase<T>, T[]> test)
    {
        foreach (int length in TestData.Lengths)
            test(function, TestData.Uniform<T>(length, length, function.From, function.To));
    }
}
