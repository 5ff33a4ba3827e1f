using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Diffusion.Playground.Server;
using Diffusion.Playground.Settings;
using NUnit.Framework;

namespace Diffusion.Playground.Tests;

/// <summary>A server of the test's own on a free port, and somebody who asks it.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private Visitor(PlaygroundServer server) => (Server, Client) = (server, new HttpClient(Handler()) { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(60) });

    public PlaygroundServer Server { get; }

    public HttpClient Client { get; }

    public static async Task<Visitor> Come(int sessions = 8) => new(await PlaygroundServer.Start(0, sessions));

    /// <summary>A request that is accepted and takes no time, as an object to change.</summary>
    public static JsonObject Small(int iterations = 40) => new()
    {
        ["settings"] = new JsonObject
        {
            ["data"] = "mixture",
            ["peaks"] = new JsonArray(Peak(-0.35, 0.65, 0.35), Peak(0.75, -0.45, 0.65)),
            ["points"] = new JsonArray(),
            ["schedule"] = "cosine",
            ["T"] = 5,
            ["objective"] = "noise",
            ["network"] = "mlp",
            ["width"] = 32,
            ["learningRate"] = 0.005,
            ["batch"] = 32,
            ["iterations"] = iterations,
            ["seed"] = 3,
        },
        ["view"] = View(),
    };

    public static JsonObject View() => new() { ["sampler"] = "ddpm", ["label"] = -1, ["guidance"] = 0, ["time"] = 0.5 };

    public Task<HttpResponseMessage> Post(string path, JsonNode? body) => Post(path, body?.ToJsonString() ?? "null");

    public Task<HttpResponseMessage> Post(string path, string body, string type = "application/json") =>
        Client.PostAsync(path, new StringContent(body, Encoding.UTF8, type));

    /// <summary>A small model that is trained at once, without a server.</summary>
    public static PlaySettings Settings { get; } = new()
    {
        Data = "gaussians",
        Schedule = "cosine",
        T = 10,
        Objective = "noise",
        Network = "mlp",
        Width = 32,
        LearningRate = 0.005,
        Batch = 32,
        Iterations = 100,
        Seed = 0,
    };

    /// <summary>Waits for what comes within a minute.</summary>
    public static async Task Until(Func<Task<bool>> condition)
    {
        for (int wait = 0; !await condition(); wait++)
        {
            Assert.That(wait, Is.LessThan(600), "within a minute");
            await Task.Delay(100);
        }
    }

    /// <summary>Begins a session that is expected to begin.</summary>
    public async Task<string> Begin(JsonObject request)
    {
        using var answer = await Post("/api/sessions", request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return "/api/sessions/" + (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
    }

    /// <summary>The frames of a session up to the one that is wanted.</summary>
    public async Task<List<JsonElement>> Frames(string session, Func<JsonElement, bool> isLast)
    {
        List<JsonElement> frames = [];
        using var stream = await Client.GetStreamAsync(session + "/frames");
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            frames.Add(JsonDocument.Parse(line[6..]).RootElement);
            if (isLast(frames[^1]))
                break;
        }

        return frames;
    }

    public Task<List<JsonElement>> AllFrames(string session) => Frames(session, frame => frame.GetProperty("isOver").GetBoolean());

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    // A body that is announced (Expect: 100-continue) is not sent before the server wants it, however long that takes.
    private static SocketsHttpHandler Handler() => new() { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };

    private static JsonObject Peak(double left, double right, double weight) => new() { ["left"] = left, ["right"] = right, ["sigma"] = 0.1, ["weight"] = weight };
}
