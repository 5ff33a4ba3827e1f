using Diffusion.Playground.Running;
using Diffusion.Playground.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Diffusion.Playground.Server;

/// <summary>What can be asked of the server. Everything that costs belongs to a session.</summary>
internal static class Endpoints
{
    /// <summary>Maps the addresses.</summary>
    public static void Map(IEndpointRouteBuilder routes, Sessions sessions)
    {
        _ = routes.MapGet("/", () => Pages.File("index.html"));
        _ = routes.MapGet("/{file}", (string file) => Pages.File(file));
        _ = routes.MapGet("/figures/{file}", (string file) => Pages.Figure(file));
        _ = routes.MapGet("/guide/{chapter}", (string chapter) => Pages.Chapter(chapter));
        _ = routes.MapGet("/api/choices", () => PlayJson.Answer(Choices()));
        _ = routes.MapGet("/api/points/{name}", (string name) => PlayJson.Answer(Points(name)));

        _ = routes.MapPost("/api/sessions", async (HttpContext context) =>
        {
            var asked = await PlayJson.Read<BeginRequest>(context);
            return PlayJson.Answer(new { id = sessions.Begin(asked.Settings, asked.View).Id });
        });
        var session = routes.MapGroup("/api/sessions/{id}");
        _ = session.MapGet("", (string id) => PlayJson.Answer(State(sessions.Find(id))));
        _ = session.MapDelete("", (string id) =>
        {
            _ = sessions.Find(id);
            sessions.End(id);
            return Results.NoContent();
        });
        _ = session.MapGet("/frames", (HttpContext context, string id) => Stream(context, sessions.Find(id)));
        _ = session.MapPost("/stop", (string id) =>
        {
            sessions.Find(id).Training.Stop();
            return Results.NoContent();
        });
        _ = session.MapPost("/view", async (HttpContext context, string id) =>
        {
            var found = sessions.Find(id);
            found.Show(await PlayJson.Read<ViewSettings>(context));
            return Results.NoContent();
        });
        _ = session.MapPost("/way", async (HttpContext context, string id) =>
        {
            var found = sessions.Find(id);
            var asked = await PlayJson.Read<WayRequest>(context);
            return PlayJson.Answer(await found.Way(asked.View, asked.Points(), context.RequestAborted));
        });
        _ = session.MapPost("/budget", async (HttpContext context, string id) =>
        {
            var found = sessions.Find(id);
            return PlayJson.Answer(await found.Budget(await PlayJson.Read<ViewSettings>(context), context.RequestAborted));
        });
        _ = session.MapGet("/model", async (HttpContext context, string id) =>
            Results.Bytes(await sessions.Find(id).Save(context.RequestAborted), "application/octet-stream", "model.safetensors"));
    }

    // Server-sent events: the connection lasts as long as the page, so its end is the page's.
    private static async Task Stream(HttpContext context, Session session)
    {
        context.Response.ContentType = "text/event-stream";

        // A browser's own wait before it comes back (3 s, 5 s) may be longer than a session waits for it.
        string first = $"retry: {(int)(Sessions.Grace / 4).TotalMilliseconds}\n";
        await foreach (var frame in session.Watch(context.RequestAborted))
        {
            await context.Response.WriteAsync(first + (frame is null ? ":\n\n" : $"data: {PlayJson.Write(frame)}\n\n"), context.RequestAborted);
            first = "";
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static object State(Session session) => new { step = session.Training.StepsTaken, isOver = session.Training.IsOver, frames = session.Frames };

    // What the page offers, as the library has it.
    private static object Choices() => new
    {
        data = PlayData.Names,
        classes = ToyData.All.ToDictionary(data => data.Name, data => data.Classes),
        schedules = PlaySettings.Schedules,
        objectives = PlaySettings.Objectives,
        networks = PlaySettings.Networks,
        samplers = Samplers.All.Select(entry => new { name = entry.Name, title = entry.Title, isStochastic = entry.IsStochastic, order = entry.Order }),
        peaks = GaussianMixture.TwoPixel.Components.Select(c => new { left = c.Left, right = c.Right, sigma = c.Sigma, weight = c.Weight }),
        grid = Looks.Grid,
        reach = Looks.Reach,
        scale = Packed.Scale,
    };

    private static object Points(string name)
    {
        var toy = ToyData.All.FirstOrDefault(data => data.Name == name) ?? throw new RefusedException(404, "There are no points of this name.");
        var (points, labels) = PlayData.Of(toy).Draw(600, new RandomSource(1).For(Purpose.Data).At(0));
        return new { points = Packed.Of(points), labels };
    }
}
