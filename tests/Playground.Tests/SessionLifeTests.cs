using System.Diagnostics;
using Diffusion.Playground.Running;
using Diffusion.Playground.Settings;
using NUnit.Framework;

namespace Diffusion.Playground.Tests;

/// <summary>When a model is kept, and when it is not.</summary>
public sealed class SessionLifeTests
{
    [Test]
    public async Task Who_waits_for_an_answer_is_there_as_who_watches_is()
    {
        await using var visitor = await Visitor.Come();
        string session = await visitor.Begin(Visitor.Small());
        await Task.Delay(200);
        long asked = Stopwatch.GetTimestamp();
        (await visitor.Post(session + "/budget", Visitor.View())).Dispose();
        var alone = visitor.Server.Sessions.Find(session.Split('/')[^1]).Alone;
        Assert.That(alone, Is.LessThan(Stopwatch.GetElapsedTime(asked)));
    }

    [Test]
    public async Task A_browser_comes_back_before_its_session_ends()
    {
        await using var visitor = await Visitor.Come();
        using var stream = await visitor.Client.GetStreamAsync(await visitor.Begin(Visitor.Small()) + "/frames");
        using var reader = new StreamReader(stream);
        string? first = await reader.ReadLineAsync();
        Assert.That(first, Does.Match(@"^retry: \d+$"));
        Assert.That(TimeSpan.FromMilliseconds(int.Parse(first![7..], System.Globalization.CultureInfo.InvariantCulture)), Is.LessThan(Sessions.Grace / 2));
        Assert.That(await reader.ReadLineAsync(), Does.StartWith("data: "), "the first frame follows");
    }

    [Test]
    public void No_model_is_begun_when_the_server_ends()
    {
        var sessions = new Sessions(1);
        sessions.Dispose();
        Assert.That(() => sessions.Begin(Visitor.Settings, new ViewSettings { Sampler = "ddpm", Label = -1, Guidance = 0, Time = 0.5 }), Throws.TypeOf<RefusedException>());
        Assert.That(sessions.Open, Is.Empty);
    }
}
