using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Threading;

/// <summary>A piece of parallel work over vectors: a struct of pointers and sizes whose tasks are independent of each other.</summary>
internal interface IKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Does task number <paramref name="task"/>.</summary>
    void Run<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, T>;
}

/// <summary>
/// The worker threads of the process. Work is cut into tasks by the size of the problem, never by the number of threads,
/// and each task writes what no other task writes: so results are bitwise the same for any number of threads.
/// </summary>
public static unsafe class Workers
{
    private static readonly Lock Gate = new();
    private static WorkerPool? s_pool;
    private static int s_threads = InitialThreads();

    /// <summary>The number of threads that work on one call, the caller included. Default: <c>DIFFUSION_THREADS</c>, else the processors of the process.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than 1024.</exception>
    public static int ThreadCount
    {
        get => s_threads;
        set
        {
            if (value is < 1 or > 1024)
                throw new ArgumentOutOfRangeException(nameof(value), value, "The number of threads is between 1 and 1024.");
            lock (Gate)
            {
                s_threads = value;
                s_pool?.Stop();
                s_pool = null;
            }
        }
    }

    /// <summary>
    /// Does whole jobs beside each other, such as the trainings of several small networks: each on one thread, begun in order.
    /// Kernels that a job calls stay on its thread, so their results are those of a job that runs alone, to the bit.
    /// </summary>
    /// <param name="jobs">The number of jobs.</param>
    /// <param name="job">Does the job of a number, 0 to jobs - 1; called from several threads at once.</param>
    /// <remarks>
    /// After a failure its thread begins no further job; those of the other threads go on. The first failure is thrown when all
    /// threads are done. Where the threads are busy with another call, or in a job, one job follows the other on this thread.
    /// </remarks>
    public static void RunJobs(int jobs, Action<int> job)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(jobs);
        ArgumentNullException.ThrowIfNull(job);
        Run(Unsafe.AsPointer(ref job), &InvokeJob, jobs, inOrder: true);
    }

    /// <summary>Runs all tasks of a kernel with the widest vectors that the processor has.</summary>
    internal static void Run<TKernel, T>(TKernel kernel, int tasks)
        where TKernel : unmanaged, IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        delegate*<void*, int, void> invoke =
            Vector512.IsHardwareAccelerated ? &Invoke<TKernel, V512<T>, T>
            : Vector256.IsHardwareAccelerated ? &Invoke<TKernel, V256<T>, T>
            : Vector128.IsHardwareAccelerated ? &Invoke<TKernel, V128<T>, T>
            : &Invoke<TKernel, V1<T>, T>;
        Run(&kernel, invoke, tasks);
    }

    /// <summary>
    /// Runs all tasks of a kernel with the widest vectors that the processor has and of which one fits into a row of
    /// <paramref name="length"/>. The last of a row may reach back into the one before it: <see cref="Tail"/>.
    /// </summary>
    internal static void Run<TKernel, T>(TKernel kernel, int tasks, int length)
        where TKernel : unmanaged, IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        delegate*<void*, int, void> invoke =
            Vector512.IsHardwareAccelerated && length >= V512<T>.Count ? &Invoke<TKernel, V512<T>, T>
            : Vector256.IsHardwareAccelerated && length >= V256<T>.Count ? &Invoke<TKernel, V256<T>, T>
            : Vector128.IsHardwareAccelerated && length >= V128<T>.Count ? &Invoke<TKernel, V128<T>, T>
            : &Invoke<TKernel, V1<T>, T>;
        Run(&kernel, invoke, tasks);
    }

    private static void Invoke<TKernel, TVector, T>(void* kernel, int task)
        where TKernel : unmanaged, IKernel<T>
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => ((TKernel*)kernel)->Run<TVector>(task);

    // The pointer is to a local variable of RunJobs, which does not move and lives until all jobs are done.
    private static void InvokeJob(void* job, int number) => Unsafe.AsRef<Action<int>>(job)(number);

    private static void Run(void* kernel, delegate*<void*, int, void> invoke, int tasks, bool inOrder = false)
    {
        if (tasks <= 1 || s_threads == 1 || !(s_pool ?? Start()).TryRun(kernel, invoke, tasks, inOrder))
        {
            for (int task = 0; task < tasks; task++)
                invoke(kernel, task);
        }
    }

    private static WorkerPool Start()
    {
        lock (Gate)
            return s_pool ??= new WorkerPool(s_threads - 1);
    }

    private static int InitialThreads()
    {
        string? text = Environment.GetEnvironmentVariable("DIFFUSION_THREADS");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads is >= 1 and <= 1024
            ? threads
            : Environment.ProcessorCount;
    }
}
