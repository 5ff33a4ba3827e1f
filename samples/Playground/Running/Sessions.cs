using System.Collections.Concurrent;
using Diffusion.Playground.Settings;

namespace Diffusion.Playground.Running;

/// <summary>All sessions: bounded in number, each ended when its page has been gone for a few seconds, or when its time is over.</summary>
internal sealed class Sessions : IDisposable
{
    /// <summary>How long a session outlives its page: long enough for a connection that was lost to come back.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);

    /// <summary>The longest that a session lives.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Session> _open = new();
    private readonly Timer _sweeper;
    private readonly int _most;
    private readonly Lock _gate = new();
    private bool _isClosed;

    /// <summary>No sessions yet.</summary>
    /// <param name="most">The most that are open at once.</param>
    public Sessions(int most)
    {
        _most = most;
        _sweeper = new Timer(_ => Sweep(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>The open ones.</summary>
    public IEnumerable<Session> Open => _open.Values;

    /// <summary>Opens a session.</summary>
    /// <exception cref="RefusedException">There are as many as there may be, settings that do not go together, or the server ends.</exception>
    public Session Begin(PlaySettings settings, ViewSettings view)
    {
        lock (_gate)
        {
            if (_isClosed)
                throw new RefusedException(503, "The server ends.");
            if (_open.Count >= _most)
                throw new RefusedException(429, $"{_most} models are trained or looked at here, which is the limit (--sessions); close a page, and try again in a few seconds.");
            var session = new Session(settings, view);
            _open[session.Id] = session;
            return session;
        }
    }

    /// <summary>The session of a name.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public Session Find(string id) => _open.TryGetValue(id, out var session) ? session
        : throw new RefusedException(404, "There is no such session: it ends a few seconds after its page is closed, and after an hour. Train again.");

    /// <summary>Ends a session, if it is there.</summary>
    public void End(string id)
    {
        if (_open.TryRemove(id, out var session))
            session.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sweeper.Dispose();
        lock (_gate)
            _isClosed = true;
        foreach (string id in _open.Keys)
            End(id);
    }

    private void Sweep()
    {
        foreach (var (id, session) in _open)
        {
            if (session.Alone > Grace || session.Age > Longest)
                End(id);
        }
    }
}
