using System.Numerics;
using Diffusion.Tensors.Kernels;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>Every parallel kernel gives the same bits for 1, 2 and 3 threads: it is cut by the problem, and sums keep their order.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class ThreadCountTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly Conv1dShape Padded = new(9, 40, 33, 48, 3, padding: 1), Grouped = new(5, 70, 16, 32, 3, stride: 2, padding: 2, dilation: 2, groups: 4);
    private static readonly Conv2dShape Image = new(9, 14, 13, 33, 48, 3, padding: 1), Strided = new(5, 17, 12, 16, 32, 3, stride: 2, padding: 2, dilation: 2, groups: 4);
    private static readonly GroupNormShape Norm = new(100, 30, 48, 6), OddNorm = new(100, 30, 33, 3);

    private static readonly Pool2dShape Pool = new(9, 29, 28, 33, 3, 2);
    private static readonly AttentionShape Heads = new(5, 70, 48, 4);
    private static readonly UpsampleShape Upsampled = new(9, (14, 13), 33, 2);

    private static IEnumerable<TestCaseData> Kernels() =>
    [
        Row("MatrixProduct", c => MatrixProduct.Multiply<T>(150, 130, 900, Numbers(150 * 900, 1), false, Numbers(900 * 130, 2), false, c), 150 * 130),
        Row("MatrixProduct, transposed, accumulated", c => MatrixProduct.Multiply<T>(150, 300, 520, Numbers(150 * 520, 1), true, Numbers(520 * 300, 2), true, c, accumulate: true), 150 * 300),
        Row("MatrixProduct with a long K", c => MatrixProduct.Multiply<T>(40, 33, 5000, Numbers(40 * 5000, 1), true, Numbers(5000 * 33, 2), false, c, accumulate: true), 40 * 33),
        Row("Conv1d", y => Conv1d.Forward<T>(Padded, Numbers(Padded.Input.Length, 1), Numbers(Padded.Weight.Length, 2), Numbers(48, 3), y), Padded.Output.Length),
        Row("Conv1d input gradient", dx => Conv1d.InputGradient<T>(Padded, Numbers(Padded.Output.Length, 1), Numbers(Padded.Weight.Length, 2), dx, true), Padded.Input.Length),
        Row("Conv1d weight gradient", dw => Conv1d.WeightGradient<T>(Padded, Numbers(Padded.Input.Length, 1), Numbers(Padded.Output.Length, 2), dw, false), Padded.Weight.Length),
        Row("Conv1d in groups", y => Conv1d.Forward<T>(Grouped, Numbers(Grouped.Input.Length, 1), Numbers(Grouped.Weight.Length, 2), [], y), Grouped.Output.Length),
        Row("Conv1d weight gradient in groups", dw => Conv1d.WeightGradient<T>(Grouped, Numbers(Grouped.Input.Length, 1), Numbers(Grouped.Output.Length, 2), dw, true), Grouped.Weight.Length),
        Row("ConvTranspose1d", y => ConvTranspose1d.Forward<T>(new(9, 40, 33, 48, 4, stride: 2, padding: 1), Numbers(9 * 40 * 33, 1), Numbers(4 * 33 * 48, 2), Numbers(48, 3), y), 9 * 80 * 48),
        Row("Conv2d", y => Conv2d.Forward<T>(Image, Numbers(Image.Input.Length, 1), Numbers(Image.Weight.Length, 2), Numbers(48, 3), y), Image.Output.Length),
        Row("Conv2d input gradient", dx => Conv2d.InputGradient<T>(Image, Numbers(Image.Output.Length, 1), Numbers(Image.Weight.Length, 2), dx, true), Image.Input.Length),
        Row("Conv2d weight gradient", dw => Conv2d.WeightGradient<T>(Image, Numbers(Image.Input.Length, 1), Numbers(Image.Output.Length, 2), dw, false), Image.Weight.Length),
        Row("Conv2d weight gradient, strided, in groups", dw => Conv2d.WeightGradient<T>(Strided, Numbers(Strided.Input.Length, 1), Numbers(Strided.Output.Length, 2), dw, true), Strided.Weight.Length),
        Row("Conv2d of one image", y => Conv2d.Forward<T>(new(1, 14, 14, 64, 64, 3, padding: 1), Numbers(14 * 14 * 64, 1), Numbers(9 * 64 * 64, 2), [], y), 14 * 14 * 64),
        Row("RowCopy", y => RowCopy.Run<T>(700, 33, Numbers(700 * 40, 1), 40, y, 65, true), 700 * 65),
        Row("Strided read, turned, added", y => Tensors.Kernels.Strided.Read<T>(Layout.Of([5, 130, 70]).Permute([2, 0, 1]), Numbers(5 * 130 * 70, 1), y, true), 5 * 130 * 70),
        Row("Strided read of every second", y => Tensors.Kernels.Strided.Read<T>(Layout.Of([500, 130]).Slice(1, 0, 65, 2), Numbers(500 * 130, 1), y), 500 * 65),
        Row("Strided gradient of a repetition", dx => Tensors.Kernels.Strided.ReadBackward<T>(Layout.Of([1, 33]).Expand([900, 33]), Numbers(900 * 33, 1), dx, true), 33),
        Row("ConvTranspose2d", y => ConvTranspose2d.Forward<T>(new(3, 7, 9, 33, 48, 4, stride: 2, padding: 1), Numbers(3 * 63 * 33, 1), Numbers(16 * 33 * 48, 2), Numbers(48, 3), y), 3 * 14 * 18 * 48),
        Row("GroupNorm + SiLU", y => GroupNorm.Forward<T>(Norm, T.CreateChecked(1e-5), true, Numbers(Norm.Length, 1), Numbers(48, 2), Numbers(48, 3), y, new T[Norm.Statistics], new T[Norm.Statistics]), Norm.Length),
        Row("GroupNorm gradients", output => NormGradients(Norm, output), Norm.Length + 96),
        Row("GroupNorm gradients at an odd width", output => NormGradients(OddNorm, output), OddNorm.Length + 66),
        Row("LayerNorm", y => LayerNorm.Forward<T>(900, 60, T.CreateChecked(1e-5), Numbers(54000, 1), Numbers(60, 2), Numbers(60, 3), y, [], []), 54000),
        Row("LayerNorm gradients", LayerNormGradients, 54000 + 120),
        Row("MaxPool2d", y => MaxPool2d.Forward<T>(Pool, Numbers(Pool.Input.Length, 1), y, []), Pool.Output.Length),
        Row("MaxPool2d gradient", dx => MaxPool2d.Backward<T>(Pool, new T[Pool.Output.Length], Numbers(Pool.Output.Length, 2), dx, true), Pool.Input.Length),
        Row("AvgPool2d", y => AvgPool2d.Forward<T>(Pool, false, Numbers(Pool.Input.Length, 1), y), Pool.Output.Length),
        Row("AvgPool2d gradient", dx => AvgPool2d.Backward<T>(Pool, false, Numbers(Pool.Output.Length, 2), dx, false), Pool.Input.Length),
        Row("Upsample", y => UpsampleNearest.Forward<T>(Upsampled, Numbers(Upsampled.Input.Length, 1), y), Upsampled.Output.Length),
        Row("Upsample gradient", dx => UpsampleNearest.Backward<T>(Upsampled, Numbers(Upsampled.Output.Length, 1), dx, true), Upsampled.Input.Length),
        Row("Softmax", y => Softmax.Forward<T>(900, 60, false, Numbers(54000, 1), y), 54000),
        Row("Log-softmax gradient", dx => Softmax.Backward<T>(900, 60, true, Numbers(54000, 1), Numbers(54000, 2), dx, false), 54000),
        Row("Attention", y => Attention.Forward<T>(Heads, Numbers(Heads.Input.Length, 1), y, []), Heads.Output.Length),
        Row("Attention gradient", dx => Attention.Backward<T>(Heads, Numbers(Heads.Input.Length, 1), Numbers(Heads.Statistics.Length, 2, 5), Numbers(Heads.Output.Length, 3), dx, true), Heads.Input.Length),
        Row("Linear attention", y => LinearAttention.Forward<T>(Heads, Numbers(Heads.Input.Length, 1), y), Heads.Output.Length),
        Row("Linear attention gradient", dx => LinearAttention.Backward<T>(Heads, Numbers(Heads.Input.Length, 1), Numbers(Heads.Output.Length, 2), dx, true), Heads.Input.Length),
        Row("Broadcast", y => Broadcasting.Expand<T>([33], [900, 33], Numbers(33, 1), y), 900 * 33),
        Row("Sums of a broadcast", dx => Broadcasting.Reduce<T>([33], [900, 33], Numbers(900 * 33, 1), dx, true), 33),
        Row("DropoutMask", y => DropoutMask.FromUniform(0.3, y), 50_001),
        Row("SiLU", y => Elementwise.Map<SiluFunction<T>, T>(default, Numbers(50_001, 1), y), 50_001),
        Row("SiLU gradient", dx => Elementwise.MapBackward<SiluFunction<T>, T>(default, Numbers(50_001, 1), Numbers(50_001, 2), dx, true), 50_001),
        Row("Product with rows", z => Elementwise.Map<MultiplyFunction<T>, T>(default, new Operand<T>(Numbers(700 * 101, 1), [700, 101]), new(Numbers(101, 2), [101]), [700, 101], z), 700 * 101),
        Row("Product's gradient by rows", dy => Elementwise.GradientY<MultiplyFunction<T>, T>(default, new Operand<T>(Numbers(7000 * 33, 1), [7, 1000, 33]), new(Numbers(33, 2), [33]), new(Numbers(7000 * 33, 3), [7, 1000, 33]), dy, true), 33),
        Row("Product's gradient by columns", dy => Elementwise.GradientY<MultiplyFunction<T>, T>(default, new Operand<T>(Numbers(70 * 9000, 1), [70, 9000]), new(Numbers(70, 2), [70, 1]), new(Numbers(70 * 9000, 3), [70, 9000]), dy, false), 70),
        Row("AddProduct", z => Elementwise.AddProduct<T>(Numbers(50_001, 1), Numbers(50_001, 2), z), 50_001),
        Row("AddRows", y => Gather.AddRows<T>(7, 65, Numbers(90 * 7 * 65, 1), Numbers(5 * 65, 2), TestData.Indices(90, 5, 3), y), 90 * 7 * 65),
        Row("ScatterAdd", table => Gather.ScatterAdd<T>(7, 165, Numbers(90 * 7 * 165, 1), TestData.Indices(90, 5, 3), table), 5 * 165),
        Row("Selected rows", y => IndexMap.Select<T>(new(7, 50, 165), TestData.Indices(90, 50, 3), Numbers(7 * 50 * 165, 1), y), 7 * 90 * 165),
        Row("Elements picked by index", y => IndexMap.Pick<T>(new(7, 50, 165), TestData.Indices(7 * 90 * 165, 50, 3), 90, Numbers(7 * 50 * 165, 1), y), 7 * 90 * 165),
        Row("Rows added by index", y => IndexMap.SelectAdd<T>(new(7, 50, 165), TestData.Indices(90, 50, 3), Numbers(7 * 90 * 165, 1), y), 7 * 50 * 165),
        Row("Elements added by index", y => IndexMap.PickAdd<T>(new(7, 50, 165), TestData.Indices(7 * 90 * 165, 50, 3), 90, Numbers(7 * 90 * 165, 1), y), 7 * 50 * 165),
        Row("Cumulative sum over the middle", y => Lines.Run<CumulativeLine<T>, T>(default, new(7, 90, 65), 90, Numbers(7 * 90 * 65, 1), y, []), 7 * 90 * 65),
        Row("Sorted middle", y => Lines.Run<SortLine<T>, T>(new(true, 60), new(7, 90, 65), 60, Numbers(7 * 90 * 65, 1), y, new int[7 * 60 * 65]), 7 * 60 * 65),
        Row("Where", y => Elementwise.Map<WhereFunction<T>, T>(default, new Operand<T>(Numbers(101, 1), [101]), new(Numbers(700, 2), [700, 1]), new(Numbers(700 * 101, 3), [700, 101]), [700, 101], y), 700 * 101),
        Row("Product of a stack", c => MatrixProduct.MultiplyBatch<T>(12, 70, 60, 50, Numbers(12 * 70 * 50, 1), false, Numbers(12 * 50 * 60, 2), false, c), 12 * 70 * 60),
        Row("Largest of the middle", y => Reductions.Fold<MaxFold<T>, T>([70, 90, 65], [70, 1, 65], Numbers(70 * 90 * 65, 1), y, false), 70 * 65),
        Row("SumRows", y => Reductions.SumRows<T>(7000, 33, Numbers(7000 * 33, 1), y, true), 33),
        Row("Sum", y => y[0] = Reductions.Sum<T>(Numbers(100_003, 1)), 1),
        Row("Adam", w => Adam.Step<T>(new(T.One, T.CreateChecked(0.9), T.CreateChecked(0.1), T.CreateChecked(0.99), T.CreateChecked(0.01), T.One, T.One, T.One, T.One, T.Zero, T.One), w, Numbers(50_001, 1), Numbers(50_001, 2), Numbers(50_001, 3, 1)), 50_001),
        Row("Normal", y => new RandomSource(1).For(Purpose.Noise).At(2).Normal(y, 3), 30_000),
    ];

    private delegate void Kernel(Span<T> output);

    [TestCaseSource(nameof(Kernels))]
    public void One_two_and_three_threads_give_the_same_bits(Delegate kernel, int length)
    {
        T[] Run(int threads)
        {
            using var scope = new ThreadCountScope(threads);
            T[] output = Numbers(length, 9);
            ((Kernel)kernel)(output);
            return output;
        }

        T[] alone = Run(1);
        for (int repeat = 0; repeat < 3; repeat++)
        {
            Check.Same<T>(Run(2), alone, "2 threads against 1");
            Check.Same<T>(Run(3), alone, "3 threads against 1");
        }
    }

    private static void NormGradients(GroupNormShape norm, Span<T> output)
    {
        int channels = norm.Channels;
        Span<T> dx = output[..norm.Length], dGamma = output.Slice(norm.Length, channels), dBeta = output[(norm.Length + channels)..];
        GroupNorm.Backward<T>(
            norm, T.CreateChecked(1e-5), true, Numbers(norm.Length, 1), Numbers(channels, 2), Numbers(channels, 3), Numbers(norm.Statistics, 4), Numbers(norm.Statistics, 5, 1), Numbers(norm.Length, 6), dx, true, dGamma, dBeta, true);
    }

    private static void LayerNormGradients(Span<T> output) => LayerNorm.Backward<T>(
        900, 60, Numbers(54000, 1), Numbers(60, 2), Numbers(900, 4), Numbers(900, 5, 1), Numbers(54000, 6), output[..54000], true, output.Slice(54000, 60), output[54060..], true);

    private static T[] Numbers(int length, int seed, double from = -1) => TestData.Uniform<T>(length, seed, from, from + 2);

    private static TestCaseData Row(string name, Kernel kernel, int length) => new TestCaseData(kernel, length).SetArgDisplayNames(name);
}
