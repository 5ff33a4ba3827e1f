using System.CommandLine;
using System.Runtime.InteropServices;
using Diffusion.Tensors.Threading;
using Spectre.Console;

namespace Diffusion.Terminal;

/// <summary>What every sample's program does: parse, run, stop on Ctrl-C, and tell failures in one line.</summary>
public static class SampleProgram
{
    /// <summary>Runs a command. Exit codes: 0 done, 1 failed, 2 used wrongly, 130 stopped by the user, by a request to end, or by the end of the terminal.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="build">Makes the commands; each returns when its files are written, and failures are exceptions.</param>
    public static int Run(string[] args, Func<IReporter, CancellationToken, RootCommand> build)
    {
        using var stop = new CancellationTokenSource();
        void Cancel(PosixSignalContext context)
        {
            // The first signal stops after the step under way; the second ends the process.
            context.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Cancel);
        using var output = new SteadyOutput(Console.Out);
        Console.SetOut(output);
        int code = Run(args, build, stop.Token);
        return code == 0 && output.Lost is { } why
            ? Fail($"Standard output cannot be written to ({why.TrimEnd('.')}): what the run said is lost, its files are not.", 1) : code;
    }

    /// <summary>Sets the number of threads: the option's, or else that of DIFFUSION_THREADS.</summary>
    /// <exception cref="UsageException">DIFFUSION_THREADS is no number that is accepted.</exception>
    public static void SetThreads(int? asked)
    {
        string? text = Environment.GetEnvironmentVariable("DIFFUSION_THREADS");
        if (!string.IsNullOrEmpty(text) && !(int.TryParse(text, out int threads) && threads is >= 1 and <= 1024))
            throw new UsageException($"DIFFUSION_THREADS is '{text}'; accepted is a whole number from 1 to 1024.");
        if (asked is int count)
            Workers.ThreadCount = count;
    }

    private static int Run(string[] args, Func<IReporter, CancellationToken, RootCommand> build, CancellationToken stop)
    {
        IReporter reporter = Console.IsOutputRedirected ? new PlainReporter(Console.Out) : new TerminalReporter(AnsiConsole.Console);
        var result = build(reporter, stop).Parse(args);
        if (result.Errors.Count > 0)
            return Fail(result.Errors[0].Message + " '--help' lists what is accepted.", 2);
        try
        {
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException)
        {
            return Fail("Stopped.", 130);
        }
        catch (UsageException e)
        {
            return Fail(e.Message, 2);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or ArgumentException)
        {
            return Fail(e.Message, 1);
        }
        catch (OutOfMemoryException)
        {
            long megabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
            return Fail($"There is not enough memory (the limit that the runtime knows is {megabytes} MB): smaller batches, fewer samples at once or a smaller network need less.", 1);
        }
    }

    private static int Fail(string message, int code)
    {
        try
        {
            Console.Error.WriteLine(message.ReplaceLineEndings(" "));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody listens; the code is told all the same.
        }

        return code;
    }
}
