using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>
/// Every size argument of every kernel at its extremes: the kernel does what the textbook does, or an ArgumentException says that it
/// cannot. Geometries whose tensors are small are computed, however far apart their taps lie.
/// Where only the arithmetic of sizes is at stake, vectors of another width change nothing, and the runs with those leave it out.
/// </summary>
public sealed class ExtremeSizeTests
{
    // What is computed has no more elements than this.
    private const int Small = 1 << 18;

    private static readonly float[] Numbers = TestData.Uniform<float>(Small, 1);

    [Test]
    public void Conv1d()
    {
        int computed = 0;
        foreach (int[] s in Extremes.Choices(3))
        {
            foreach (int kernel in (int[])[1, 2, 3])
            {
                foreach (int length in (int[])[1, 5])
                {
                    if (Extremes.Make(() => new Conv1dShape(1, length, 2, 3, kernel, s[0], s[1], s[2])) is { } shape && IsSmall(shape.Input, shape.Output))
                        Compare(shape, ref computed);
                }
            }
        }

        Assert.That(computed, Is.GreaterThan(300));
    }

    [Test]
    public void ConvTranspose1d()
    {
        int computed = 0;
        foreach (int[] s in Extremes.Choices(4))
        {
            foreach (int length in (int[])[1, 3])
            {
                if (Extremes.Make(() => new ConvTranspose1dShape(1, length, 2, 3, 2, s[0], s[1], s[2], s[3])) is { } shape && IsSmall(shape.Input, shape.Output))
                    Compare(shape, ref computed);
            }
        }

        Assert.That(computed, Is.GreaterThan(300));
    }

    // One axis at its extremes beside an ordinary one, either way round: a sixth of all, since each is compared.
    [Test]
    [Category("Kernels")]
    public void Conv2d()
    {
        int computed = 0, turn = 0;
        foreach (int[] s in Extremes.Choices(3))
        {
            if (turn++ % 6 != 0)
                continue;
            if (Extremes.Make(() => new Conv2dShape(1, 4, 5, 2, 3, (3, 2), (s[0], 1), (s[1], 0), (s[2], 2))) is { } high && IsSmall(high.Input, high.Output))
                Compare(high, ref computed);
            if (Extremes.Make(() => new Conv2dShape(1, 5, 4, 2, 3, (2, 3), (2, s[0]), (1, s[1]), (1, s[2]))) is { } wide && IsSmall(wide.Input, wide.Output))
                Compare(wide, ref computed);
        }

        Assert.That(computed, Is.GreaterThan(10));
    }

    [Test]
    [Category("Kernels")]
    public void Pooling()
    {
        int computed = 0;
        foreach (int[] s in Extremes.Choices(3))
        {
            foreach (bool wide in (bool[])[false, true])
            {
                Size2d At(int size, int other) => wide ? (other, size) : (size, other);
                if (Extremes.Make(() => new Pool2dShape(1, 4, 5, 2, At(s[0], 2), At(s[1], 1), At(s[2], 0))) is not { } shape || !IsSmall(shape.Input, shape.Output))
                    continue;
                computed++;
                float[] x = Numbers[..shape.Input.Length], y = new float[shape.Output.Length], place = new float[y.Length], dx = new float[x.Length];
                double[] y64 = new double[y.Length], place64 = new double[y.Length];
                if (Extremes.IsLegal(() => MaxPool2d.Forward<float>(shape, x, y, place)))
                {
                    Reference.MaxPool2d.Forward<double>(1, shape.Size, 2, shape.Kernel, shape.Stride, shape.Padding, x.ToDouble(), y64, place64);
                    Check.Close<float>(y, y64, 0, $"Maximum of {shape}");
                    MaxPool2d.Backward<float>(shape, place, y, dx, accumulate: false);
                }

                AvgPool2d.Forward<float>(shape, true, x, y);
                AvgPool2d.Backward<float>(shape, true, y, dx, accumulate: false);
                Assert.That(y.Concat(dx), Is.All.InRange(-100f, 100f), $"average of {shape}");
            }
        }

        Assert.That(computed, Is.GreaterThan(30));
    }

    [Test]
    [Category("Kernels")]
    public void Upsampling()
    {
        foreach (int[] s in Extremes.Choices(3))
        {
            if (Extremes.Make(() => new UpsampleShape(1, (s[0], 2), 2, (s[1], s[2]))) is not { } shape || !IsSmall(shape.Input, shape.Output))
                continue;
            float[] y = new float[shape.Output.Length], dx = new float[shape.Input.Length];
            UpsampleNearest.Forward<float>(shape, Numbers.AsSpan(0, shape.Input.Length), y);
            UpsampleNearest.Backward<float>(shape, y, dx, accumulate: false);
        }
    }

