using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Playground.Running;
using Diffusion.Playground.Server;
using Diffusion.Sampling;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Playground.Tests;

/// <summary>Models that are trained for visitors.</summary>
public sealed class SessionTests
{
    private Visitor _visitor = null!;

    [OneTimeSetUp]
    public async Task Come() => _visitor = await Visitor.Come(sessions: 64);

    [OneTimeTearDown]
    public async Task Go() => await _visitor.DisposeAsync();

    [Test]
    public async Task Frames_show_how_a_model_is_learned()
    {
        // Slow until the first frame has come, which shows then a model that has hardly learned, and at full speed from there.
        var request = Visitor.Small(iterations: 2500);
        request["view"]!["pace"] = 10;
        string session = await _visitor.Begin(request);
        bool isFast = false;
        var frames = await _visitor.Frames(session, frame =>
        {
            if (!isFast)
                Assert.That(_visitor.Post(session + "/view", Visitor.View()).Result.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
            isFast = true;
            return frame.GetProperty("isOver").GetBoolean();
        });
        JsonElement first = frames[0], last = frames[^1];
        double Of(JsonElement frame, string name) => frame.GetProperty(name).GetDouble();
        Assert.Multiple(() =>
        {
            Assert.That(last.GetProperty("step").GetInt32(), Is.EqualTo(2500));
            Assert.That(Of(last, "error"), Is.LessThan(0.5 * Of(first, "error")), "distance to the exact denoiser");
            Assert.That(Of(last, "heldLoss"), Is.GreaterThan(Of(last, "floor")).And.LessThan(1.5 * Of(last, "floor")), "the loss comes to its floor and not below");
            Assert.That(Convert.FromBase64String(last.GetProperty("cloud").GetString()!), Has.Length.EqualTo(400 * 4));
            Assert.That(first.TryGetProperty("exactField", out _), Is.True, "the exact answer comes with the first frame");
        });
    }

    [Test]
    public async Task The_floor_is_that_of_the_library()
    {
        var request = Visitor.Small(iterations: 10);
        string session = await _visitor.Begin(request);
        double floor = (await _visitor.AllFrames(session))[^1].GetProperty("floor").GetDouble();

        // A label is dropped with probability 0.3. The page takes the mean of 16,400 draws, which is uncertain by less than 1 %.
        var schedule = Schedules.NoiseSchedule.Cosine(5);
        var exact = OptimalVariance.For(GaussianMixture.TwoPixel, schedule);
        double expected = (0.3 * exact.MeanLossFloor(schedule)) + (0.7 * ((0.35 * exact.MeanLossFloor(schedule, 0)) + (0.65 * exact.MeanLossFloor(schedule, 1))));
        Assert.That(floor, Is.EqualTo(expected).Within(4).Percent);
    }

    [Test]
    public async Task Same_settings_same_bytes_whatever_the_threads_and_whoever_looks()
    {
        int threads = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 1;
            byte[] alone = await Model(Visitor.Small(iterations: 300), looks: 0);
            Workers.ThreadCount = 2;
            byte[] watched = await Model(Visitor.Small(iterations: 300), looks: 5);
            var other = Visitor.Small(iterations: 300);
            other["settings"]!["seed"] = 4;
            Assert.That(watched, Is.EqualTo(alone));
            Assert.That(await Model(other, looks: 0), Is.Not.EqualTo(alone));
        }
        finally
        {
            Workers.ThreadCount = threads;
        }
    }

