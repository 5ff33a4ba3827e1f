using System.CommandLine;
using Diffusion.Playground.Server;
using Diffusion.Tensors.Threading;

namespace Diffusion.Playground;

/// <summary>The command line: serves the page until it is stopped, or measures what a viewer costs.</summary>
internal sealed class PlaygroundCommand(IReporter reporter, CancellationToken cancellation)
{
    /// <summary>The port unless another is asked for.</summary>
    public const int DefaultPort = 5150;

    private static readonly Option<int?> Port = Options.Whole("--port", "N", 0, 65535, $"The port; 0 for a free one, which is also taken where another program has this one. Default: {DefaultPort}.");
    private static readonly Option<int?> MostSessions = Options.Whole("--sessions", "N", 1, 64, "The most models that are trained or looked at, at once. Default: 8.");
    private static readonly Option<int?> Threads = Options.Whole("--threads", "N", 1, 1024, "Threads of one training, 1 to 1024; results do not depend on it. Default: 1, so that visitors do not wait for each other.");
    private static readonly Option<int?> Measure = Options.Whole("--measure", "SECONDS", 1, 10, "Do not serve, but measure how fast one training is alone and with a viewer, so many seconds each, three times in turn.");
    private static readonly Option<string?> Browser = Options.Text("--browser", "PROGRAM", "The Chromium that views what is measured. Default: a viewer that reads the frames and draws nothing.");

    /// <summary>The command.</summary>
    public RootCommand Build()
    {
        var root = new RootCommand("A page to understand diffusion with: trains on two-pixel data before your eyes. It is served to this machine alone.");
        root.AddAll(Port, MostSessions, Threads, Measure, Browser);
        root.SetAction(result => Serve(result).GetAwaiter().GetResult());
        return root;
    }

    private async Task<int> Serve(ParseResult result)
    {
        Workers.ThreadCount = result.GetValue(Threads) ?? 1;
        string? browser = result.GetValue(Browser);
        if (browser is not null && result.GetValue(Measure) is null)
            throw new UsageException("--browser names the viewer of a measurement; accepted together with --measure.");
        if (browser is not null && !File.Exists(browser))
            throw new UsageException($"--browser is '{browser}', and there is no such program.");
        if (result.GetValue(Measure) is int seconds)
        {
            await new Measurement(seconds, browser, reporter).Run(cancellation);
            return 0;
        }

        await using var server = await PlaygroundServer.Start(result.GetValue(Port) ?? DefaultPort, result.GetValue(MostSessions) ?? 8);
        reporter.Say($"The playground is at {server.Address} (Ctrl-C ends it).");
        await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }
}
