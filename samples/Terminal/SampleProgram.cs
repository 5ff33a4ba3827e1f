using System.CommandLine;
using System.Runtime.InteropServices;
using Diffusion.Tensors.Threading;
using Spectre.Console;

namespace Diffusion.Terminal;

/// <summary>What every sample's program does: parse, run, stop on Ctrl-C, and tell failures in one line.</summary>
public static class SampleProgram
{
    /// <summary>Runs a command. Exit codes: 0 done, 1 failed, 2 used wrongly, 130 stopped by the user.</summary>
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
        IReporter reporter = Console.IsOutputRedirected ? new PlainReporter(Console.Out) : new TerminalReporter(AnsiConsole.Console);
        var result = build(reporter, stop.Token).Parse(args);
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

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine(message.ReplaceLineEndings(" "));
        return code;
    }
}
