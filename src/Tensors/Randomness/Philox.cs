using System.Runtime.CompilerServices;

namespace Diffusion.Tensors.Randomness;

/// <summary>
/// The counter-based generator Philox 4x32-10: 128 bits of counter and 64 bits of key go in, 128 random bits come out.
/// There is no state, so any number can be had in any order on any thread.
/// </summary>
/// <remarks>Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011).</remarks>
public static class Philox
{
    internal const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;

    /// <summary>Weyl increments of the key: the golden ratio and sqrt(3) - 1, times 2^32.</summary>
    internal const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    internal const int Rounds = 10;

    /// <summary>The four random words of one counter under one key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint X0, uint X1, uint X2, uint X3) Block(uint c0, uint c1, uint c2, uint c3, uint key0, uint key1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0;
            ulong product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ key0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ key1, (uint)product0);
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }
}
