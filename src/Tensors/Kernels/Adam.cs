using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>The numbers of one step of Adam, the same for all weights.</summary>
internal readonly record struct AdamStep<T>(T LearningRate, T Beta1, T Rest1, T Beta2, T Rest2, T Epsilon, T Correction1, T Correction2, T GradientScale, T L2, T Decay)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>The tensors of one parameter, all of its shape.</summary>
internal readonly record struct AdamTensors<T>(Tensor<T> Weights, Tensor<T> Gradient, Tensor<T> M, Tensor<T> V)
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
            var part = new Part<T> { W = pw, G = pg, M = pm, V = pv, Length = weights.Length };
            Workers.Run<StepKernel<T>, T>(new() { Step = step, Parts = &part, Count = 1 }, Elementwise.Tasks(weights.Length));
        }
    }

    /// <summary>The same for many parameters, as if they lay in one buffer: a network has many small ones, and starting the workers for each costs more than their step.</summary>
    public static void Step<T>(in AdamStep<T> step, ReadOnlySpan<AdamTensors<T>> parameters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Before anything is changed.
        foreach (var (w, g, m, v) in parameters)
        {
            if (g.Shape != w.Shape || m.Shape != w.Shape || v.Shape != w.Shape)
                throw new ArgumentException($"A step of Adam for weights of shape {w.Shape} got gradients of {g.Shape} and moments of {m.Shape} and {v.Shape}.", nameof(parameters));
        }

        const int Most = 128;
        Part<T>* parts = stackalloc Part<T>[Math.Min(Most, parameters.Length)];
        for (; parameters.Length > 0; parameters = parameters[Math.Min(Most, parameters.Length)..])
        {
            int count = Math.Min(Most, parameters.Length), tasks = 0;
            for (int i = 0; i < count; i++)
            {
                var (w, g, m, v) = parameters[i];
                // Tensors are pinned for life.
                parts[i] = new Part<T> { W = Pointer(w), G = Pointer(g), M = Pointer(m), V = Pointer(v), Length = w.Length, FirstTask = tasks };
                tasks += Elementwise.Tasks(w.Length);
            }

            Workers.Run<StepKernel<T>, T>(new() { Step = step, Parts = parts, Count = count }, tasks);
        }

        static T* Pointer(Tensor<T> tensor) => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.Span));
    }

    private struct Part<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* W, G, M, V;
        public int Length, FirstTask;
    }

    private struct StepKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public AdamStep<T> Step;
        public Part<T>* Parts;
        public int Count;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            // The last part that begins at or before this task; parts without elements have none.
            int low = 0, high = Count - 1;
            while (low < high)
            {
                int middle = (low + high + 1) / 2;
                (low, high) = Parts[middle].FirstTask <= task ? (middle, high) : (low, middle - 1);
            }

            Part<T> part = Parts[low];
            var (at, to) = Elementwise.Range(task - part.FirstTask, part.Length);
            int whole = (to - at) / TVector.Count * TVector.Count;
            Vectors<TVector>(part, at, at + whole);
            if (at + whole < to)
                Rest<TVector>(part, at + whole, to);
        }

        // Two methods, and no call in the first: where a method has one, the runtime keeps constants in memory and loads all ten of them again for
        // each vector. That took three times as long (Zen 5, one thread, tensors in the caches).
        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly void Vectors<TVector>(Part<T> part, nint from, nint to)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var constants = new Constants<TVector>(Step);
            for (nint at = from; at < to; at += TVector.Count)
                constants.Update(part.W + at, part.G + at, part.M + at, part.V + at);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly void Rest<TVector>(Part<T> part, int from, int to)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int used = to - from, width = TVector.Count;
            T* edge = stackalloc T[4 * width];
            Edge.Load(part.W + from, used, edge, width);
            Edge.Load(part.G + from, used, edge + width, width);
            Edge.Load(part.M + from, used, edge + (2 * width), width);
            Edge.Load(part.V + from, used, edge + (3 * width), width);
            new Constants<TVector>(Step).Update(edge, edge + width, edge + (2 * width), edge + (3 * width));
            Edge.Store(edge, used, part.W + from);
            Edge.Store(edge + (2 * width), used, part.M + from);
            Edge.Store(edge + (3 * width), used, part.V + from);
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
