using Microsoft.Playwright;
using NUnit.Framework;
using static Microsoft.Playwright.Assertions;

namespace Diffusion.Playground.Tests;

/// <summary>What a visitor does with hand and eye.</summary>
internal static class Gestures
{
    /// <summary>Where a point is in the picture, as shares of its width and height.</summary>
    public static (double X, double Y) Place(double left, double right) => ((left + 2.2) / 4.4, (2.2 - right) / 4.4);

    /// <summary>Trains so many steps to the end.</summary>
    public static async Task Train(IPage page, int iterations)
    {
        await page.Locator("#set-iterations").FillAsync($"{iterations}");
        await page.Locator("#set-iterations").BlurAsync();
        await page.Locator("#train").ClickAsync();
        await Expect(page.Locator("#progress")).ToContainTextAsync($"{iterations} of {iterations} steps, done");
    }

    /// <summary>Clicks on a place of the picture.</summary>
    public static async Task Click(IPage page, double x, double y)
    {
        var box = await page.Locator("#plot").BoundingBoxAsync();
        await page.Mouse.ClickAsync((float)(box!.X + (x * box.Width)), (float)(box.Y + (y * box.Height)));
    }

    /// <summary>Draws the pointer from one place of the picture to another.</summary>
    public static async Task Stroke(IPage page, (double X, double Y) from, (double X, double Y) to)
    {
        await page.Locator("#plot").ScrollIntoViewIfNeededAsync();
        var box = await page.Locator("#plot").BoundingBoxAsync();
        await page.Mouse.MoveAsync((float)(box!.X + (from.X * box.Width)), (float)(box.Y + (from.Y * box.Height)));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync((float)(box.X + (to.X * box.Width)), (float)(box.Y + (to.Y * box.Height)), new() { Steps = 12 });
        await page.Mouse.UpAsync();
    }

    /// <summary>Presses Tab until an element has the focus.</summary>
    public static async Task TabTo(IPage page, string id)
    {
        await page.EvaluateAsync("document.activeElement.blur(), window.getSelection().removeAllRanges()");
        for (int i = 0; i < 80; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<string>("document.activeElement.id") == id)
                return;
        }

        Assert.Fail($"Tab does not lead to {id}.");
    }

    /// <summary>What a button gives to be saved.</summary>
    public static async Task<byte[]> Download(IPage page, string button)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator(button).ClickAsync());
        using var content = new MemoryStream();
        await (await download.CreateReadStreamAsync()).CopyToAsync(content);
        return content.ToArray();
    }

    /// <summary>A picture of the page, beside the results of the tests.</summary>
    public static async Task Picture(IPage page, string name)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"playground-{name}.png");
        _ = await page.ScreenshotAsync(new() { Path = path, FullPage = true });
        TestContext.AddTestAttachment(path);
    }
}
