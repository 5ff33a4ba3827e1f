using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>The loop over one dense operand, with tails as in <see cref="ElementLoop"/>.</summary>
/// <remarks>
/// It is apart from the loop over expressions because functions of one number may be long chains (SiLU), worked on in pairs: through
/// one struct more, they are longer than what the JIT inlines into one method, and then more than twenty times slower.
/// </remarks>
internal static unsafe class UnaryLoop
{
    /// <summary>y = f(x), which may be in place.</summary>
    public static void Run<TFunction, T>(TFunction function, int length, T* x, T* y)
        where TFunction : unmanaged, IUnaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Workers.Run<Kernel<TFunction, T>, T>(new() { Function = function, Length = length, X = x, Y = y }, Elementwise.Tasks(length));

    private struct Kernel<TFunction, T> : IKernel<T>
        where TFunction : unmanaged, IUnaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TFunction Function;
        public int Length;
        public T* X, Y;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (at, to) = Elementwise.Range(task, Length);
            if (to - at < TVector.Count)
            {
                Short<TVector>(at, to - at);
                return;
            }

            TFunction function = Function;
            int back = to - TVector.Count;
            TVector last = TVector.Load(X + back);
            for (; at <= to - Pair<TVector, T>.Count; at += Pair<TVector, T>.Count)
                Pair<TVector, T>.Store(function.Value(Pair<TVector, T>.Load(X + at)), Y + at);
            for (; at <= to - TVector.Count; at += TVector.Count)
                TVector.Store(function.Value(TVector.Load(X + at)), Y + at);
            if (at < to)
                TVector.Store(function.Value(last), Y + back);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly void Short<TVector>(int at, int count)
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* edge = stackalloc T[TVector.Count];
            Edge.Load(X + at, count, edge, TVector.Count);
            TVector.Store(Function.Value(TVector.Load(edge)), edge);
            Edge.Store(edge, count, Y + at);
        }
    }
}
