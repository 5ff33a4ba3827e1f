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
}
