using System.Diagnostics;
using System.Runtime.CompilerServices;
using Diffusion.Playground.Settings;

namespace Diffusion.Playground.Running;

/// <summary>One visitor's model: its training, how it is looked at, and who watches. It lives as long as somebody does.</summary>
internal sealed class Session : IDisposable
{
    // Frames take a sixth of one processor's time, and there are at most ten in a second.
    private const double PauseForWork = 5;
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(100), MostPause = TimeSpan.FromSeconds(1), Heartbeat = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _work = new(1);
    private readonly PlaySettings _settings;
    private readonly PlayData _data;
    private readonly LiveTraining _training;
    private readonly CancellationTokenSource _closed = new();
    private readonly long _begun = Stopwatch.GetTimestamp();
    private Looks? _looks;
    private ViewSettings _view;
    private int _version, _watchers, _present;
    private long _alone = Stopwatch.GetTimestamp();

    /// <summary>Begins to train.</summary>
    /// <exception cref="RefusedException">Settings that do not go together.</exception>
    public Session(PlaySettings settings, ViewSettings view)
    {
        (_settings, _data) = (settings, settings.MakeData());
        view.Check(settings, _data.Classes);
        _view = view;
        _training = new LiveTraining(settings, _data) { Pace = view.Pace };
    }

    /// <summary>The name in addresses: 128 bits of chance, which nobody guesses.</summary>
    public string Id { get; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    /// <summary>The training.</summary>
    public LiveTraining Training => _training;

    /// <summary>The number of frames that were made.</summary>
    public int Frames { get; private set; }

    /// <summary>For how long nobody has watched, nor waited for an answer.</summary>
    public TimeSpan Alone => Volatile.Read(ref _present) > 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(Volatile.Read(ref _alone));

    /// <summary>Since when the session is.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_begun);

    /// <summary>Looks at something else from now on.</summary>
    /// <exception cref="RefusedException">A view that does not suit the model.</exception>
    public void Show(ViewSettings view)
    {
        view.Check(_settings, _data.Classes);
        _training.Pace = view.Pace;
        lock (_closed)
            (_view, _version) = (view, _version + 1);
    }

    /// <summary>Frames while the model trains, and after that for each change of the view; null as a sign of life where there is none.</summary>
    public async IAsyncEnumerable<Frame?> Watch([EnumeratorCancellation] CancellationToken gone)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, _closed.Token);
        int watchers = Interlocked.Increment(ref _watchers);
        _ = Interlocked.Increment(ref _present);
        try
        {
            // A page that comes back after its connection was lost may find its old self still there.
            if (watchers > 2)
                throw new RefusedException(409, "The session is watched already.");
            int shown = -1;
            bool isLast = false;
            while (!either.IsCancellationRequested)
            {
                int version;
                ViewSettings view;
                lock (_closed)
                    (version, view) = (_version, _view);
                if (isLast && version == shown)
                {
                    yield return null;
                    await PauseUntilChanged(shown, either.Token);
                    continue;
                }

                long start = Stopwatch.GetTimestamp();
                var frame = await Do(looks => looks.Frame(_training.Look(), view, withExact: version != shown, either.Token), either.Token);
                Frames++;
                (shown, isLast) = (version, frame.IsOver);
                yield return frame;
                double pause = Math.Clamp(Stopwatch.GetElapsedTime(start).TotalSeconds * PauseForWork, LeastPause.TotalSeconds, MostPause.TotalSeconds);
                await Task.Delay(TimeSpan.FromSeconds(pause), either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            Leave();
            _ = Interlocked.Decrement(ref _watchers);
        }
    }

    /// <summary>The ways of placed points.</summary>
    public Task<Way> Way(ViewSettings view, IReadOnlyList<double[]> placed, CancellationToken gone) => Ask(view, (looks, stop) => looks.Way(view, placed, stop), gone);

    /// <summary>The error budget.</summary>
    public Task<Budget> Budget(ViewSettings view, CancellationToken gone) => Ask(view, (looks, stop) => looks.Budget(view, stop), gone);

    /// <summary>The model as it is now, as a file of safetensors.</summary>
    public Task<byte[]> Save(CancellationToken gone) => Do(looks =>
    {
        _ = _training.Look();
        string path = Path.Combine(Path.GetTempPath(), $"playground-{Id}.safetensors");
        try
        {
            ModelFile.Save(path, _training.Model);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }, gone);

    /// <summary>Ends training and watching.</summary>
    public void Dispose()
    {
        _training.Stop();
        _closed.Cancel();
    }

    private async Task<T> Ask<T>(ViewSettings view, Func<Looks, CancellationToken, T> work, CancellationToken gone)
    {
        view.Check(_settings, _data.Classes);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, _closed.Token);
        return await Do(looks =>
        {
            _ = _training.Look();
            return work(looks, either.Token);
        }, either.Token);
    }

    // One look at a time, since the model that is looked at and the scratch memory of denoisers are one.
    private async Task<T> Do<T>(Func<Looks, T> work, CancellationToken gone)
    {
        _ = Interlocked.Increment(ref _present);
        try
        {
            await _work.WaitAsync(gone);
            try
            {
                return await Task.Run(() => work(_looks ??= new Looks(_settings, _data, _training.Model)), gone);
            }
            finally
            {
                _ = _work.Release();
            }
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        Volatile.Write(ref _alone, Stopwatch.GetTimestamp());
        _ = Interlocked.Decrement(ref _present);
    }

    private async Task PauseUntilChanged(int shown, CancellationToken gone)
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _version) == shown && Stopwatch.GetElapsedTime(start) < Heartbeat && !gone.IsCancellationRequested)
            await Task.Delay(LeastPause / 2, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