    [TestCase("mlp", "noise", "cosine", "mixture")]
    [TestCase("mlp", "x0", "linear", "moons")]
    [TestCase("mlp", "v", "sigmoid", "swiss-roll")]
    [TestCase("mlp", "flow", "straight", "drawn")]
    [TestCase("unet", "variance", "cosine", "gaussians")]
    [TestCase("unet", "noise", "cosine", "circles")]
    public async Task Every_kind_of_model_is_trained_shown_and_saved(string network, string objective, string schedule, string data)
    {
        var request = Visitor.Small(iterations: 20);
        foreach (var (key, value) in new[] { ("network", network), ("objective", objective), ("schedule", schedule), ("data", data) })
            request["settings"]![key] = value;
        request["settings"]!["points"] = new JsonArray(new JsonArray(0.5, 0.5, 0), new JsonArray(-0.5, 0.25, 1), new JsonArray(0.1, -0.5, -1));
        string session = await _visitor.Begin(request);
        var last = (await _visitor.AllFrames(session))[^1];
        Assert.That(last.TryGetProperty("problem", out var problem), Is.False, () => problem.ToString());
        Assert.That(last.TryGetProperty("failure", out var failure), Is.False, () => failure.ToString());
        Assert.That(last.GetProperty("heldLoss").GetDouble(), Is.GreaterThan(last.GetProperty("floor").GetDouble()));

        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{network}-{objective}.safetensors");
        await File.WriteAllBytesAsync(path, await _visitor.Client.GetByteArrayAsync(session + "/model"));
        var model = ModelFile.Load<float>(path);
        var start = Start.Draw<float>(new RandomSource(0), [10, 2, 1], model.Schedule);
        Assert.That(model.Schedule.T, Is.EqualTo(5));
        Assert.That(float.IsFinite(new DdpmSampler<float>().Sample(model.Denoiser, model.Schedule, start, default, new RandomSource(0)).Span[0]), Is.True);
        Assert.That(model.Network.Architecture, Is.EqualTo(network == "mlp" ? "mlp" : "two-pixel-unet"), "which TwoPixel -- sample reads");
    }

    [TestCaseSource(nameof(SamplerNames))]
    public async Task Every_sampler_shows_the_way(string sampler)
    {
        var request = Visitor.Small(iterations: 20);
        (request["settings"]!["objective"], request["settings"]!["network"]) = ("variance", "unet");
        var view = Visitor.View();
        (view["sampler"], view["label"], view["guidance"], view["from"], view["to"]) = (sampler, 0, 1.5, 0.2, 0.9);
        string session = await _visitor.Begin(request);
        using var answer = await _visitor.Post(session + "/way", new JsonObject { ["view"] = view, ["placed"] = new JsonArray(new JsonArray(0.25, -1)) });
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        var way = await answer.Content.ReadFromJsonAsync<JsonElement>();
        int states = way.GetProperty("times").GetArrayLength(), count = way.GetProperty("count").GetInt32();
        byte[] of = Convert.FromBase64String(way.GetProperty("states").GetString()!), exact = Convert.FromBase64String(way.GetProperty("exactStates").GetString()!);
        Assert.Multiple(() =>
        {
            Assert.That(count, Is.EqualTo(401));
            Assert.That(of, Has.Length.EqualTo(states * count * 4));
            Assert.That(exact, Has.Length.EqualTo(of.Length));
            Assert.That((BitConverter.ToInt16(of, 0), BitConverter.ToInt16(of, 2)), Is.EqualTo((1000, -4000)), "the placed point is the first, a quarter and -1");
            Assert.That(way.GetProperty("times")[states - 1].GetDouble(), Is.Zero);
        });
    }

    [Test]
    public async Task The_error_budget_tells_the_network_from_the_sampler()
    {
        string session = await _visitor.Begin(Visitor.Small(iterations: 20));
        _ = await _visitor.AllFrames(session);
        using var answer = await _visitor.Post(session + "/budget", Visitor.View());
        var budget = await answer.Content.ReadFromJsonAsync<JsonElement>();
        double Of(string name) => budget.GetProperty(name).GetDouble();
        Assert.That(Of("network"), Is.GreaterThan(2 * Of("exact")), "a network that has hardly learned");
        Assert.That(Of("exact"), Is.GreaterThan(Of("chance")), "five steps of DDPM");
    }

