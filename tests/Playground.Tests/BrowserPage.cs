using System.Collections.Concurrent;
using Diffusion.Playground.Server;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Diffusion.Playground.Tests;

/// <summary>A browser for all tests of a fixture. Where there is none the tests are skipped, and say so.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly IPlaywright _playwright;

    private BrowserPage(IPlaywright playwright, IBrowser browser, Visitor visitor) => (_playwright, Browser, Visitor) = (playwright, browser, visitor);

    public IBrowser Browser { get; }

    public Visitor Visitor { get; }

    public static async Task<BrowserPage> Open()
    {
        string path = Array.Find(Places, File.Exists) ?? "";
        if (path.Length == 0)
            Assert.Ignore($"There is no Chromium at {string.Join(", ", Places)}.");
        Assertions.SetDefaultExpectTimeout(30_000);
        // A closed page gives its place back after seconds, in which a fast machine opens many.
        var visitor = await Visitor.Come(sessions: 64);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        return new BrowserPage(playwright, browser, visitor);
    }

    /// <summary>Another visitor: a context of its own with the page open. What goes wrong in the page fails the test.</summary>
    /// <param name="fragment">The state in the address; empty for none.</param>
    /// <param name="width">The width of the window, in CSS pixels.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="server">Whose page; null for the visitor's server.</param>
    public async Task<IPage> NewPage(string fragment = "", int width = 1280, ColorScheme scheme = ColorScheme.Light, PlaygroundServer? server = null)
    {
        var context = await Browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, AcceptDownloads = true });
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => Problems.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                Problems.Enqueue(message.Text);
        };
        _ = await page.GotoAsync((server ?? Visitor.Server).Address + fragment);
        await Assertions.Expect(page.Locator("#set-T")).ToBeVisibleAsync();
        return page;
    }

    /// <summary>Errors that the pages reported.</summary>
    public ConcurrentQueue<string> Problems { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
        await Visitor.DisposeAsync();
    }
}
