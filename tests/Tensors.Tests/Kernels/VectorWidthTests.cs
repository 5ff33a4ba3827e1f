using System.Numerics;
using System.Runtime.Intrinsics;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>
/// Which vectors the process works with. The tests of the category "Kernels" are run again with narrower ones:
/// <code>
/// DOTNET_EnableAVX512=0 DIFFUSION_EXPECT_VECTOR=256 dotnet test --project tests/Tensors.Tests -c Release --filter TestCategory=Kernels
/// DOTNET_EnableAVX2=0 DIFFUSION_EXPECT_VECTOR=128 dotnet test --project tests/Tensors.Tests -c Release --filter TestCategory=Kernels
/// DOTNET_EnableHWIntrinsic=0 DIFFUSION_EXPECT_VECTOR=0 dotnet test --project tests/Tensors.Tests -c Release --filter TestCategory=Kernels
/// </code>
/// </summary>
[Category("Kernels")]
public sealed unsafe class VectorWidthTests
{
    [Test]
    public void Kernels_run_with_the_vectors_that_are_expected()
    {
        int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        TestContext.Out.WriteLine($"Vectors of {bits} bits.");
        Assert.That(Width<float>(), Is.EqualTo(Math.Max(1, bits / 32)), "floats in a vector");
        Assert.That(Width<double>(), Is.EqualTo(Math.Max(1, bits / 64)), "doubles in a vector");
        if (Environment.GetEnvironmentVariable("DIFFUSION_EXPECT_VECTOR") is { Length: > 0 } expected)
            Assert.That(bits.ToString(), Is.EqualTo(expected), "DIFFUSION_EXPECT_VECTOR");
    }

    // A sum does not show which of two equal lanes was taken.
    [Test]
    public void Lanes_change_places_with_those_at_a_distance()
    {
        Assert.That(WrongLanes<float>(), Is.Zero, "float");
        Assert.That(WrongLanes<double>(), Is.Zero, "double");
    }

    private static int WrongLanes<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int wrong = 0;
        Workers.Run<ExchangeKernel<T>, T>(new() { Wrong = &wrong }, 1);
        return wrong;
    }

    private static int Width<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = 0;
        Workers.Run<WidthKernel<T>, T>(new() { Width = &width }, 1);
        return width;
    }

    private struct WidthKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int* Width;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T> => *Width = TVector.Count;
    }

    private struct ExchangeKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int* Wrong;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            Compare<TVector>();
            Compare<Pair<TVector, T>>();
        }

        private readonly void Compare<TVector>()
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* lanes = stackalloc T[TVector.Count];
            for (int distance = 1; distance < TVector.Count; distance *= 2)
            {
                TVector.Store(TVector.Exchanged(TVector.Indices, distance), lanes);
                for (int i = 0; i < TVector.Count; i++)
                    *Wrong += lanes[i] == T.CreateChecked(i ^ distance) ? 0 : 1;
            }
        }
    }
}