    [Test]
    public async Task Another_view_gives_another_frame_after_the_end()
    {
        string session = await _visitor.Begin(Visitor.Small());
        bool isAsked = false;
        var frames = await _visitor.Frames(session, frame =>
        {
            if (!frame.GetProperty("isOver").GetBoolean())
                return false;
            if (isAsked)
                return true;
            isAsked = true;
            var view = Visitor.View();
            view["label"] = 1;
            Assert.That(_visitor.Post(session + "/view", view).Result.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
            return false;
        });
        Assert.That(frames[^1].GetProperty("exactCloud").GetString(), Is.Not.EqualTo(frames[0].GetProperty("exactCloud").GetString()));
    }

    [Test]
    public async Task A_closed_page_ends_its_training()
    {
        var request = Visitor.Small(iterations: 30_000);
        request["view"]!["pace"] = 100;
        string session = await _visitor.Begin(request);
        var training = _visitor.Server.Sessions.Find(session.Split('/')[^1]).Training;
        _ = await _visitor.Frames(session, _ => true);
        await Visitor.Until(() => Task.FromResult(training.IsOver));
        Assert.That(training.StepsTaken, Is.LessThan(30_000));
        using var gone = await _visitor.Client.GetAsync(session);
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_session_is_watched_by_its_page_alone()
    {
        string session = await _visitor.Begin(Visitor.Small());
        using var page = await _visitor.Client.GetAsync(session + "/frames", HttpCompletionOption.ResponseHeadersRead);
        using var again = await _visitor.Client.GetAsync(session + "/frames", HttpCompletionOption.ResponseHeadersRead);
        using var third = await _visitor.Client.GetAsync(session + "/frames", HttpCompletionOption.ResponseHeadersRead);
        Assert.That(new[] { page.StatusCode, again.StatusCode, third.StatusCode }, Is.EqualTo(new[] { HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Conflict }));
    }

    [Test]
    public async Task Stopping_keeps_the_model()
    {
        var request = Visitor.Small(iterations: 30_000);
        request["view"]!["pace"] = 100;
        string session = await _visitor.Begin(request);
        Assert.That((await _visitor.Post(session + "/stop", new JsonObject())).StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        var last = (await _visitor.AllFrames(session))[^1];
        Assert.That(last.GetProperty("step").GetInt32(), Is.LessThan(30_000));
        Assert.That((await _visitor.Client.GetAsync(session + "/model")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task There_are_so_many_sessions_and_no_more()
    {
        await using var visitor = await Visitor.Come(sessions: 2);
        string first = await visitor.Begin(Visitor.Small());
        using var watched = await visitor.Client.GetAsync(first + "/frames", HttpCompletionOption.ResponseHeadersRead);
        string second = await visitor.Begin(Visitor.Small());
        using var watchedToo = await visitor.Client.GetAsync(second + "/frames", HttpCompletionOption.ResponseHeadersRead);
        using var refused = await visitor.Post("/api/sessions", Visitor.Small());
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That((await visitor.Client.DeleteAsync(first)).StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        _ = await visitor.Begin(Visitor.Small());
    }

    [Test]
    public void Numbers_of_a_training_that_diverged_can_be_sent()
    {
        var frame = new Frame(7, 10, 0, double.NaN, double.PositiveInfinity, 0.1, double.NaN, true, "The loss is no number.", null, null, "", null, null);
        Assert.That(PlayJson.Write(frame), Does.Contain("\"heldLoss\":\"Infinity\"").And.Contain("\"error\":\"NaN\""));
    }

    private static IEnumerable<string> SamplerNames() => Samplers.All.Select(entry => entry.Name);

    private async Task<byte[]> Model(JsonObject request, int looks)
    {
        string session = await _visitor.Begin(request);
        for (int i = 0; i < looks; i++)
            (await _visitor.Post(session + "/budget", Visitor.View())).Dispose();
        _ = await _visitor.AllFrames(session);
        return await _visitor.Client.GetByteArrayAsync(session + "/model");
    }
}
