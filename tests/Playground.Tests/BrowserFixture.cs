using NUnit.Framework;

namespace Diffusion.Playground.Tests;

/// <summary>Tests with a browser, each of which fails if a page reports an error.</summary>
public abstract class BrowserFixture
{
    private protected BrowserPage Browser { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Open() => Browser = await BrowserPage.Open();

    [OneTimeTearDown]
    public async Task Close()
    {
        if (Browser is not null)
            await Browser.DisposeAsync();
    }

    [TearDown]
    public async Task NoProblems()
    {
        // What a page still reports before it is closed belongs to this test, not to the next.
        foreach (var context in Browser.Browser.Contexts)
            await context.CloseAsync();
        string[] problems = [.. Browser.Problems];
        Browser.Problems.Clear();
        Assert.That(problems, Is.Empty);
    }
}
