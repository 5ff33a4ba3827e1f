using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Randomness;

public sealed class PhiloxTests
{
    // The known answers of philox4x32 with 10 rounds in the file kat_vectors of the Random123 distribution.
    [TestCase(0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Known_answers_come_out(uint c0, uint c1, uint c2, uint c3, uint key0, uint key1, uint x0, uint x1, uint x2, uint x3)
    {
        Assert.That(Philox.Block(c0, c1, c2, c3, key0, key1), Is.EqualTo((x0, x1, x2, x3)));
        Assert.That(Reference.Philox.Block([c0, c1, c2, c3], [key0, key1]), Is.EqualTo([x0, x1, x2, x3]));
    }

    [Test]
    public void One_bit_of_input_changes_half_of_the_output()
    {
        double changed = 0;
        for (int bit = 0; bit < 128; bit++)
        {
            uint[] counter = [1, 2, 3, 4];
            counter[bit / 32] ^= 1u << (bit % 32);
            uint[] a = Reference.Philox.Block([1, 2, 3, 4], [5, 6]), b = Reference.Philox.Block(counter, [5, 6]);
            changed += a.Zip(b, (x, y) => System.Numerics.BitOperations.PopCount(x ^ y)).Sum() / 128.0;
        }

        // 128 times 128 fair bits: the mean is within 6 of its standard deviations, 0.5/128, of 1/2.
        Assert.That(changed / 128, Is.EqualTo(0.5).Within(6 * 0.5 / 128));
    }
}
