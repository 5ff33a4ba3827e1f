using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using Diffusion.Playground.Running;
using Diffusion.Playground.Server;
using Diffusion.Playground.Settings;

namespace Diffusion.Playground;

/// <summary>What a viewer costs: the speed of one training alone, and of the same one with the page open in a browser on the same processors, in turns.</summary>
/// <param name="seconds">How long each part takes.</param>
/// <param name="browser">The program of a Chromium; null for a viewer that reads the frames and draws nothing.</param>
/// <param name="reporter">Told the numbers.</param>
internal sealed class Measurement(int seconds, string? browser, IReporter reporter)
{
    private const int Rounds = 3;

    // What the page begins with, as long as it may be and at no pace.
    private static readonly PlaySettings Settings = new()
    {
        Data = PlayData.MixtureName,
        Peaks = [.. GaussianMixture.TwoPixel.Components.Select(c => new Peak { Left = c.Left, Right = c.Right, Sigma = c.Sigma, Weight = c.Weight })],
        Schedule = "cosine",
        T = 50,
        Objective = "noise",
        Network = "mlp",
        Width = 64,
        LearningRate = 0.005,
        Batch = 128,
        Iterations = 100_000,
        Seed = 0,
    };

    private static readonly ViewSettings View = new() { Sampler = "ddpm", Label = -1, Guidance = 0, Time = 0.4, Pace = 100_000 };

    /// <summary>Measures and tells.</summary>
    /// <exception cref="InvalidOperationException">The viewer did not come, or training was over too soon.</exception>
    public async Task Run(CancellationToken cancellation)
    {
        await using var server = await PlaygroundServer.Start(0, 1);
        List<double> shares = [], frames = [];
        for (int round = 1; round <= Rounds; round++)
        {
            double alone = await Alone(cancellation);
            var (watched, rate) = await Watched(server, cancellation);
            shares.Add(watched / alone);
            frames.Add(rate);
            reporter.Say(FormattableString.Invariant($"Round {round}: {alone:F0} steps/s alone, {watched:F0} watched ({watched / alone:P0}), {rate:F1} frames/s."));
        }

        string viewer = browser ?? "a reader of the frames that draws nothing";
        reporter.Say(FormattableString.Invariant($"Watched, training keeps {Median(shares):P0} of its speed, at {Median(frames):F1} frames/s ({Environment.ProcessorCount} processors, viewer: {viewer})."));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private async Task<double> Alone(CancellationToken cancellation)
    {
        var training = new LiveTraining(Settings, Settings.MakeData());
        try
        {
            return (await Speed(training, () => 0, cancellation)).Steps;
        }
        finally
        {
            training.Stop();
        }
    }

    private async Task<(double Steps, double Frames)> Watched(PlaygroundServer server, CancellationToken cancellation)
    {
        using var viewer = browser is null ? null : StartBrowser(server.Address);
        using var gone = new CancellationTokenSource();
        var reading = browser is null ? Read(server, gone.Token) : Task.CompletedTask;
        try
        {
            Session? session = null;
            for (int wait = 0; (session = server.Sessions.Open.FirstOrDefault()) is not { Frames: >= 3 }; wait++)
            {
                if (wait > 300)
                    throw new InvalidOperationException($"The viewer {browser} did not open the page within 30 seconds.");
                await Task.Delay(100, cancellation);
            }

            return await Speed(session.Training, () => session.Frames, cancellation);
        }
        finally
        {
            viewer?.Kill(entireProcessTree: true);
            gone.Cancel();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var session in server.Sessions.Open)
                server.Sessions.End(session.Id);
        }
    }

    private async Task<(double Steps, double Frames)> Speed(LiveTraining training, Func<int> frames, CancellationToken cancellation)
    {
        // Not the first moments, in which code is compiled.
        await Task.Delay(1000, cancellation);
        long start = Stopwatch.GetTimestamp();
        int step = training.StepsTaken, frame = frames();
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return !training.IsOver ? ((training.StepsTaken - step) / elapsed, (frames() - frame) / elapsed)
            : throw new InvalidOperationException($"The training was over before {seconds} seconds were: fewer seconds (--measure) help.");
    }

    private Process StartBrowser(Uri address)
    {
        string folder = Directory.CreateTempSubdirectory("playground-browser-").FullName;
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--remote-debugging-port=0", "--window-size=1400,1000", $"--user-data-dir={folder}", address + "#" + Fragment(),
        ];
        var process = Process.Start(new ProcessStartInfo(browser!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) =>
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // A part of it is still in use; it lies among the temporary files.
            }
        };
        return process;
    }

    // The state in an address, as the page writes it.
    private static string Fragment() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(PlayJson.Write(new { settings = Settings, view = View, placed = Array.Empty<double[]>() })));

    private static async Task Read(PlaygroundServer server, CancellationToken gone)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        var session = server.Sessions.Begin(Settings, View);
        using var stream = await client.GetStreamAsync($"/api/sessions/{session.Id}/frames", gone);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(gone) is not null)
        {
        }
    }
}
