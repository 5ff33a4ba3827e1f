using System.Numerics;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Randomness;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class RandomStreamTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const ulong Seed = 0x1234_5678_9abc_def0;

    private static RandomStream Stream => new RandomSource(Seed).For(Purpose.Start).At((1L << 33) + 7);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(7)]
    [TestCase(130)]
    public void Numbers_are_those_of_the_reference(int perSample)
    {
        const int Samples = 5, First = 3;
        uint[] key = [0x9abc_def0, 0x1234_5678];
        T[] normal = new T[Samples * perSample], uniform = new T[normal.Length];
        Stream.Normal<T>(normal, perSample, First);
        Stream.Uniform<T>(uniform, perSample, First);
        double[] normals = new double[normal.Length];
        for (int i = 0; i < normal.Length; i++)
        {
            uint[] counter = [0, (uint)(First + (i / perSample)), 7, 2u | ((uint)Purpose.Start << 24)];
            normals[i] = Reference.Philox.Normal<double>(counter, key, i % perSample);
            Assert.That(uniform[i], Is.EqualTo(Reference.Philox.Uniform<T>(counter, key, i % perSample)), $"uniform {i}");
        }

        // Cosines near a zero are exact to the size of their argument.
        Check.Close<T>(normal, normals, Tolerance.Function<T>(), "Normal numbers", floor: 1);
    }

    [Test]
    public void Cutting_a_batch_changes_nothing()
    {
        const int PerSample = 5;
        T[] whole = new T[20 * PerSample], pieces = new T[whole.Length];
        foreach (int cut in (int[])[1, 7, 19])
        {
            Stream.Normal<T>(whole, PerSample);
            Stream.Normal<T>(pieces.AsSpan(0, cut * PerSample), PerSample);
            Stream.Normal<T>(pieces.AsSpan(cut * PerSample), PerSample, firstSample: cut);
            Check.Same<T>(pieces, whole, $"normal numbers cut at {cut}");
            Stream.Uniform<T>(whole, PerSample);
            Stream.Uniform<T>(pieces.AsSpan(0, cut * PerSample), PerSample);
            Stream.Uniform<T>(pieces.AsSpan(cut * PerSample), PerSample, firstSample: cut);
            Check.Same<T>(pieces, whole, $"uniform numbers cut at {cut}");
        }

        Check.Same<T>(Stream.Normal<T>([20, 5]).Span, Filled(20, 5), "a tensor");
        Check.Same<T>(Stream.Normal<T>([20, 5, 1]).Span, Filled(20, 5), "a tensor of another rank");
    }

    // The draws of a sample also do not depend on how many of them are asked for.
    [Test]
    public void A_longer_sample_begins_like_a_shorter_one()
    {
        T[] shorter = Filled(1, 5), longer = Filled(1, 11);
        Check.Same<T>(longer.AsSpan(0, 5), shorter, "the first five");
    }

    [Test]
    public void Seeds_purposes_steps_and_samples_all_differ()
    {
        var seen = new HashSet<T>();
        int streams = 0;
        foreach (ulong seed in (ulong[])[0, 1, 1UL << 32])
        {
            foreach (var purpose in Enum.GetValues<Purpose>())
            {
                foreach (long step in (long[])[0, 1, 1L << 32, (1L << 56) - 1])
                {
                    var values = new T[6];
                    new RandomSource(seed).For(purpose).At(step).Uniform<T>(values, perSample: 2);
                    seen.UnionWith(values);
                    streams++;
                }
            }
        }

        // 648 floats of 24 bits: by chance about one pair in a hundred runs is the same; this seed has none.
        Assert.That(seen, Has.Count.EqualTo(streams * 6));
        Assert.That(new RandomSource(1).Derive(0), Is.Not.EqualTo(new RandomSource(1).Derive(1)));
        Assert.That(new RandomSource(1).At(5).For(Purpose.Data), Is.EqualTo(new RandomSource(1).For(Purpose.Data).At(5)));
    }

    // The same models as ever, from the same seed.
    [TestCase(0u)]
    [TestCase(5u)]
    public void A_source_of_its_own_has_a_seed_of_the_reference(uint index)
    {
        uint[] block = Reference.Philox.Block([index, 0, 0, uint.MaxValue], [0x9abc_def0, 0x1234_5678]);
        Assert.That(new RandomSource(Seed).Derive(index).Seed, Is.EqualTo(block[0] | ((ulong)block[1] << 32)));
    }

    [Test]
    public void Wrong_arguments_are_named()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Stream.Normal<T>(new T[7], 2), Throws.ArgumentException.With.Message.Contains("7 numbers cannot be split into samples of 2"));
            Assert.That(() => Stream.Uniform<T>(new T[7], 0), Throws.ArgumentException);
            Assert.That(() => new RandomSource(1).For(Purpose.Data).At(-1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("2^56"));
            Assert.That(() => new RandomSource(1).For(Purpose.Data).At(1L << 56), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    private static T[] Filled(int samples, int perSample)
    {
        var values = new T[samples * perSample];
        Stream.Normal<T>(values, perSample);
        return values;
    }
}
