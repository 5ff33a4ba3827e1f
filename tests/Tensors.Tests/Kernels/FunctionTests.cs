using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>The loop over functions of one number, in memory whose margins show what is read or written beyond the ends.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class FunctionTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static IEnumerable<TestCaseData> Cases() => FunctionCase<T>.All().Select(row => new TestCaseData(row).SetArgDisplayNames(row.Name));

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
