using Microsoft.Playwright;

namespace Diffusion.Playground.Tests;

/// <summary>Requests of a page that are held back until they are let go, as on a slow line.</summary>
internal sealed class Held
{
    private readonly TaskCompletionSource _come = new(), _go = new(), _over = new();

    private Held(IPage page, string method, string ending)
    {
        void End(IRequest request)
        {
            if (Is(request, method, ending))
                _ = _over.TrySetResult();
        }

        page.RequestFinished += (_, request) => End(request);
        page.RequestFailed += (_, request) => End(request);
    }

    /// <summary>A request has come, or its answer where that is held back.</summary>
    public Task Come => _come.Task.WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>A request has been answered, or the page has given it up.</summary>
    public Task Over => _over.Task.WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Holds back requests from now on.</summary>
    /// <param name="page">Whose.</param>
    /// <param name="method">Their method.</param>
    /// <param name="ending">How their address ends.</param>
    /// <param name="onTheWayBack">Whether the server gets them at once, and its answers are held back.</param>
    public static async Task<Held> Back(IPage page, string method, string ending, bool onTheWayBack = false)
    {
        var held = new Held(page, method, ending);
        await page.RouteAsync("**/*", async route =>
        {
            if (!Is(route.Request, method, ending))
            {
                await route.FallbackAsync();
                return;
            }

            var answer = onTheWayBack ? await route.FetchAsync() : null;
            _ = held._come.TrySetResult();
            await held._go.Task;
            await (answer is null ? route.FallbackAsync() : route.FulfillAsync(new() { Response = answer }));
        });
        return held;
    }

    /// <summary>Lets them go, those that come later too.</summary>
    public void LetGo() => _go.SetResult();

    private static bool Is(IRequest request, string method, string ending) => request.Method == method && new Uri(request.Url).AbsolutePath.EndsWith(ending, StringComparison.Ordinal);
}
