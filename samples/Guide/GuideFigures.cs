using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Guide;

/// <summary>The figures of the guide, by the names of their files.</summary>
internal static class GuideFigures
{
    private const int Drawn = 1200;

    private static readonly int[] Stages = [0, 10, 20, 30, 40, 50];

    private static readonly GaussianMixture Data = GaussianMixture.TwoPixel;

    /// <summary>All of them, in the order of the chapters.</summary>
    public static IReadOnlyList<(string Name, Action<string> Draw)> All { get; } =
    [
        ("pixels.png", SavePixels),
        ("differences.png", SaveDifferences),
        ("forward.png", SaveForward),
        ("magnified.png", SaveMagnified),
        ("cost.png", SamplerCosts.Save),
        ("truth.png", GuidedTruth.Save),
        ("winograd.png", SaveWinograd),
    ];

    /// <summary>The points of a tensor [N, 2, 1].</summary>
    public static Pixels[] Points(Tensor<float> tensor) =>
        [.. Enumerable.Range(0, tensor.Shape[0]).Select(i => new Pixels(tensor.Span[2 * i], tensor.Span[(2 * i) + 1]))];

    private static void SavePixels(string path)
    {
        var (x0, labels) = Data.Sample(Drawn, new RandomSource(0).At(0));
        GroundTruthFigure.Save(path, new(Data.At(1).Density, new PixelCloud(Points(x0), labels), [.. Data.Components.Select(peak => new Pixels(peak.Left, peak.Right))]));
    }

    private static void SaveForward(string path)
    {
        var schedule = NoiseSchedule.Cosine(50);
        var random = new RandomSource(0).At(0);
        var (x0, labels) = Data.Sample(Drawn, random);
        var noise = random.For(Purpose.Noise).Normal<float>(x0.Shape);
        ForwardFigure.Save(path, [.. Stages.Select(t =>
            new ForwardStage(t, schedule.At(t).A, new PixelCloud(Points(schedule.QSample(x0, [(double)t], noise)), labels), Data.At(schedule.At(t)).Density))]);
    }

    // The derivative of SiLU at one point, by central differences in two precisions, beside that of the backward pass.
    private static void SaveDifferences(string path)
    {
        const double At = 0.7;
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Tensor<double>.From([1], At), requiresGradient: true);
        tape.Backward(x.Silu().Sum());
        double exact = x.Gradient!.ToScalar();
        double[] steps = [.. Enumerable.Range(0, 85).Select(i => Math.Pow(10, (i / 8.0) - 11))];
        CurvesFigure.Save(
            path,
            "Is a gradient right? A central difference, for every step h",
            ["(f(x + h) - f(x - h)) / 2h of SiLU at x = 0.7, beside what the backward pass gives. On the right the difference is no derivative yet; on the left rounding is divided by h."],
            new("step h", IsLogarithmic: true),
            new("relative error", IsLogarithmic: true),
            new NamedCurve("in double precision", steps, [.. steps.Select(h => Math.Abs((((Silu(At + h) - Silu(At - h)) / (2 * h)) / exact) - 1))]),
            new NamedCurve("in single precision", steps, [.. steps.Select(h => Math.Abs(((double)((Silu((float)(At + h)) - Silu((float)(At - h))) / (2 * (float)h)) / exact) - 1))]));
    }

    private static double Silu(double x) => x / (1 + Math.Exp(-x));

    private static float Silu(float x) => x / (1 + MathF.Exp(-x));

    // An error of 1 in what a network predicts is so large in x_0.
    private static void SaveMagnified(string path)
    {
        double[] shares = [.. Enumerable.Range(1, 200).Select(i => i / 200.0)];
        double[] whole = [.. Enumerable.Range(1, 50).Select(t => t / 50.0)];
        NoiseSchedule schedule = NoiseSchedule.Cosine(1000), fewer = NoiseSchedule.Cosine(50);
        CurvesFigure.Save(
            path,
            "How much an error of the prediction counts in x\u2080",
            ["Cosine schedule. The last step's beta is clipped at 0.999, so the curve of the noise jumps there: to 1,015 with T = 50, to 20,000 with T = 1000. v and x\u2080 magnify nothing."],
            new("t / T"),
            new("error in x\u2080 by an error of 1", IsLogarithmic: true),
            new NamedCurve("noise, T = 1000: S/g", shares, [.. shares.Select(share => schedule.At(share * 1000).Rho)]),
            new NamedCurve("noise, T = 50: S/g", whole, [.. whole.Select(share => fewer.At(share * 50).Rho)], IsDashed: true),
            new NamedCurve("v: S", shares, [.. shares.Select(share => schedule.At(share * 1000).S)]),
            new NamedCurve("x\u2080: 1", shares, [.. shares.Select(_ => 1.0)], IsDashed: true));
    }

    // The rule of src/Tensors/Kernels/Winograd.cs for one square image and many.
    private static void SaveWinograd(string path)
    {
        double[] sides = [.. Enumerable.Range(1, 32).Select(side => (double)side)];
        NamedCurve Of(int tile, int batch, bool dashed) => new($"F({tile}x{tile}, 3x3), batch {batch}", sides, [.. sides.Select(side => Share(tile, batch, (int)side))], dashed);
        CurvesFigure.Save(
            path,
            "Multiplications of a 3x3 convolution by Winograd's algorithms, as a share of the definition's",
            ["For each pair of channels, with the transform of the weights counted as 8 tiles. The lowest line below 1 is taken; teeth are images whose side is no multiple of the tile."],
            new("side of the image in pixels"),
            new("share of the definition's multiplications", IsLogarithmic: true),
            Of(2, 1, true),
            Of(4, 1, true),
            Of(2, 64, false),
            Of(4, 64, false),
            new NamedCurve("the definition", sides, [.. sides.Select(_ => 1.0)]));
    }

    private static double Share(int tile, int batch, int side)
    {
        int tiles = (side + tile - 1) / tile;
        return (tile + 2) * (tile + 2) * ((batch * tiles * tiles) + 8.0) / (9.0 * batch * side * side);
    }
}
