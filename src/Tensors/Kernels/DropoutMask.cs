using System.Numerics;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>What dropout multiplies by (Srivastava et al., 2014).</summary>
internal static unsafe class DropoutMask
{
    /// <summary>From numbers uniform in [0, 1), in place: 0 where a number is below <paramref name="probability"/>, else 1 / (1 - probability).</summary>
    public static void FromUniform<T>(double probability, Span<T> numbers)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* pointer = numbers)
        {
            var kernel = new MaskKernel<T> { Probability = T.CreateTruncating(probability), Scale = T.CreateTruncating(1 / (1 - probability)), Numbers = pointer, Length = numbers.Length };
            Workers.Run<MaskKernel<T>, T>(kernel, Elementwise.Tasks(numbers.Length));
        }
    }

    private struct MaskKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T Probability, Scale;
        public T* Numbers;
        public int Length;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (at, to) = Elementwise.Range(task, Length);
            TVector probability = TVector.Broadcast(Probability), scale = TVector.Broadcast(Scale);
            for (; at <= to - TVector.Count; at += TVector.Count)
                TVector.Store(TVector.WhereGreater(probability, TVector.Load(Numbers + at), TVector.Zero, scale), Numbers + at);
            for (; at < to; at++)
                Numbers[at] = Numbers[at] < Probability ? T.Zero : Scale;
        }
    }
}
