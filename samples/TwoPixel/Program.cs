using System.CommandLine;
using System.Runtime.InteropServices;
using Diffusion.TwoPixel;
using Diffusion.TwoPixel.CommandLine;
using Diffusion.TwoPixel.Reporting;
using Spectre.Console;

// Exit codes: 0 done, 1 failed, 2 used wrongly, 130 stopped by the user.
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
var result = new Commands(reporter, stop.Token).Build().Parse(args);
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

static int Fail(string message, int code)
{
    Console.Error.WriteLine(message.ReplaceLineEndings(" "));
    return code;
}