    [Test]
    public void Shapes_are_made_or_refused()
    {
        foreach (int[] s in Extremes.Choices(4))
        {
            _ = Extremes.Make(() => new Conv1dShape(s[0], s[1], s[2], s[3], 3));
            _ = Extremes.Make(() => new Conv1dShape(1, s[0], 6, 6, s[1], padding: s[2], groups: s[3]));
            _ = Extremes.Make(() => new ConvTranspose1dShape(s[0], s[1], s[2], s[3], 3));
            _ = Extremes.Make(() => new ConvTranspose1dShape(1, s[0], 6, 6, s[1], s[2], groups: s[3]));
            _ = Extremes.Make(() => new Conv2dShape(s[0], s[1], s[2], s[3], 4, 3));
            _ = Extremes.Make(() => new Conv2dShape(2, 8, 8, s[0], s[1], (s[2], s[3]), padding: 1 << 14));
            _ = Extremes.Make(() => new Conv2dShape(2, 8, 8, 6, 6, 2, (s[0], s[1]), (s[2], s[3]), 1 << 10));
            _ = Extremes.Make(() => new ConvTranspose2dShape(s[0], s[1], s[2], s[3], 4, 3));
            _ = Extremes.Make(() => new ConvTranspose2dShape(1, 3, 3, 4, 4, 2, (s[0], s[1]), outputPadding: (s[2], s[3])));
            _ = Extremes.Make(() => new Pool2dShape(s[0], s[1], s[2], s[3], 2));
            _ = Extremes.Make(() => new Pool2dShape(1, s[0], s[1], 1, (s[2], s[3])));
            _ = Extremes.Make(() => new UpsampleShape(s[0], (s[1], s[2]), s[3], 2));
            _ = Extremes.Make(() => new UpsampleShape(1, (s[0], s[1]), 1, (s[2], s[3])));
            _ = Extremes.Make(() => new AttentionShape(s[0], s[1], s[2], s[3]));
            _ = Extremes.Make(() => new GroupNormShape(s[0], s[1], s[2], s[3]));
            _ = Extremes.Make(() => new Shape(s));
        }
    }

    private static IEnumerable<TestCaseData> Calls()
    {
        static TestCaseData Row(string name, int arguments, Action<int[], float[]> call) => new TestCaseData(arguments, call).SetArgDisplayNames(name);
        return
        [
            Row("Softmax", 2, (s, x) => Softmax.Forward<float>(s[0], s[1], false, x, x)),
            Row("Log-softmax gradient", 2, (s, x) => Softmax.Backward<float>(s[0], s[1], true, x, x, x, false)),
            Row("LayerNorm", 2, (s, x) => LayerNorm.Forward<float>(s[0], s[1], 1, x, x, x, x, [], [])),
            Row("LayerNorm gradients", 2, (s, x) => LayerNorm.Backward<float>(s[0], s[1], x, x, x, x, x, x, false, x, x, false)),
            Row("MatrixProduct", 3, (s, x) => MatrixProduct.Multiply<float>(s[0], s[1], s[2], x, false, x, true, [.. x])),
            Row("MatrixProduct, stacked", 4, (s, x) => MatrixProduct.MultiplyBatch<float>(s[0], s[1], s[2], s[3], x, true, x, false, [.. x])),
            Row("RowCopy", 4, (s, x) => RowCopy.Run<float>(s[0], s[1], x, s[2], [.. x], s[3], true)),
            Row("Rows", 1, (s, x) => Gather.Rows<float>(s[0], x, [0, 0], x)),
            Row("AddRows", 2, (s, x) => Gather.AddRows<float>(s[0], s[1], x, x, [0, 0], x)),
            Row("ScatterAdd", 2, (s, x) => Gather.ScatterAdd<float>(s[0], s[1], x, [0, 0], x)),
            Row("Reshape", 3, (s, x) => Tensor<float>.From([x.Length], x).Reshape(s[0], s[1], s[2])),
            Row("Rows of a tensor", 2, (s, x) => Tensor<float>.From([x.Length], x).Rows(s[0], s[1])),
        ];
    }

