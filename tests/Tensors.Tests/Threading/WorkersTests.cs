using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Threading;

[NonParallelizable]
public sealed unsafe partial class WorkersTests
{
    [Test]
    public void Many_small_jobs_each_do_every_task_once([Values(1, 2, 3, 8)] int threads)
    {
        using var scope = new ThreadCountScope(threads);
        int* counts = stackalloc int[8];
        for (int job = 0; job < 5000; job++)
        {
            int tasks = job % 7;
            new Span<int>(counts, 8).Clear();
            Workers.Run<CountKernel, float>(new() { Counts = counts }, tasks);
            for (int i = 0; i < 8; i++)
            {
                if (counts[i] != (i < tasks ? 1 : 0))
                    Assert.Fail($"Job {job}: task {i} of {tasks} was done {counts[i]} times.");
            }
        }
    }

    // Longer than idle workers spin, so that they park and have to be woken.
    [Test]
    public void Parked_workers_wake_up()
    {
        using var scope = new ThreadCountScope(2);
        int* counts = stackalloc int[8];
        for (int job = 0; job < 20; job++)
        {
            Thread.Sleep(3);
            new Span<int>(counts, 8).Clear();
            Workers.Run<CountKernel, float>(new() { Counts = counts }, 8);
            Assert.That(new Span<int>(counts, 8).ToArray(), Is.All.EqualTo(1));
        }
    }

    [Test]
    public void Work_is_shared_with_other_threads()
    {
        using var scope = new ThreadCountScope(2);
        int* threads = stackalloc int[2];
        Workers.Run<MeetKernel, float>(new() { Threads = threads }, 2);
        Assert.That(threads[0], Is.Not.EqualTo(threads[1]));
    }

    [Test]
    public void A_thread_begins_with_its_own_part_and_then_helps_the_others()
    {
        using var scope = new ThreadCountScope(2);
        int* places = stackalloc int[8];
        int done = 0;
        Workers.Run<WaitKernel, float>(new() { Places = places, Done = &done }, 8);
        Assert.That(places[4], Is.EqualTo(1));
        Assert.That(places[0], Is.EqualTo(8));
    }

    [Test]
    public void A_nested_call_runs_on_the_thread_that_makes_it()
    {
        using var scope = new ThreadCountScope(3);
        int* strangers = stackalloc int[1];
        int* done = stackalloc int[1];
        (*strangers, *done) = (0, 0);
        Workers.Run<OuterKernel, float>(new() { Strangers = strangers, Done = done }, 6);
        Assert.That(*strangers, Is.Zero);
        Assert.That(*done, Is.EqualTo(6 * 5));
    }

    [Test]
    public void Several_threads_may_call_at_once()
    {
        using var scope = new ThreadCountScope(3);
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(CallOften, TaskCreationOptions.LongRunning)).ToArray();
        Task.WaitAll(callers);
        Assert.That(callers.Sum(caller => caller.Result), Is.EqualTo(4 * 500 * 6));
    }

    [Test]
    public void The_number_of_threads_may_change_while_others_work()
    {
        using var scope = new ThreadCountScope(2);
        var caller = Task.Factory.StartNew(CallOften, TaskCreationOptions.LongRunning);
        for (int i = 0; i < 50; i++)
            Workers.ThreadCount = 1 + (i % 4);
        Assert.That(caller.Result, Is.EqualTo(500 * 6));
    }

    [Test]
    public void What_a_task_throws_is_thrown_by_the_call_and_the_pool_goes_on([Values(1, 2, 3)] int threads, [Values(0, 5, 11)] int failing)
    {
        using var scope = new ThreadCountScope(threads);
        for (int repeat = 0; repeat < 20; repeat++)
        {
            Assert.That(
                () => Workers.Run<FailingKernel, float>(new() { Failing = failing }, 12),
                Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"Task {failing}"));
            Assert.That(SumOfSquares(), Is.EqualTo(6));
        }
    }

    [Test]
    public void Jobs_are_done_once_each_and_their_kernels_stay_on_their_thread([Values(1, 2, 3)] int threads)
    {
        using var scope = new ThreadCountScope(threads);
        int[] done = new int[7];
        int strangers = 0, kernels = 0;
        Workers.RunJobs(done.Length, job =>
        {
            int foreign = 0, inner = 0;
            Workers.Run<InnerKernel, float>(new() { Thread = Environment.CurrentManagedThreadId, Strangers = &foreign, Done = &inner }, 5);
            _ = Interlocked.Increment(ref done[job]);
            _ = Interlocked.Add(ref strangers, foreign);
            _ = Interlocked.Add(ref kernels, inner);
        });
        Assert.That(done, Is.All.EqualTo(1));
        Assert.That(kernels, Is.EqualTo(7 * 5));
        Assert.That(strangers, Is.Zero);
    }

    // Each of two jobs waits for the other to have begun, for at most ten seconds.
    [Test]
    public void Jobs_run_beside_each_other()
    {
        using var scope = new ThreadCountScope(2);
        using var meeting = new Barrier(2);
        bool[] met = new bool[2];
        Workers.RunJobs(2, job => met[job] = meeting.SignalAndWait(10_000));
        Assert.That(met, Is.All.True);
    }

    [Test]
    public void Jobs_are_begun_in_order()
    {
        using var scope = new ThreadCountScope(2);
        using var meeting = new Barrier(2);
        int[] pair = new int[6];
        Workers.RunJobs(6, job =>
        {
            pair[job] = (int)meeting.CurrentPhaseNumber;
            _ = meeting.SignalAndWait(10_000);
        });
        Assert.That(pair, Is.EqualTo(new[] { 0, 0, 1, 1, 2, 2 }));
    }

    [Test]
    public void What_a_job_throws_is_thrown_by_the_call([Values(1, 2, 3)] int threads, [Values(0, 4)] int failing)
    {
        using var scope = new ThreadCountScope(threads);
        Assert.That(
            () => Workers.RunJobs(5, job =>
            {
                if (job == failing)
                    throw new InvalidDataException($"Job {job}");
            }),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"Job {failing}"));
        Assert.That(SumOfSquares(), Is.EqualTo(6));
        Assert.That(() => Workers.RunJobs(-1, _ => { }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Workers.RunJobs(1, null!), Throws.ArgumentNullException);
    }

    [Test]
    public void The_number_of_threads_is_checked()
    {
        int before = Workers.ThreadCount;
        Assert.That(() => Workers.ThreadCount = 0, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("between 1 and 1024"));
        Assert.That(() => Workers.ThreadCount = 1025, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(Workers.ThreadCount, Is.EqualTo(before));
    }
}
