using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>Winograd's algorithms against the definition in double precision: few and many tiles for the channels, which are cut into tasks in other ways.</summary>
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
        new(3, 1, 37, 32, 48, (1, 3), padding: (0, 1)),
        new(1, 1, 1, 16, 16, (1, 3), padding: (0, 1)),
        new(2, 1, 8, 64, 32, (1, 3)),
        new(2, 4, 9, 16, 96, (1, 3), padding: (2, 4)),
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
            double allowed = Tolerance.Winograd<T>(tile);
            var (forward, input, weight) = Conv2dCases.Compare<T>(shape, allowed, allowed, allowed);
            (worstForward, worstInput, worstWeight) = (Math.Max(worstForward, forward), Math.Max(worstInput, input), Math.Max(worstWeight, weight));
        }

        TestContext.Out.WriteLine($"F({tile}x{tile}, 3x3) and F({tile}, 3) in {typeof(T).Name}, largest error relative to the largest number: forward {worstForward:E1}, input gradient {worstInput:E1}, weight gradient {worstWeight:E1}.");
    }

    // 228 tiles for 240 channels, of which a task holds 227 at once.
    [Test]
    public void The_weight_gradient_of_few_tiles_that_do_not_fit_at_once_agrees()
    {
        using var use = new WinogradScope(WinogradUse.Always4);
        var shape = new Conv2dShape(57, 7, 7, 240, 16, 3, padding: 1);
        T[] x = TestData.Uniform<T>(shape.Input.Length, 1), dy = TestData.Uniform<T>(shape.Output.Length, 2);
        double[] expected = new double[shape.Weight.Length];
        Reference.Conv2d.WeightGradient<double>(shape, x.ToDouble(), dy.ToDouble(), expected, accumulate: false);
        var dWeight = Guarded<T>.ForOutput(expected.Length);
        Tensors.Kernels.Conv2d.WeightGradient<T>(shape, new Guarded<T>(x).Span, new Guarded<T>(dy).Span, dWeight.Span, accumulate: false);
        Check.Close(dWeight, expected, Tolerance.Winograd<T>(4), "weight gradient");
    }

    [Test]
    public void The_rule_takes_it_for_float_only_and_for_3x3_and_1x3_alone()
    {
        using var use = new WinogradScope(WinogradUse.ByShape);
        var shape = new Conv2dShape(64, 14, 14, 64, 64, 3, padding: 1);
        Assert.Multiple(() =>
        {
            Assert.That(Winograd.TileFor<T>(shape), Is.EqualTo(typeof(T) == typeof(float) ? 4 : 0));
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 64, 3, stride: 2, padding: 1)), Is.Zero, "stride");
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 64, 3, padding: 2, dilation: 2)), Is.Zero, "dilation");
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 64, 3, padding: 1, groups: 2)), Is.Zero, "groups");
            Assert.That(Winograd.TileFor<T>(new Conv1dShape(16, 1024, 64, 64, 3, padding: 1).OfImages), Is.EqualTo(typeof(T) == typeof(float) ? 4 : 0), "sequences");
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 64, (3, 1), padding: 1)), Is.Zero, "kernel");
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 64, (2, 3), padding: 1)), Is.Zero, "kernel");
            Assert.That(Winograd.TileFor<T>(new(64, 14, 14, 64, 60, 3, padding: 1)), Is.Zero, "channels");
            Winograd.Use = WinogradUse.Off;
            Assert.That(Winograd.TileFor<T>(shape), Is.Zero, "off");
        });
    }

    [Test]
    public void Few_and_small_maps_take_what_multiplies_least()
    {
        using var use = new WinogradScope(WinogradUse.ByShape);
        int Tile(int batch, int size) => Winograd.TileFor<float>(new(batch, size, size, 128, 128, 3, padding: 1));
        Assert.Multiple(() =>
        {
            Assert.That(Tile(64, 28), Is.EqualTo(4));
            Assert.That(Tile(64, 7), Is.EqualTo(4));
            Assert.That(Tile(1, 7), Is.EqualTo(2), "few tiles, whose smaller transform of the weights counts");
            Assert.That(Tile(64, 4), Is.EqualTo(4));
            Assert.That(Tile(1, 4), Is.Zero, "the transform of the weights costs more than it saves");
            Assert.That(Tile(64, 2), Is.EqualTo(2), "one tile of 2x2 for each image");
            Assert.That(OfSequences(4, 64), Is.EqualTo(4));
            Assert.That(OfSequences(64, 2), Is.EqualTo(2), "one tile of 2 for each sequence");
            Assert.That(OfSequences(1, 8), Is.Zero, "the transform of the weights costs more than it saves");
        });
        static int OfSequences(int batch, int length) => Winograd.TileFor<float>(new Conv1dShape(batch, length, 128, 128, 3, padding: 1).OfImages);
    }

    [TestCase("off", "Off")]
    [TestCase("OFF", "Off")]
    [TestCase("on", "ByShape")]
    [TestCase(null, "ByShape")]
    public void The_environment_can_switch_it_off(string? value, string expected) =>
        Assert.That(Winograd.FromSetting(value).ToString(), Is.EqualTo(expected));

    [Test]
    public void Any_number_of_threads_gives_the_same_bits([Values(2, 4)] int tile, [Values(1, 3)] int height, [Values(3, 20)] int batch)
    {
        using var scope = new WinogradScope(tile == 2 ? WinogradUse.Always2 : WinogradUse.Always4);
        var shape = new Conv2dShape(batch, 10, 9, 32, 48, (height, 3), padding: 1);
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
}
