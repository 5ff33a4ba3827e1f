using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>The numbers of one step of Adam, the same for all weights.</summary>
internal readonly record struct AdamStep<T>(T LearningRate, T Beta1, T Rest1, T Beta2, T Rest2, T Epsilon, T Correction1, T Correction2, T GradientScale, T L2, T Decay)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>Adam and AdamW, fused: one pass over weights, gradients and both moments.</summary>
internal static unsafe class Adam
{
    /// <summary>
    /// g = GradientScale·gradient + L2·w; m = β1·m + (1 - β1)·g; v = β2·v + (1 - β2)·g²;
    /// w = Decay·w - LearningRate·(m·Correction1) / (√(v·Correction2) + ε), with Correction = 1/(1 - β^k)
    /// and Rest = 1 - β, which is given apart because a float's 1 - 0.999 has lost digits.
    /// </summary>
    public static void Step<T>(in AdamStep<T> step, Span<T> weights, ReadOnlySpan<T> gradient, Span<T> m, Span<T> v)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (gradient.Length != weights.Length || m.Length != weights.Length || v.Length != weights.Length)
            throw new ArgumentException($"A step of Adam for {weights.Length} weights got {gradient.Length} gradients and moments of {m.Length} and {v.Length}.", nameof(gradient));
        fixed (T* pw = weights, pg = gradient, pm = m, pv = v)
        {
            var kernel = new StepKernel<T> { Step = step, Length = weights.Length, W = pw, G = pg, M = pm, V = pv };
            Workers.Run<StepKernel<T>, T>(kernel, Elementwise.Tasks(weights.Length));
        }
    }

    private struct StepKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public AdamStep<T> Step;
        public int Length;
        public T* W, G, M, V;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (at, to) = Elementwise.Range(task, Length);
            var constants = new Constants<TVector>(Step);
            for (; at <= to - TVector.Count; at += TVector.Count)
                constants.Update(W + at, G + at, M + at, V + at);
            int used = to - at, width = TVector.Count;
            if (used > 0)
            {
                T* edge = stackalloc T[4 * width];
                Edge.Load(W + at, used, edge, width);
                Edge.Load(G + at, used, edge + width, width);
                Edge.Load(M + at, used, edge + (2 * width), width);
                Edge.Load(V + at, used, edge + (3 * width), width);
                constants.Update(edge, edge + width, edge + (2 * width), edge + (3 * width));
                Edge.Store(edge, used, W + at);
                Edge.Store(edge + (2 * width), used, M + at);
                Edge.Store(edge + (3 * width), used, V + at);
            }
        }

        private readonly struct Constants<TVector>(in AdamStep<T> step)
            where TVector : unmanaged, IVector<TVector, T>
        {
            private readonly TVector _beta1 = TVector.Broadcast(step.Beta1), _rest1 = TVector.Broadcast(step.Rest1);
            private readonly TVector _beta2 = TVector.Broadcast(step.Beta2), _rest2 = TVector.Broadcast(step.Rest2);
            private readonly TVector _rate = TVector.Broadcast(step.LearningRate * step.Correction1), _correction2 = TVector.Broadcast(step.Correction2);
            private readonly TVector _epsilon = TVector.Broadcast(step.Epsilon), _scale = TVector.Broadcast(step.GradientScale);
            private readonly TVector _l2 = TVector.Broadcast(step.L2), _decay = TVector.Broadcast(step.Decay);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Update(T* weights, T* gradient, T* moment1, T* moment2)
            {
                TVector w = TVector.Load(weights);
                TVector g = TVector.MultiplyAdd(TVector.Load(gradient), _scale, w * _l2);
                TVector m = TVector.MultiplyAdd(_beta1, TVector.Load(moment1), _rest1 * g);
                TVector v = TVector.MultiplyAdd(_beta2, TVector.Load(moment2), _rest2 * (g * g));
                TVector.Store(m, moment1);
                TVector.Store(v, moment2);
                TVector.Store((w * _decay) - (_rate * m / (TVector.Sqrt(v * _correction2) + _epsilon)), weights);
            }
        }
    }
}
