using System.Runtime.ExceptionServices;

namespace Diffusion.Tensors.Threading;

/// <summary>
/// A few threads that wait for tasks, at first spinning (so that the next call finds them within a microsecond), then
/// parked (so that an idle process uses no processor). The calling thread works too.
/// </summary>
/// <remarks>
/// Each thread begins with its own part of the tasks, which is about the same part of the tensors in each job: what it wrote in the last
/// one may still be in its cache, and fetching it from another's takes longer than from memory. Then it helps the others with theirs.
/// </remarks>
internal sealed unsafe class WorkerPool
{
    /// <summary>How long an idle worker spins before it parks.</summary>
    private static readonly long SpinTicks = System.Diagnostics.Stopwatch.Frequency / 10_000;

    private readonly Lock _caller = new();
    private readonly object _parking = new();

    // One job at a time. Its number counts up; workers may join while it is open, and the caller waits for those who did.
    private void* _kernel;
    private delegate*<void*, int, void> _invoke;
    private int _tasks, _parts;
    private long _state; // job number << 32 | open << 31 | workers inside
    private int _parked;
    private volatile bool _stopped;
    private Exception? _failure;

    // The next task of each part. Two cache lines apart: processors fetch them in pairs.
    private const int Apart = 128 / sizeof(int);
    private readonly int[] _next;

    [ThreadStatic]
    private static bool t_inside;

    public WorkerPool(int workers)
    {
        _next = new int[Apart * (workers + 2)];
        for (int i = 1; i <= workers; i++)
        {
            int thread = i;
            new Thread(() => Work(thread)) { IsBackground = true, Name = "Diffusion worker" }.Start();
        }
    }

    private int Threads => (_next.Length / Apart) - 1;

    /// <summary>
    /// Runs all tasks and returns when they are done; false, having done nothing, where the pool is busy with another call.
    /// What a task throws is thrown here, once no thread is inside the job any more. With <paramref name="inOrder"/> they are begun in order.
    /// </summary>
    public bool TryRun(void* kernel, delegate*<void*, int, void> invoke, int tasks, bool inOrder)
    {
        if (t_inside || !_caller.TryEnter())
            return false;
        try
        {
            _kernel = kernel;
            _invoke = invoke;
            _tasks = tasks;
            _parts = inOrder ? 1 : Threads;
            for (int part = 0; part < _parts; part++)
                Next(part) = First(part);
            long job = (Volatile.Read(ref _state) >> 32) + 1;
            _ = Interlocked.Exchange(ref _state, (job << 32) | Open);
            if (Volatile.Read(ref _parked) > 0)
            {
                lock (_parking)
                    Monitor.PulseAll(_parking);
            }

            // A failure on this thread must wait like any other: workers are still using the kernel.
            t_inside = true;
            TryTasks(thread: 0);
            t_inside = false;

            // Close the job, then wait for the workers inside it.
            _ = Interlocked.And(ref _state, ~Open);
            var spin = default(SpinWait);
            while ((Volatile.Read(ref _state) & Inside) != 0)
                spin.SpinOnce(sleep1Threshold: -1);

            if (Interlocked.Exchange(ref _failure, null) is { } failure)
                ExceptionDispatchInfo.Throw(failure);
            return true;
        }
        finally
        {
            t_inside = false;
            _caller.Exit();
        }
    }

    /// <summary>Lets the workers end; calls after this do everything on their own thread.</summary>
    public void Stop()
    {
        _stopped = true;
        lock (_parking)
            Monitor.PulseAll(_parking);
    }

    private const long Open = 1L << 31, Inside = Open - 1;

    private int First(int part) => (int)((long)_tasks * part / _parts);

    private ref int Next(int part) => ref _next[Apart * (part + 1)];

    // Does tasks until there are none; the first failure of a job is kept, and ends this thread's part of it.
    private void TryTasks(int thread)
    {
        try
        {
            for (int i = 0; i < _parts; i++)
            {
                int part = (thread + i) % _parts, end = First(part + 1), task;
                while ((task = Interlocked.Increment(ref Next(part)) - 1) < end)
                    _invoke(_kernel, task);
            }
        }
        catch (Exception failure)
        {
            _ = Interlocked.CompareExchange(ref _failure, failure, null);
        }
    }

    private void Work(int thread)
    {
        t_inside = true;
        long seen = 0;
        while (!_stopped)
        {
            long state = Volatile.Read(ref _state);
            if (state >> 32 == seen || (state & Open) == 0)
            {
                WaitFor(seen);
                state = Volatile.Read(ref _state);
                if (state >> 32 == seen)
                    continue;
            }

            seen = state >> 32;
            if (!TryJoin(seen))
                continue;
            TryTasks(thread);
            _ = Interlocked.Decrement(ref _state);
        }
    }

    private bool TryJoin(long job)
    {
        while (true)
        {
            long state = Volatile.Read(ref _state);
            if (state >> 32 != job || (state & Open) == 0)
                return false;
            if (Interlocked.CompareExchange(ref _state, state + 1, state) == state)
                return true;
        }
    }

    private void WaitFor(long seen)
    {
        long until = System.Diagnostics.Stopwatch.GetTimestamp() + SpinTicks;
        do
        {
            for (int i = 0; i < 16; i++)
            {
                if (IsNew(seen))
                    return;
                Thread.SpinWait(4);
            }
        }
        while (System.Diagnostics.Stopwatch.GetTimestamp() < until);

        lock (_parking)
        {
            _ = Interlocked.Increment(ref _parked);
            while (!IsNew(seen) && !_stopped)
                _ = Monitor.Wait(_parking);
            _ = Interlocked.Decrement(ref _parked);
        }
    }

    private bool IsNew(long seen)
    {
        long state = Volatile.Read(ref _state);
        return state >> 32 != seen && (state & Open) != 0;
    }
}
