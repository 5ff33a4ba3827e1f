using Microsoft.Playwright;
using NUnit.Framework;
using static Microsoft.Playwright.Assertions;

namespace Diffusion.Playground.Tests;

/// <summary>The page as a visitor uses it.</summary>
[Category("Browser")]
public sealed class BrowserTests
{
    private BrowserPage _browser = null!;

    [OneTimeSetUp]
    public async Task Open() => _browser = await BrowserPage.Open();

    [OneTimeTearDown]
    public async Task Close()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
    }

    [TearDown]
    public void NoProblems()
    {
        string[] problems = [.. _browser.Problems];
        _browser.Problems.Clear();
        Assert.That(problems, Is.Empty);
    }

    [Test]
    public async Task Screenshots([Values] bool isDark)
    {
        var page = await _browser.NewPage(width: 1440, scheme: isDark ? ColorScheme.Dark : ColorScheme.Light);
        await page.Locator("#preset").SelectOptionAsync("0");
        await Expect(page.Locator("#progress")).ToContainTextAsync("done", new() { Timeout = 60_000 });
        await page.Locator("#budget").ClickAsync();
        await Expect(page.Locator("#bars li")).ToHaveCountAsync(4, new() { Timeout = 30_000 });
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"playground-{(isDark ? "dark" : "light")}.png");
        _ = await page.ScreenshotAsync(new() { Path = path, FullPage = true });
        TestContext.AddTestAttachment(path);
        await page.Context.CloseAsync();
    }
}