    [TestCaseSource(nameof(Calls))]
    [Category("Kernels")]
    public void Sizes_beside_their_numbers_are_right_or_refused(int arguments, Delegate call)
    {
        foreach (int[] sizes in Extremes.Choices(arguments))
        {
            foreach (int length in (int[])[0, 1, 6])
                _ = Extremes.IsLegal(() => ((Action<int[], float[]>)call)(sizes, Numbers[..length]));
        }
    }

    private static bool IsSmall(Shape input, Shape output) => (long)input.Length + output.Length <= Small;

    private static void Compare(Conv1dShape shape, ref int computed)
    {
        computed++;
        float[] x = Numbers[..shape.Input.Length], w = Numbers[..shape.Weight.Length], dy = Numbers[..shape.Output.Length], y = new float[dy.Length], dx = new float[x.Length], dw = new float[w.Length];
        double[] y64 = new double[y.Length], dx64 = new double[x.Length], dw64 = new double[w.Length];
        Tensors.Kernels.Conv1d.Forward<float>(shape, x, w, [], y);
        Tensors.Kernels.Conv1d.InputGradient<float>(shape, dy, w, dx, accumulate: false);
        Tensors.Kernels.Conv1d.WeightGradient<float>(shape, x, dy, dw, accumulate: false);
        Reference.Conv1d.Forward<double>(shape, x.ToDouble(), w.ToDouble(), [], y64);
        Reference.Conv1d.InputGradient<double>(shape, dy.ToDouble(), w.ToDouble(), dx64, accumulate: false);
        Reference.Conv1d.WeightGradient<double>(shape, x.ToDouble(), dy.ToDouble(), dw64, accumulate: false);
        Close(shape, (y, y64), (dx, dx64), (dw, dw64));
    }

    private static void Compare(ConvTranspose1dShape shape, ref int computed)
    {
        computed++;
        float[] x = Numbers[..shape.Input.Length], w = Numbers[..shape.Weight.Length], dy = Numbers[..shape.Output.Length], y = new float[dy.Length], dx = new float[x.Length], dw = new float[w.Length];
        double[] y64 = new double[y.Length], dx64 = new double[x.Length], dw64 = new double[w.Length];
        Tensors.Kernels.ConvTranspose1d.Forward<float>(shape, x, w, [], y);
        Tensors.Kernels.ConvTranspose1d.InputGradient<float>(shape, dy, w, dx, accumulate: false);
        Tensors.Kernels.ConvTranspose1d.WeightGradient<float>(shape, x, dy, dw, accumulate: false);
        Reference.ConvTranspose1d.Forward<double>(shape, x.ToDouble(), w.ToDouble(), [], y64);
        Reference.ConvTranspose1d.InputGradient<double>(shape, dy.ToDouble(), w.ToDouble(), dx64, accumulate: false);
        Reference.ConvTranspose1d.WeightGradient<double>(shape, x.ToDouble(), dy.ToDouble(), dw64, accumulate: false);
        Close(shape, (y, y64), (dx, dx64), (dw, dw64));
    }

    private static void Compare(Conv2dShape shape, ref int computed)
    {
        computed++;
        float[] x = Numbers[..shape.Input.Length], w = Numbers[..shape.Weight.Length], dy = Numbers[..shape.Output.Length], y = new float[dy.Length], dx = new float[x.Length], dw = new float[w.Length];
        double[] y64 = new double[y.Length], dx64 = new double[x.Length], dw64 = new double[w.Length];
        Tensors.Kernels.Conv2d.Forward<float>(shape, x, w, [], y);
        Tensors.Kernels.Conv2d.InputGradient<float>(shape, dy, w, dx, accumulate: false);
        Tensors.Kernels.Conv2d.WeightGradient<float>(shape, x, dy, dw, accumulate: false);
        Reference.Conv2d.Forward<double>(shape, x.ToDouble(), w.ToDouble(), [], y64);
        Reference.Conv2d.InputGradient<double>(shape, dy.ToDouble(), w.ToDouble(), dx64, accumulate: false);
        Reference.Conv2d.WeightGradient<double>(shape, x.ToDouble(), dy.ToDouble(), dw64, accumulate: false);
        Close(shape, (y, y64), (dx, dx64), (dw, dw64));
    }

    private static void Close(object shape, params (float[] Actual, double[] Expected)[] results)
    {
        foreach (var (actual, expected) in results)
            Check.Close<float>(actual, expected, Tolerance.Sum<float>(64), $"{shape}", floor: 1);
    }
}
