using System.Numerics;
using Diffusion.Tensors.Kernels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>Attention against the textbook, in double; gradients are checked in Autograd.Tests.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class AttentionTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [TestCase(2, 49, 128, 4)]
    [TestCase(1, 196, 64, 4)]
    [TestCase(1, 784, 32, 4)]
    [TestCase(3, 65, 24, 2)]
    [TestCase(2, 1, 3, 3)]
    public void Sizes_of_the_models_agree(int batch, int positions, int channels, int heads) => Compare(new(batch, positions, channels, heads));

    [Test]
    public void Any_size_agrees() => Check.ForAll(
        from batch in Gen.Choose(1, 3) from positions in Gen.Choose(1, 70) from d in Gen.Choose(1, 20) from heads in Gen.Choose(1, 4) select new AttentionShape(batch, positions, d * heads, heads),
        Compare, count: 60);

    [Test]
    public void Large_scores_do_not_overflow()
    {
        var shape = new AttentionShape(1, 2, 1, 1);
        T[] output = new T[2];
        Attention.Forward<T>(shape, [T.CreateChecked(1000), T.One, T.One, T.CreateChecked(1000), T.CreateChecked(2), T.CreateChecked(5)], output, []);
        Check.Close<T>(output, [5, 5], Tolerance.Softmax<T>(2), "Attention to the larger of two large scores");
    }

    // A key of -infinity (times a positive query) is masked: its value counts for nothing, forward and backward.
    [Test]
    public void Masked_keys_get_exactly_nothing()
    {
        const int Positions = 21;
        var shape = new AttentionShape(1, Positions, 1, 1);
        T[] qkv = new T[3 * Positions], output = new T[Positions], logSums = new T[Positions], gradient = new T[qkv.Length];
        for (int i = 0; i < Positions; i++)
            (qkv[3 * i], qkv[(3 * i) + 1], qkv[(3 * i) + 2]) = (T.One, i < 2 ? T.One : T.NegativeInfinity, T.CreateChecked(i < 2 ? 3 : 1e30));
        Attention.Forward<T>(shape, qkv, output, logSums);
        Assert.That(output, Is.All.EqualTo(T.CreateChecked(3)));
        Attention.Backward<T>(shape, qkv, logSums, output, gradient, accumulate: false);
        for (int i = 2; i < Positions; i++)
            Assert.That(gradient[(3 * i) + 2], Is.Zero, $"the gradient of value {i}");

        LinearAttention.Forward<T>(shape, qkv, output);
        Assert.That(output, Is.All.EqualTo(T.CreateChecked(3)));
    }

    [Test]
    public void Wrong_lengths_are_refused()
    {
        var shape = new AttentionShape(1, 2, 4, 2);
        Assert.That(() => Attention.Forward<T>(shape, new T[23], new T[8], []), Throws.ArgumentException.With.Message.Contains("23"));
        Assert.That(() => LinearAttention.Forward<T>(shape, new T[24], new T[7]), Throws.ArgumentException.With.Message.Contains("7"));
        Assert.That(() => new AttentionShape(1, 2, 5, 2), Throws.ArgumentException.With.Message.Contains("5 channels in 2 heads"));
    }

    [Test]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var shape = new AttentionShape(5, 33, 32, 4);
        T[] qkv = TestData.Uniform<T>(shape.Input.Length, 1), dOut = TestData.Uniform<T>(shape.Output.Length, 2);
        T[] Run(int threads)
        {
            using var scope = new ThreadCountScope(threads);
            T[] output = new T[dOut.Length], sums = new T[shape.Statistics.Length], gradient = new T[qkv.Length], linear = new T[qkv.Length];
            Attention.Forward<T>(shape, qkv, output, sums);
            Attention.Backward<T>(shape, qkv, sums, dOut, gradient, accumulate: false);
            LinearAttention.Backward<T>(shape, qkv, dOut, linear, accumulate: false);
            return [.. output, .. gradient, .. linear];
        }

        Check.Same<T>(Run(2), Run(1), "2 threads");
        Check.Same<T>(Run(3), Run(1), "3 threads");
    }

    // More positions than a tile has, so that sums over tiles are added, too.
    [Test]
    public void Gradients_are_slopes_and_add_to_what_is_there()
    {
        const double Step = 1e-3;
        var shape = new AttentionShape(1, 150, 4, 2);
        T[] qkv = TestData.Uniform<T>(shape.Input.Length, 1, -2, 2), dOut = TestData.Uniform<T>(shape.Output.Length, 2), output = new T[dOut.Length], sums = new T[shape.Statistics.Length];
        T[] gradient = new T[qkv.Length], added = TestData.Uniform<T>(qkv.Length, 3), before = [.. added];
        Attention.Forward<T>(shape, qkv, output, sums);
        Attention.Backward<T>(shape, qkv, sums, dOut, gradient, accumulate: false);
        Attention.Backward<T>(shape, qkv, sums, dOut, added, accumulate: true);
        for (int i = 0; i < added.Length; i++)
            Assert.That(double.CreateChecked(added[i] - before[i]), Is.EqualTo(double.CreateChecked(gradient[i])).Within(1e-5), $"added at {i}");

        double[] point = qkv.ToDouble(), upstream = dOut.ToDouble();
        for (int i = 0; i < point.Length; i += 37)
            Assert.That(double.CreateChecked(gradient[i]), Is.EqualTo((At(i, Step) - At(i, -Step)) / (2 * Step)).Within(1e-4), $"slope at {i}");

        double At(int i, double by)
        {
            double[] moved = [.. point], result = new double[upstream.Length];
            moved[i] += by;
            Reference.Attention.Softmax<double>(shape, moved, result);
            return result.Zip(upstream, (y, d) => y * d).Sum();
        }
    }

    private static void Compare(AttentionShape shape)
    {
        T[] qkv = TestData.Uniform<T>(shape.Input.Length, 1, -2, 2), output = new T[shape.Output.Length];
        double[] expected = new double[output.Length];
        Array.Fill(output, T.NaN);
        Reference.Attention.Softmax<double>(shape, qkv.ToDouble(), expected);
        Attention.Forward<T>(shape, qkv, output, []);
        Check.Close<T>(output, expected, Tolerance.Softmax<T>(shape.Positions) + Tolerance.Sum<T>(shape.HeadChannels), $"Attention over {shape}", floor: 1);

        Array.Fill(output, T.NaN);
        Reference.Attention.Linear<double>(shape, qkv.ToDouble(), expected);
        LinearAttention.Forward<T>(shape, qkv, output);
        Check.Close<T>(output, expected, Tolerance.Softmax<T>(shape.Positions) + Tolerance.Sum<T>(shape.HeadChannels), $"Linear attention over {shape}", floor: 1);
    }
}
