using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>Winograd's algorithms against the definition in double precision.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class WinogradTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static IEnumerable<Conv2dShape> Shapes() =>
    [
        new(2, 28, 28, 32, 32, 3, padding: 1),
        new(5, 14, 14, 64, 64, 3, padding: 1),
        new(9, 7, 7, 64, 96, 3, padding: 1),
        new(1, 7, 7, 32, 32, 3, padding: 1),
        new(3, 4, 4, 48, 16, 3, padding: 1),
        new(1, 1, 1, 16, 16, 3, padding: 1),
        new(2, 3, 10, 16, 32, 3),
        new(2, 6, 5, 32, 48, 3, padding: 2),
        new(2, 5, 6, 16, 16, 3, padding: (0, 4)),
    ];

    [TestCase(2)]
    [TestCase(4)]
    public void Agrees_with_the_reference(int tile)
    {
        using var use = new WinogradScope(tile == 2 ? WinogradUse.Always2 : WinogradUse.Always4);
        double worstForward = 0, worstInput = 0, worstWeight = 0;
        foreach (var shape in Shapes())
        {
            Assert.That(Winograd.TileFor<T>(shape), Is.EqualTo(tile));
            var (forward, input, weight) = Compare(shape, Tolerance.Winograd<T>(tile));
            (worstForward, worstInput, worstWeight) = (Math.Max(worstForward, forward), Math.Max(worstInput, input), Math.Max(worstWeight, weight));
        }

        TestContext.Out.WriteLine($"F({tile}x{tile}, 3x3) in {typeof(T).Name}, largest error relative to the largest number: forward {worstForward:E1}, input gradient {worstInput:E1}, weight gradient {worstWeight:E1}.");
    }

    [Test]
    public void The_rule_takes_it_for_float_only_and_for_3x3_alone()
    {
        using var use = new WinogradScope(WinogradUse.ByShape);
        var shape = new Conv2dShape(64, 14, 14, 64, 64, 3, padding: 1);
        Assert.Multiple(() =>
        {
            Assert.That(Winograd.TileFor<T>(shape), Is.EqualTo(typeof(T) == typeof(float) ? 4 : 0));
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 64, 3, stride: 2, padding: 1)), Is.Zero, "stride");
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 64, 3, padding: 2, dilation: 2)), Is.Zero, "dilation");
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 64, 3, padding: 1, groups: 2)), Is.Zero, "groups");
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 64, (3, 1), padding: 1)), Is.Zero, "kernel");
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 60, 3, padding: 1)), Is.Zero, "channels");
            Winograd.Use = WinogradUse.Off;
            Assert.That(Winograd.TileFor<T>(shape), Is.Zero, "off");
        });
    }

    [TestCase(WinogradUse.Always2)]
    [TestCase(WinogradUse.Always4)]
    public void Any_number_of_threads_gives_the_same_bits(object use)
    {
        using var scope = new WinogradScope((WinogradUse)use);
        var shape = new Conv2dShape(20, 10, 9, 32, 48, 3, padding: 1);
        T[] x = TestData.Uniform<T>(shape.Input.Length, 1), weight = TestData.Uniform<T>(shape.Weight.Length, 2), dy = TestData.Uniform<T>(shape.Output.Length, 3);
        T[] y = new T[dy.Length], dx = new T[x.Length], dWeight = new T[weight.Length];
        void Run(int threads)
        {
            using var count = new ThreadCountScope(threads);
            Tensors.Kernels.Conv2d.Forward<T>(shape, x, weight, [], y);
            Tensors.Kernels.Conv2d.InputGradient<T>(shape, dy, weight, dx, false);
            Tensors.Kernels.Conv2d.WeightGradient<T>(shape, x, dy, dWeight, false);
        }

        Run(1);
        T[][] alone = [[.. y], [.. dx], [.. dWeight]];
        foreach (int threads in (int[])[2, 3, 2, 3])
        {
            Run(threads);
            Check.Same<T>(y, alone[0], $"forward, {threads} threads");
            Check.Same<T>(dx, alone[1], $"input gradient, {threads} threads");
            Check.Same<T>(dWeight, alone[2], $"weight gradient, {threads} threads");
        }
    }

    private static (double Forward, double Input, double Weight) Compare(Conv2dShape shape, double tolerance)
    {
        T[] x = TestData.Uniform<T>(shape.Input.Length, 1), weight = TestData.Uniform<T>(shape.Weight.Length, 2), bias = TestData.Uniform<T>(shape.OutChannels, 3);
        T[] dy = TestData.Uniform<T>(shape.Output.Length, 4);
        double[] x64 = x.ToDouble(), weight64 = weight.ToDouble(), dy64 = dy.ToDouble();
        double[] y64 = new double[dy.Length], dx64 = new double[x.Length], dWeight64 = new double[weight.Length];
        Reference.Conv2d.Forward<double>(shape, x64, weight64, [], y64);
        Reference.Conv2d.InputGradient<double>(shape, dy64, weight64, dx64, accumulate: false);
        Reference.Conv2d.WeightGradient<double>(shape, x64, dy64, dWeight64, accumulate: false);

        // First overwriting and without bias, then adding to what is there and with bias.
        double worstForward = 0, worstInput = 0, worstWeight = 0;
        foreach (bool again in (bool[])[false, true])
        {
            var y = Guarded<T>.ForOutput(y64.Length);
            double[] expected = again ? [.. y64.Select((value, i) => value + double.CreateChecked(bias[i % bias.Length]))] : y64;
            Tensors.Kernels.Conv2d.Forward<T>(shape, new Guarded<T>(x).Span, new Guarded<T>(weight).Span, again ? bias : [], y.Span);
            worstForward = Math.Max(worstForward, Error(y.Span, expected));
            Check.Close(y, expected, tolerance, $"Forward of {shape}, bias {again}");

            var dx = again ? new Guarded<T>(x) : Guarded<T>.ForOutput(x.Length);
            expected = again ? [.. dx64.Zip(x64, (value, before) => value + before)] : dx64;
            Tensors.Kernels.Conv2d.InputGradient<T>(shape, new Guarded<T>(dy).Span, new Guarded<T>(weight).Span, dx.Span, again);
            worstInput = Math.Max(worstInput, Error(dx.Span, expected));
            Check.Close(dx, expected, tolerance, $"Input gradient of {shape}, accumulate {again}");

            var dWeight = again ? new Guarded<T>(weight) : Guarded<T>.ForOutput(weight.Length);
            expected = again ? [.. dWeight64.Zip(weight64, (value, before) => value + before)] : dWeight64;
            Tensors.Kernels.Conv2d.WeightGradient<T>(shape, new Guarded<T>(x).Span, new Guarded<T>(dy).Span, dWeight.Span, again);
            worstWeight = Math.Max(worstWeight, Error(dWeight.Span, expected));
            Check.Close(dWeight, expected, tolerance, $"Weight gradient of {shape}, accumulate {again}");
        }

        return (worstForward, worstInput, worstWeight);
    }

    private static double Error(ReadOnlySpan<T> actual, double[] expected)
    {
        double worst = 0, size = 0;
        for (int i = 0; i < expected.Length; i++)
            (worst, size) = (Math.Max(worst, Math.Abs(double.CreateChecked(actual[i]) - expected[i])), Math.Max(size, Math.Abs(expected[i])));
        return worst / size;
    }

    /// <summary>Sets what convolutions take, and sets it back.</summary>
    private sealed class WinogradScope : IDisposable
    {
        private readonly WinogradUse _before = Winograd.Use;

        public WinogradScope(WinogradUse use) => Winograd.Use = use;

        public void Dispose() => Winograd.Use = _before;
    }
}
