using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Tests.Threading;

// What the tests run.
public sealed unsafe partial class WorkersTests
{
    private static int CallOften()
    {
        int total = 0;
        for (int i = 0; i < 500; i++)
            total += SumOfSquares();
        return total;
    }

    private static int SumOfSquares()
    {
        int* counts = stackalloc int[8];
        new Span<int>(counts, 8).Clear();
        Workers.Run<CountKernel, float>(new() { Counts = counts }, 6);
        int sum = 0;
        for (int i = 0; i < 8; i++)
            sum += counts[i] * counts[i];
        return sum;
    }

    private struct CountKernel : IKernel<float>
    {
        public int* Counts;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, float> => Interlocked.Increment(ref Counts[task]);
    }

    // Each of two tasks waits for the other to have begun, for at most ten seconds.
    private struct MeetKernel : IKernel<float>
    {
        public int* Threads;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, float>
        {
            Volatile.Write(ref Threads[task], Environment.CurrentManagedThreadId);
            long until = Environment.TickCount64 + 10_000;
            while (Volatile.Read(ref Threads[1 - task]) == 0 && Environment.TickCount64 < until)
                Thread.Sleep(0);
        }
    }

    // Notes which place a task takes in the order of all; task 0 waits for the others, for at most ten seconds.
    private struct WaitKernel : IKernel<float>
    {
        public int* Places, Done;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, float>
        {
            long until = Environment.TickCount64 + 10_000;
            while (task == 0 && Volatile.Read(ref *Done) < 7 && Environment.TickCount64 < until)
                Thread.Sleep(0);
            Places[task] = Interlocked.Increment(ref *Done);
        }
    }

    private struct OuterKernel : IKernel<float>
    {
        public int* Strangers, Done;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, float> =>
            Workers.Run<InnerKernel, float>(new() { Thread = Environment.CurrentManagedThreadId, Strangers = Strangers, Done = Done }, 5);
    }

    private struct InnerKernel : IKernel<float>
    {
        public int Thread;
        public int* Strangers, Done;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, float>
        {
            if (Environment.CurrentManagedThreadId != Thread)
                _ = Interlocked.Increment(ref *Strangers);
            _ = Interlocked.Increment(ref *Done);
        }
    }

    private struct FailingKernel : IKernel<float>
    {
        public int Failing;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, float>
        {
            if (task == Failing)
                throw new InvalidDataException($"Task {task}");
        }
    }
}
